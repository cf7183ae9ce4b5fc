"""The inventory as people read it: one line a component, everything of one, and what changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cmsp_agent.model.component import Component
from cmsp_agent.model.inventory import InventoryChange
from cmsp_agent.model.natural import natural_order
from cmsp_agent.services.devices.last_seen import SeenTimes
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import inventory, inventory_changes


class InventoryBook:
    """Reads `state.db`."""

    def __init__(self, database: Database, components: Callable[[], Mapping[str, Component]], seen: SeenTimes) -> None:
        self._database = database
        self._components = components
        self._seen = seen

    async def everything(self) -> dict[str, dict[str, Any]]:
        """Each component with all that is known of it, by name. Raises StorageError."""
        known = await self._database.read(inventory.everything)
        return {
            name: {**_always(component), **known.get(name, {}), **self.seen(name)}
            for name, component in natural_order(self._components())
        }

    def seen(self, name: str) -> dict[str, Any]:
        """When it first answered, and when it last did, ms since the epoch; None: never."""
        first, last = self._seen.of(name)
        return {"first_seen": first, "last_seen": last}

    async def history(
        self, component: str = "", what: str = "", since: int = 0, limit: int = 1_000
    ) -> Sequence[InventoryChange]:
        """What changed, the newest first; of components that are gone, too. Raises StorageError."""
        return await self._database.read(
            lambda connection: inventory_changes.latest(connection, component, what, since, limit)
        )


def _always(component: Component) -> dict[str, Any]:
    return {
        "site": component.site,
        "tier": component.tier.value,
        "device_type": component.type,
        "addresses": list(component.addresses),
    }
