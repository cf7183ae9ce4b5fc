"""Host keys pinned in `state.db`, where the next run of the agent finds them."""

from collections.abc import Sequence

from cmsp_agent.aio.clock import Clock
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import host_keys as table
from cmsp_agent.transports.ssh.hostkeys import HostKey


class StoredHostKeys:
    """A HostKeyStore on a database. A device is known by `address`, or `[address]:port` on another port than 22."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def pinned(self, address: str, port: int) -> Sequence[HostKey]:
        """The keys that the device may show."""
        place = table.place(address, port)
        rows = await self._database.read(lambda connection: table.of_address(connection, place))
        return [HostKey(row.algorithm, row.key) for row in rows]

    async def pin(self, address: str, port: int, key: HostKey) -> Sequence[HostKey]:
        """Pin the key unless one of its algorithm is pinned; durable on return."""
        place, row = table.place(address, port), table.PinnedHostKey(key.algorithm, key.blob, self._clock.now())
        await self._database.write(lambda tx: table.pin(tx, place, row))
        return await self.pinned(address, port)
