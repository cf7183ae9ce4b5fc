"""Polls at once where only an unauthenticated message reported a serious fault. Judges nothing itself."""

import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from cmsp_agent.aio.bell import Bell
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import AgentError
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_state import Changes

log = logging.getLogger(__name__)

SETTLE = 1.0
"""Seconds in which a device may make up what it shows, and others may report of the same component."""
NOT_AGAIN = 10_000
"""ms in which a component is not looked at again for this reason: who forges messages must not make us poll."""
LOOK_AGAIN = 600.0


class Confirming:
    """Subscribe it to the event service, and run `run` under the supervisor."""

    def __init__(self, poll: Callable[[str], Awaitable[object]], clock: Clock, counters: Counters) -> None:
        self._poll = poll
        self._clock = clock
        self._counters = counters
        self._bell = Bell(clock)
        self._waiting: dict[str, None] = {}
        self._looked: dict[str, int] = {}

    def __call__(self, changes: Changes) -> None:
        """What became known."""
        for event in changes.new.values():
            if is_doubtful(event):
                self._waiting[event.component] = None
        if self._waiting:
            self._bell.ring()

    async def run(self) -> NoReturn:
        """Poll what waits, one component after the other, for ever."""
        while True:
            if not self._waiting:
                await self._bell.wait(LOOK_AGAIN)
                continue
            await self._clock.sleep(SETTLE)
            waiting, self._waiting = self._waiting, {}
            for name in waiting:
                await self._look(name)

    async def _look(self, name: str) -> None:
        now = self._clock.now()
        self._looked = {each: at for each, at in self._looked.items() if 0 <= now - at < NOT_AGAIN}
        if name in self._looked:
            self._counters.add("polls.not_confirming", key=name)
            return
        self._looked[name] = now
        self._counters.add("polls.to_confirm", key=name)
        try:
            await self._poll(name)
        except AgentError as error:
            log.info("a fault could not be confirmed", extra={"component": name, "reason": str(error)})


def is_doubtful(event: Event) -> bool:
    """A critical or major raise that only messages reported, which anybody may forge."""
    serious = event.severity.rank <= Severity.MAJOR.rank
    reported = event.sources and all(source in (Source.TRAP, Source.SYSLOG) for source in event.sources)
    return bool(
        event.state is Transition.RAISE and serious and reported and event.component and not event.suppressed_by
    )
