"""Keeps what devices said of their last start, over restarts of the agent and of a device's loop.

It remembers; whether a device has restarted is judged by `marks`.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.polling.marks import Marks
from cmsp_agent.storage.tables.device_starts import KeptMarks

log = logging.getLogger(__name__)

Store = Callable[[str, KeptMarks], Awaitable[None]]
"""Makes durable what a component said; raises StorageError."""


class StartMemory:
    """The marks of each component as they were when it was last learned."""

    def __init__(self, known: Mapping[str, KeptMarks], store: Store, clock: Clock, counters: Counters) -> None:
        self._known = dict(known)
        self._store = store
        self._clock = clock
        self._counters = counters

    def of(self, component: str) -> Marks:
        """What a component said last, as if it had been read in this run; nothing where it was never asked."""
        kept = self._known.get(component)
        if kept is None:
            return Marks()
        ago = max(0, self._clock.now() - kept.read_at) / 1000
        return Marks(kept.uptime, kept.engine_boots, kept.engine_time, at=self._clock.monotonic() - ago)

    async def keep(self, component: str, marks: Marks) -> None:
        """Keep what was just read. A full disk costs no poll: it is kept again when the device is next learned."""
        kept = KeptMarks(self._clock.now(), marks.uptime, marks.engine_boots, marks.engine_time)
        self._known[component] = kept
        try:
            await self._store(component, kept)
        except StorageError as error:
            self._counters.add("polls.starts_not_stored")
            log.warning("what a device said of its start is not stored: %s", error, extra={"component": component})
