"""What is kept of a device: its inventory as it was last read, and the SSH host keys that it may show."""

from collections.abc import Mapping, Sequence
from typing import Any

from cmsp_agent.model.component import Component
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import host_keys, inventory
from cmsp_agent.storage.tables.host_keys import PinnedHostKey

__all__ = ["DeviceRecords", "PinnedHostKey"]


class DeviceRecords:
    """Reads `state.db`; forgets host keys where a person says so."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def inventory(self, component: str) -> Mapping[str, Any]:
        """The inventory of a component; empty where it was never read."""
        found = await self._database.read(lambda connection: inventory.find(connection, component))
        return found[1] if found else {}

    async def host_keys(self, component: Component) -> Sequence[PinnedHostKey]:
        """The SSH host keys that are pinned for a component."""
        place = _place(component)
        return await self._database.read(lambda connection: host_keys.of_address(connection, place))

    async def forget_host_keys(self, component: Component) -> Sequence[PinnedHostKey]:
        """Forget them, as the device was replaced; those that were forgotten."""
        place, found = _place(component), await self.host_keys(component)
        await self._database.write(lambda tx: host_keys.forget(tx, place))
        return found


def _place(component: Component) -> str:
    return host_keys.place(component.address, component.ssh.port)
