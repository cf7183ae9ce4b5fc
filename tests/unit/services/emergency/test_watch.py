"""When the watch reads the saved configurations: after one was saved or removed, and not otherwise."""

from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any, cast

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.emergency.watch import EmergencyWatch
from cmsp_agent.services.events.conditions import Conditions
from tests.unit.services.emergency.test_call_paths import CONFIGURATION


class Saved:
    """The saved configurations; the last one can be read or not."""

    def __init__(self) -> None:
        self.version, self.readable, self.looks = "v1", True, 0

    async def latest_of(self, names: Collection[str]) -> Mapping[str, Any]:
        self.looks += 1
        return {name: SimpleNamespace(id=self.version, component=name) for name in names}

    async def versions(self, _component: str, _limit: int) -> list[Any]:
        return []

    async def content(self, component: str, _version: str, *, redacted: bool) -> str:
        assert not redacted
        if not self.readable:
            raise StorageError(f"{component}: the disk does not answer")
        return CONFIGURATION


def watching(saved: Saved) -> EmergencyWatch:
    gateway = SimpleNamespace(name="gw-1", site="paris", addresses=(), functions={"emergency": "primary"})
    conditions = Conditions("emergency.lost", cast("Any", None))
    components = cast("Any", lambda: {"gw-1": gateway})
    watch = EmergencyWatch(components, cast("Backups", saved), lambda _: (), conditions, SystemClock())
    watch.use({"paris": ("112",)})
    return watch


async def test_saved_configurations_are_read_once_and_again_when_one_was_saved() -> None:
    saved = Saved()
    watch = watching(saved)
    await watch.call_paths()
    [found] = await watch.call_paths()
    assert (found.state, saved.looks) == ("works", 1)
    saved.version = "v2"
    watch.saved("gw-1")
    await watch.call_paths()
    await watch.call_paths()
    assert saved.looks == 2


async def test_what_could_not_be_read_is_read_at_the_next_look() -> None:
    saved = Saved()
    saved.readable = False
    watch = watching(saved)
    [found] = await watch.call_paths()
    assert found.state == "unknown"
    saved.readable = True
    [found] = await watch.call_paths()
    assert found.state == "works"
