"""What the backups take of their storage."""

from pathlib import Path

import pytest

from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.backups import storage_watch
from cmsp_agent.services.backups.storage_pace import LONG, StoragePace
from cmsp_agent.services.events.conditions import Conditions
from tests.lab.clock import ManualClock


def test_a_small_configuration_takes_what_it_takes_of_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "3f"
    folder.mkdir()
    (folder / "3f9a.cmsp").write_bytes(b"x" * 100)
    (tmp_path / "master.key.id").write_bytes(b"x" * 100)
    used, free = storage_watch._room(tmp_path)
    assert used == (folder / "3f9a.cmsp").stat().st_blocks * 512 >= 512
    assert free > 0


async def failing(pace: StoragePace, clock: ManualClock, seconds: float) -> None:
    with pace.measured():
        await clock.advance(seconds)
        raise StorageError("full, or no answer")


async def test_one_write_that_takes_long_is_an_alarm_until_one_that_does_not(tmp_path: Path) -> None:
    said = list[tuple[str, bool]]()

    class Alarms:
        def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
            said.append((kind, raised))

    clock = ManualClock()
    pace = StoragePace(tmp_path, clock)
    pace.watch_with(Conditions("backups.storage_slow", Alarms()))
    with pace.measured():
        await clock.advance(LONG - 1)
    for seconds in (LONG, LONG + 1, 0):
        with pytest.raises(StorageError):
            await failing(pace, clock, seconds)
    assert said == [("backups.storage_slow", True)]
    with pace.measured():
        pass
    assert said[1:] == [("backups.storage_slow", False)]
