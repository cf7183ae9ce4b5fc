"""What is kept of a device: its inventory as it was last read, and the host keys and certificates that it may show."""

import sqlite3
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
        """The SSH host keys, and the certificate of its web interface, that are pinned for a component."""
        places = _places(component)

        def found(connection: sqlite3.Connection) -> list[PinnedHostKey]:
            return [key for at in places for key in host_keys.of_address(connection, at)]

        return await self._database.read(found)

    async def forget_host_keys(self, component: Component) -> Sequence[PinnedHostKey]:
        """Forget them, as the device was replaced; those that were forgotten."""
        found = await self.host_keys(component)

        def forget(tx: sqlite3.Connection) -> None:
            for at in _places(component):
                host_keys.forget(tx, at)

        await self._database.write(forget)
        return found


def _places(component: Component) -> dict[str, None]:
    """Of its SSH and of its web interface, each once."""
    ports = (component.ssh.port, component.http.port)
    return dict.fromkeys(host_keys.place(component.address, port) for port in ports)
