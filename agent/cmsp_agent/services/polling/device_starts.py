"""Keeps what devices said of their last start, over restarts of the agent and of a device's loop.

It remembers; whether a device has restarted is judged by `uptime`.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.polling.uptime import Uptime
from cmsp_agent.storage.tables.device_starts import KeptUptime

log = logging.getLogger(__name__)

Store = Callable[[str, KeptUptime], Awaitable[None]]
"""Makes durable what a component said; raises StorageError."""


class StartMemory:
    """The uptime of each component when its inventory was last read."""

    def __init__(self, known: Mapping[str, KeptUptime], store: Store, clock: Clock, counters: Counters) -> None:
        self._known = dict(known)
        self._store = store
        self._clock = clock
        self._counters = counters

    def of(self, component: str, addresses: Collection[str] = ()) -> Uptime:
        """What a component said last, as if it had been read in this run; nothing where it was never asked.

        A device that the file calls otherwise now is known by its address.
        """
        kept = self._known.get(component)
        if kept is None or (kept.address and kept.address not in addresses):
            kept = next((each for each in self._known.values() if each.address in addresses), kept)
        if kept is None:
            return Uptime()
        ago = max(0, self._clock.now() - kept.read_at) / 1000
        return Uptime(kept.uptime, kept.engine_boots, kept.engine_time, at=self._clock.monotonic() - ago)

    async def keep(self, component: str, uptime: Uptime, address: str = "") -> None:
        """Keep what was read at an address. A full disk costs no poll: it is kept when the device is next learned."""
        kept = KeptUptime(self._clock.now(), uptime.ticks, uptime.engine_boots, uptime.engine_time, address)
        self._known[component] = kept
        try:
            await self._store(component, kept)
        except StorageError as error:
            self._counters.add("polls.starts_not_stored")
            log.warning("the start time of a device could not be stored: %s", error, extra={"component": component})
