"""When gateways kept the phones of their sites (SRST), by the alarms that say so.

Platforms with CISCO-SRST-MIB say it of themselves; on others the phones that register with the gateway show it.
"""

from collections.abc import Iterable

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.pipeline.alarm_state import Changes

SIGNS = frozenset({"srst.active", "phone.on_gateway"})
"""Alarm types that show it."""
BEFORE = 120_000
"""Milliseconds: a poll sees a minute or two later that the call manager is lost."""
AFTER = 60_000


class SurvivableTimes:
    """The last span of each component; the event service hands in what changes."""

    def __init__(self, active: Iterable[Event]) -> None:
        self._signs: dict[str, set[tuple[str, str]]] = {}
        self._began: dict[str, int] = {}
        self._ended: dict[str, int] = {}
        for event in active:
            self._note(event)

    def __call__(self, changes: Changes) -> None:
        """Changes were committed."""
        for event in changes.new.values():
            self._note(event)

    def at(self, component: str, at: int) -> bool:
        """Whether the component kept the phones of its site at a time."""
        began, ended = self._began.get(component), self._ended.get(component)
        return began is not None and began - BEFORE <= at and (ended is None or at <= ended + AFTER)

    def _note(self, event: Event) -> None:
        if event.type not in SIGNS:
            return
        signs, sign = self._signs.setdefault(event.component, set()), (event.type, event.object)
        if event.state is Transition.RAISE:
            if not signs:
                self._began[event.component] = event.occurred_at
                self._ended.pop(event.component, None)
            signs.add(sign)
        elif event.state is Transition.CLEAR:
            signs.discard(sign)
            if not signs:
                self._ended[event.component] = event.occurred_at
