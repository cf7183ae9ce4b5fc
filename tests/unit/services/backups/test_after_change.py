"""One backup for each bout of changes, when it has become quiet."""

from collections.abc import AsyncIterator

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.errors import NotFound
from cmsp_agent.services.backups import BackupAfterChange
from tests.lab.clock import ManualClock


class Bouts:
    """The watch, running, and the backups it asked for."""

    def __init__(self, clock: ManualClock, supervisor: Supervisor, counters: Counters) -> None:
        self.clock = clock
        self.asked: list[str] = []
        self.lasting = 0.0
        self.counters = counters
        self.watch = BackupAfterChange(self._back_up, supervisor, clock, quiet=120, at_most=600)
        supervisor.keep_running("changes", self.watch.run)

    async def _back_up(self, component: str) -> None:
        self.asked.append(component)
        if component == "gone":
            raise NotFound("no component is called 'gone'")
        await self.clock.sleep(self.lasting)


@pytest.fixture
async def bouts() -> AsyncIterator[Bouts]:
    clock, counters = ManualClock(), Counters()
    async with Supervisor(clock, counters) as supervisor:
        yield Bouts(clock, supervisor, counters)


async def test_many_changes_make_one_backup_once_it_is_quiet(bouts: Bouts) -> None:
    for _ in range(3):
        bouts.watch.notice("gw-1")
        await bouts.clock.advance(60)
    assert bouts.asked == []
    await bouts.clock.advance(61)
    assert bouts.asked == ["gw-1"]
    await bouts.clock.advance(1000)
    assert bouts.asked == ["gw-1"]


async def test_changes_that_never_end_do_not_put_it_off_for_ever(bouts: Bouts) -> None:
    for _ in range(11):
        bouts.watch.notice("gw-1")
        await bouts.clock.advance(60)
    assert bouts.asked == ["gw-1"]


async def test_components_wait_for_themselves_only(bouts: Bouts) -> None:
    bouts.watch.notice("gw-1")
    await bouts.clock.advance(100)
    bouts.watch.notice("gw-2")
    await bouts.clock.advance(25)
    assert bouts.asked == ["gw-1"]
    await bouts.clock.advance(100)
    assert bouts.asked == ["gw-1", "gw-2"]


async def test_a_change_during_a_backup_is_not_lost(bouts: Bouts) -> None:
    bouts.lasting = 200
    bouts.watch.notice("gw-1")
    await bouts.clock.advance(130)
    bouts.watch.notice("gw-1")
    await bouts.clock.advance(130)
    assert bouts.asked == ["gw-1"]
    await bouts.clock.advance(120)
    assert bouts.asked == ["gw-1", "gw-1"]


async def test_one_that_was_taken_out_of_the_configuration_meanwhile_is_no_failed_task(bouts: Bouts) -> None:
    bouts.watch.notice("gone")
    await bouts.clock.advance(121)
    assert bouts.asked == ["gone"]
    assert bouts.counters.total("tasks.failed") == 0
