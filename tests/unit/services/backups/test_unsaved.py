"""A device that runs for too long what it would not start with: an alarm, its end, and both over a restart."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import BackupPlan
from cmsp_agent.model.errors import DeviceUnreachable
from cmsp_agent.model.signal import ConfigurationTimes
from cmsp_agent.services.backups.unsaved import UnsavedChanges, known_since
from cmsp_agent.services.backups.when_polled import AFTER, BEFORE, AroundMaintenance, PolledChanges
from cmsp_agent.services.events.conditions import Conditions
from tests.unit.services.backups.test_retries import settled
from tests.unit.services.backups.test_service import Site, site

__all__ = ["site"]
HOUR = 3600.0


@dataclass
class Watched:
    """The watch, what devices say, and the alarms."""

    site: Site
    supervisor: Supervisor
    lines: dict[str, int | DeviceUnreachable | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    alarms: list[tuple[str, bool, str]] = field(default_factory=list)

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        self.alarms.append((component, raised, text))

    async def unsaved(self, component: str) -> int | None:
        self.asked.append(component)
        said = self.lines.get(component, 0)
        if isinstance(said, DeviceUnreachable):
            raise said
        return said

    def start(self) -> UnsavedChanges:
        """A life of the agent."""
        watch = UnsavedChanges(
            self.site.backups, self.unsaved, Conditions("config.unsaved", self), self.site.database, self.site.clock
        )
        self.supervisor.keep_running(f"watch {len(self.asked)} {len(self.alarms)}", watch.run)
        return watch

    async def pass_by(self, seconds: float) -> None:
        await settled()
        await self.site.clock.advance(seconds)
        await settled()


@pytest.fixture
async def watched(site: Site) -> AsyncIterator[Watched]:
    async with Supervisor(site.clock, Counters()) as supervisor:
        yield Watched(site, supervisor)


async def test_it_is_an_alarm_after_its_time_and_over_once_it_is_saved(watched: Watched) -> None:
    watch = watched.start()
    watched.lines["gw-1"] = 3
    watch.look("gw-1")
    await watched.pass_by(23 * HOUR)
    assert watched.alarms == []
    await watched.pass_by(HOUR + 120)
    [(component, raised, text)] = watched.alarms
    assert (component, raised) == ("gw-1", True)
    assert "3 lines changed" in text
    watched.lines["gw-1"] = 0
    watch.configured("gw-1", ConfigurationTimes(1, unsaved=True, mark=7))
    watch.configured("gw-1", ConfigurationTimes(1, unsaved=False, mark=7))  # a poll sees that it was saved
    await watched.pass_by(1)
    assert watched.alarms[-1][:2] == ("gw-1", False)
    assert not await known_since(watched.site.database)


async def test_since_when_is_the_devices_own_word_and_outlives_the_agent(watched: Watched) -> None:
    watch, now = watched.start(), watched.site.clock.now()
    watched.lines["gw-1"] = 1
    watch.configured("gw-1", ConfigurationTimes(now - round(20 * HOUR * 1000), unsaved=True, mark=7))
    watch.look("gw-1")
    await watched.pass_by(HOUR)
    assert watched.alarms == []
    watched.asked.append("a new life")
    await watched.supervisor.cancel("watch 0 0")
    watched.start()
    await watched.pass_by(3 * HOUR + 120)
    assert [each[:2] for each in watched.alarms] == [("gw-1", True)]


async def test_what_the_device_says_is_saved_is_not_read_and_what_is_silent_is_read_again(watched: Watched) -> None:
    watch = watched.start()
    watch.configured("gw-1", ConfigurationTimes(1, unsaved=False, mark=7))
    watch.look("gw-1")
    watched.lines["gw-2"] = DeviceUnreachable("silent")
    watch.look("gw-2")
    await watched.pass_by(1)
    assert watched.asked == ["gw-2"]
    watched.lines["gw-2"] = None
    await watched.pass_by(1000)
    assert watched.asked == ["gw-2", "gw-2"]
    assert watched.alarms == []


async def test_entering_the_mode_alone_is_no_unsaved_change(watched: Watched) -> None:
    watch = watched.start()
    watch.configured("gw-1", ConfigurationTimes(1, unsaved=True, mark=7))
    watch.look("gw-1")
    await watched.pass_by(30 * HOUR)
    assert watched.asked == ["gw-1"]
    assert watched.alarms == []


async def test_a_change_that_polls_found_brings_a_backup_unless_one_has_seen_it(watched: Watched) -> None:
    site, changed = watched.site, list[str]()
    polled = PolledChanges(site.backups, changed.append)
    watched.supervisor.keep_running("polled", polled.run)
    before = ConfigurationTimes(site.clock.now() - 5000, unsaved=False, mark=1)
    polled.configured("gw-1", before)  # never saved: the calendar does that
    await settled()
    assert changed == []
    assert (await site.backups.run("gw-1", "schedule")).error is None
    polled.configured("gw-1", replace(before, mark=2))
    await settled()
    assert changed == []
    later = ConfigurationTimes(site.clock.now() + 5000, unsaved=True, mark=3)
    polled.configured("gw-1", later)
    polled.configured("gw-1", later)
    await settled()
    assert changed == ["gw-1"]


async def test_maintenance_brings_a_backup_before_and_one_after_also_over_a_restart(watched: Watched) -> None:
    site, started, working, kept = watched.site, list[tuple[str, str]](), {"gw-1"}, [frozenset[str]()]

    async def began() -> frozenset[str]:
        return kept[-1]

    async def keep(names: frozenset[str]) -> None:
        kept.append(names)

    around = AroundMaintenance(lambda: working, lambda *said: started.append(said), site.clock, began, keep)
    watched.supervisor.keep_running("first", around.run)
    await watched.pass_by(60)
    assert started == [("gw-1", BEFORE)]
    await watched.supervisor.cancel("first")
    working.clear()
    watched.supervisor.keep_running("second", around.run)
    await watched.pass_by(60)
    assert started == [("gw-1", BEFORE), ("gw-1", AFTER)]


async def test_a_shorter_time_holds_from_a_reload_on(watched: Watched) -> None:
    watch = watched.start()
    watched.lines["gw-1"] = 3
    watch.look("gw-1")
    await watched.pass_by(2 * HOUR)
    assert watched.alarms == []
    known = watched.site.components["gw-1"]
    watched.site.components["gw-1"] = replace(known, backup=BackupPlan(unsaved_after=HOUR))
    await watch.reconsider()
    await watched.pass_by(60)
    assert [raised for _, raised, _ in watched.alarms] == [True]


def test_the_time_is_a_day_unless_the_file_says_otherwise() -> None:
    assert BackupPlan().unsaved_after == 24 * HOUR
