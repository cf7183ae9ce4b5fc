"""Keeps the inventory up to what the file and the saved configurations say, and sends the whole where it is due."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.model.component import Agreement, Component
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.devices.inventory_store import InventoryKeeper
from cmsp_agent.services.devices.last_seen import SeenTimes
from cmsp_agent.services.devices.voice_plan import voice_plan
from cmsp_agent.services.periodic import look_periodically

EVERY = 300.0
"""Seconds between two looks; a reload has one at once."""
VOICE_DRIVER = "cisco_ios"
"""The command lines whose configurations tell a dial plan."""


class InventoryUpkeep:
    """Looks after what no poll reads."""

    def __init__(
        self,
        components: Callable[[], Mapping[str, Component]],
        device_type: Callable[[str], DeviceType],
        backups: Backups,
        keeper: InventoryKeeper,
        seen: SeenTimes,
        clock: Clock,
    ) -> None:
        self._components = components
        self._device_type = device_type
        self._backups = backups
        self._keeper = keeper
        self._seen = seen
        self._clock = clock
        self._stated: dict[str, Mapping[str, Any]] = {}
        self._read: dict[str, str] = {}
        """Component → the version of its configuration that was read."""
        self.wakeup = Wakeup(clock)
        """Woken when the file has changed."""

    async def run(self) -> NoReturn:
        """Look again and again, until cancelled."""
        await look_periodically(self.look, self.wakeup, EVERY, "the inventory can't be kept up")

    async def look(self) -> None:
        """Once.

        Raises:
            StorageError: the database or the store of configurations can't be used.
        """
        components = dict(self._components())
        for name, component in components.items():
            if self._stated.get(name) != (members := stated(component)):
                await self._keeper.keep(name, members)
                self._stated[name] = members
            await self._read_configuration(name)
        await self._keeper.send_whole(list(components))
        await self._seen.write()

    async def _read_configuration(self, name: str) -> None:
        platform = self._device_type(name).cli
        if platform is None or platform.driver != VOICE_DRIVER:
            return
        latest = await self._backups.latest(name)
        if latest is None or self._read.get(name) == latest.id:
            return
        text = await self._backups.content(name, latest.id, redacted=True)
        await self._keeper.keep(name, voice_plan(text))
        self._read[name] = latest.id


def stated(component: Component) -> dict[str, Any]:
    """What the file says of a component that is worth keeping with its inventory."""
    return {
        "site": component.site,
        "tier": component.tier.value,
        "support": _agreement("contract", component.support),
        "authorisation": _agreement("letter", component.authorisation),
        "end_of_life": component.end_of_life.isoformat() if component.end_of_life else None,
    }


def _agreement(name: str, found: Agreement | None) -> dict[str, Any] | None:
    return {name: found.number, "until": found.until.isoformat() if found.until else None} if found else None
