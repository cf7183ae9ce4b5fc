"""Keeps which objects were seen well, over restarts: one that was well in the last run and is bad now is a fault.

Readers of states ask it and add to it; they judge what it means.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import StorageError
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.storage.tables.seen_well import WellObjects

log = logging.getLogger(__name__)

StoreWell = Callable[[str, WellObjects], Awaitable[None]]
"""Makes durable what was seen of a component; raises StorageError."""
NOTHING: WellObjects = frozenset()


class WellMemory:
    """The objects that were seen well, by component."""

    def __init__(self, known: Mapping[str, WellObjects], store: StoreWell, counters: Counters) -> None:
        self._known = dict(known)
        self._store = store
        self._counters = counters

    def of(self, component: str, addresses: Collection[str] = ()) -> WellObjects:
        """What was seen well of a component, in this run or an earlier one.

        A component that the file calls otherwise now is known by its address, though another had the name before.
        """
        at, own = {(COMPONENT_DOWN, address) for address in addresses}, self._known.get(component, NOTHING)
        before = [seen for seen in self._known.values() if seen & at]
        return own if own & at or not before else before[-1]

    async def keep(self, component: str, seen: WellObjects, address: str = "") -> bool:
        """Keep what was seen, and where; False where it could not be stored and is to be handed in again."""
        if address:
            seen = frozenset(each for each in seen if each[0] != COMPONENT_DOWN) | {(COMPONENT_DOWN, address)}
        self._known[component] = seen
        try:
            await self._store(component, seen)
        except StorageError as error:
            self._counters.add("polls.seen_well_not_stored")
            log.warning(
                "the objects that were seen working could not be stored",
                extra={"component": component, "error": str(error)},
            )
            return False
        return True
