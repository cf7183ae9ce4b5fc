"""Components to which this machine has no route, while others answer: their silence says nothing of them.

Where no component has a route, the appliance is isolated: see `isolation`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from cmsp_agent.model.component import Component
from cmsp_agent.model.signal import PollSignal, Signal
from cmsp_agent.model.wording import few
from cmsp_agent.pipeline.alarm_types.polling import ROUTE_MISSING
from cmsp_agent.pipeline.poll_judge import NO_ROUTE, UNANSWERED_POLLS, answered
from cmsp_agent.services.events.notices import Notices

MOST_NAMED = 5
"""Components that the alarm names."""


class Unrouted:
    """Marks their polls as having asked nothing, and reports once of all of them.

    Args:
        components: those in force.
        leads_to: whether the kernel has a way to an address.
        notices: takes the alarm.
        held: whether the alarm holds already: the last run may have left it.
    """

    def __init__(
        self,
        components: Callable[[], Mapping[str, Component]],
        leads_to: Callable[[str], bool],
        notices: Notices,
        held: Callable[[], bool],
    ) -> None:
        self._components = components
        self._leads_to = leads_to
        self._notices = notices
        self._held = held
        self._polls: dict[str, int] = {}
        """Component → its polls in a row without a route."""
        self._seen: set[str] = set()
        self._reported: tuple[str, ...] | None = None

    def marked(self, signals: Sequence[Signal], *, isolated: bool) -> Sequence[Signal]:
        """The signals, with the polls of components without a route as polls that asked nothing."""
        if isolated:
            return signals
        found = [*self._marked(signals)]
        self._report()
        return found

    def _marked(self, signals: Sequence[Signal]) -> Iterator[Signal]:
        components = self._components()
        for signal in signals:
            if not isinstance(signal, PollSignal) or signal.by_commands:
                yield signal
                continue
            self._seen.add(signal.component)
            if self._routed(signal, components.get(signal.component)):
                self._polls.pop(signal.component, None)
                yield signal
            else:
                self._polls[signal.component] = self._polls.get(signal.component, 0) + 1
                yield _asked_nothing(signal)

    def with_reason(self, poll: PollSignal) -> PollSignal:
        """The poll; one of a component without a route as a poll that asked nothing. Counts it for no alarm."""
        return poll if self._routed(poll, self._components().get(poll.component)) else _asked_nothing(poll)

    def _routed(self, poll: PollSignal, known: Component | None) -> bool:
        return answered(poll) or known is None or not known.addresses or self._leads_to(known.address)

    def _report(self) -> None:
        components = self._components()
        names = tuple(sorted(name for name, polls in self._polls.items() if polls >= UNANSWERED_POLLS))
        names = tuple(name for name in names if name in components)
        # what the last run found holds until each was polled once
        ends = not names and self._held() and self._seen.issuperset(components)
        if names == self._reported or not (names or ends):
            return
        self._reported = names
        without = f"this machine has no route to {few(names, MOST_NAMED)}: whether they are up is not known"
        text = without if names else "there is a route to each component again"
        self._notices.alarm(ROUTE_MISSING, "", text, raised=bool(names))


def _asked_nothing(poll: PollSignal) -> PollSignal:
    return replace(poll, icmp=None, tcp=None, snmp=None, reason=NO_ROUTE, detail="")
