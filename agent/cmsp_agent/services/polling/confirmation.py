"""Polls at once where only an unauthenticated message reported a serious fault, or ended a part of one.

Judges nothing itself.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from itertools import chain, islice
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.pipeline.alarms import Held
from cmsp_agent.pipeline.places import place_of

log = logging.getLogger(__name__)

SETTLE = 1.0
"""Seconds in which a device may make up what it shows, and others may report of the same component."""
NOT_AGAIN = 10.0
"""Seconds in which a component is not looked at again for this reason: who forges messages must not make us poll."""
LOOK_AGAIN = 600.0
MOST_LOOKED_AT = 100
"""Alarms of a component that are looked at for those of one place: a storm ends thousands."""


class Confirming:
    """Subscribe it to the event service, and run `run` under the supervisor.

    What is still in doubt after the first look gets a second one: a device may show late what it reports at once, so a
    poll that came just after the message is not believed against it.
    """

    def __init__(
        self,
        poll: Callable[[str], Awaitable[object]],
        alarms_of: Callable[[str], Mapping[str, Held]],
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._poll = poll
        self._alarms_of = alarms_of
        self._clock = clock
        self._counters = counters
        self._wakeup = Wakeup(clock)
        self._due: dict[str, float] = {}
        """Component → when it is looked at, monotonic seconds."""
        self._again: set[str] = set()
        """Those of them that were looked at before."""
        self._looked: dict[str, float] = {}

    def __call__(self, changes: Changes) -> None:
        """What became known."""
        for event in changes.new.values():
            if is_doubtful(event) or self._leaves_others(event):
                self._due.setdefault(event.component, self._next(event.component))
        if self._due:
            self._wakeup.wake()

    def _leaves_others(self, event: Event) -> bool:
        """Whether an alarm ended, and others of its place hold that polls alone may end: the interface of a line."""
        if event.state is not Transition.CLEAR or event.component in self._due:
            return False
        held = chain.from_iterable(each.values() for each in self._alarms_of(event.component).values())
        place = place_of(event)
        return any(Source.POLL in alarm.sources and place_of(alarm) == place for alarm in islice(held, MOST_LOOKED_AT))

    async def run(self) -> NoReturn:
        """Poll what is due, one component after the other, until cancelled."""
        while True:
            now = self._clock.monotonic()
            wait = min(self._due.values(), default=now + LOOK_AGAIN) - now
            if wait > 0:
                await self._wakeup.wait(wait)
                continue
            for name in [each for each, at in self._due.items() if at <= now]:
                await self._look(name)

    def _next(self, name: str) -> float:
        now = self._clock.monotonic()
        self._looked = {each: at for each, at in self._looked.items() if now - at < NOT_AGAIN}
        if name not in self._looked:
            return now + SETTLE
        self._counters.add("polls.not_confirming", key=name)
        return max(now + SETTLE, self._looked[name] + NOT_AGAIN)

    async def _look(self, name: str) -> None:
        is_second = name in self._again
        self._again.discard(name)
        self._looked[name] = self._clock.monotonic()
        self._counters.add("polls.to_confirm", key=name)
        try:
            await self._poll(name)
        except AgentError as error:
            log.info("a fault could not be confirmed", extra={"component": name, "reason": str(error)})
        del self._due[name]
        alarms = (alarm for held in self._alarms_of(name).values() for alarm in held.values())
        if not is_second and any(map(is_doubtful, alarms)):
            self._due[name] = self._looked[name] + NOT_AGAIN
            self._again.add(name)


def is_doubtful(event: Event) -> bool:
    """A critical or major raise that only messages reported, which anybody may forge."""
    serious = event.severity.rank <= Severity.MAJOR.rank
    reported = event.sources and all(source in (Source.TRAP, Source.SYSLOG) for source in event.sources)
    return bool(
        event.state is Transition.RAISE and serious and reported and event.component and not event.suppressed_by
    )
