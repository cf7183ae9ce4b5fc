"""How a slow device is, said before its tables are read: a fault must not wait for figures."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.signal import PollSignal, Value
from cmsp_agent.services.polling.plan import Plan
from cmsp_agent.services.polling.probe import DeviceSession
from cmsp_agent.services.polling.samples import Answers, InterfaceName, StateReader

SLOW = 2.0
"""Seconds that all tables of a device may take: of one that takes longer its faults are read first, and apart."""

TellStatus = Callable[[PollSignal], Awaitable[None]]
"""Takes what is known of a device before its poll is over."""


async def to_nobody(signal: PollSignal) -> None:
    """Nobody waits for the status alone."""


class EarlyStatus:
    """Knows whether a device is slow.

    Args:
        clock: for how long its tables take.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._slow = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Reading all tables; also where the time of the poll ends it."""
        began = self._clock.monotonic()
        try:
            yield
        finally:
            self._slow = self._clock.monotonic() - began >= SLOW

    async def status(
        self,
        nothing: PollSignal,
        session: DeviceSession,
        scalars: Mapping[str, Value],
        plan: Plan,
        states: StateReader,
        interface: InterfaceName,
    ) -> PollSignal | None:
        """What a slow device says of its faults, by their columns alone; None: it is not slow.

        Raises:
            DeviceError: it does not answer.
        """
        if not self._slow or not plan.states:
            return None
        columns = await session.columns(*plan.state_columns) if plan.state_columns else {}
        found = states.states(plan, Answers(scalars, columns, self._clock.monotonic()), interface)
        return replace(nothing, snmp=True, states=found, there=states.there)
