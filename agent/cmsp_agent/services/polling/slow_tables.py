"""The tables of a slow device, read beside its polls: neither a fault nor a figure of its own waits for them.

A device is slow where all of its tables took long in one poll. From then on a poll asks for what tells of faults and
for what needs no table; the other tables are read by a loop of their own, and the next poll hands them on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import AgentError
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.polling.interface_names import InterfaceNames
from cmsp_agent.services.polling.plan import Plan
from cmsp_agent.services.polling.probe import DeviceSession
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, samples

SLOW = 2.0
"""Seconds that all tables of a device may take within a poll."""
LONGEST_WALK = 900.0
"""Seconds that a reading of the tables may take beside the polls."""
MOST_ROWS = 5_000

ReadInventory = Callable[[DeviceSession], Awaitable[DeviceFacts]]
"""Raises DeviceError."""


class SlowTables:
    """What polling knows of the tables of one device.

    Args:
        clock: for how long they take.
        open_session: opens a session of its own, so that a poll need not wait for a table.
        read_inventory: reads who the device is and what it has.
    """

    def __init__(self, clock: Clock, open_session: Callable[[], DeviceSession], read_inventory: ReadInventory) -> None:
        self._clock = clock
        self._open_session = open_session
        self._read_inventory = read_inventory
        self._wanted = asyncio.Event()
        self._columns: Sequence[str] = ()
        self._answers: Answers | None = None
        self._names = InterfaceNames({})
        self._inventory: DeviceFacts | None = None
        self._inventory_wanted = False
        self._rest_until = float("-inf")
        self.slow = False
        self.slow_inventory = False
        """A poll's time was not enough for the inventory: it is read beside the polls."""
        self.trouble = ""
        """Why they could not be read last time; empty: they were."""
        self.rates = Rates()
        """The counters that are read without a table."""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Reading tables within a poll, all of them where it is not slow; also where the time of the poll ends it."""
        began, slow = self._clock.monotonic(), self.slow
        try:
            yield
        except (TimeoutError, AgentError) as error:
            if slow or self._clock.monotonic() - began >= SLOW:  # until they were read beside the polls
                self.trouble = _unreadable(error)
            raise
        finally:
            self.slow = slow or self._clock.monotonic() - began >= SLOW

    def learn(self, facts: DeviceFacts) -> None:
        """Take the inventory that was just read."""
        self._names.learn(facts, restarted=False)

    def _ask_for(self, plan: Plan) -> None:
        columns = (*plan.columns, *self._names.columns) if plan.columns else ()
        if columns and self._clock.monotonic() >= self._rest_until:
            self._columns = tuple(dict.fromkeys(columns))
            self._wanted.set()

    async def inventory(self, session: DeviceSession) -> DeviceFacts:
        """Read the inventory within a poll. Raises DeviceError."""
        try:
            return await self._read_inventory(session)
        except asyncio.CancelledError:
            self.slow_inventory = True
            raise

    def ask_for_inventory(self) -> None:
        """Have the inventory read beside the polls."""
        if self._inventory is None and self._clock.monotonic() >= self._rest_until:
            self._inventory_wanted = True
            self._wanted.set()

    def take_inventory(self) -> DeviceFacts | None:
        """The inventory that was read since this was last asked."""
        taken, self._inventory = self._inventory, None
        return taken

    def figures(self, plan: Plan, rates: Rates) -> dict[str, float]:
        """The figures of the tables that were read since this was last asked; has them read again.

        After a reading they rest for as long as it took.
        """
        self._ask_for(plan)
        if self._answers is None or not plan.kpis:
            return {}
        answers, self._answers = self._answers, None
        self._names.read(answers.columns, restarted=False)
        return samples(plan, answers, rates, lambda index: self._names.known(index) or index, self._names.unsure)

    async def serve(self) -> NoReturn:
        """Read what is asked for, whenever it is, until cancelled."""
        while True:
            await self._wanted.wait()
            began = self._clock.monotonic()
            try:
                async with asyncio.timeout(LONGEST_WALK):
                    await self._read(self._open_session())
                self.trouble = ""
            except (TimeoutError, AgentError, ValueError) as error:
                self.trouble = _unreadable(error)
            self._rest_until = 2 * self._clock.monotonic() - began
            self._wanted.clear()

    async def _read(self, session: DeviceSession) -> None:
        if self._inventory_wanted:
            self._inventory = await self._read_inventory(session)
            self._inventory_wanted = False
        if self._columns:
            began = self._clock.monotonic()
            columns = await session.columns(*self._columns, limit=MOST_ROWS)
            ended = self._clock.monotonic()
            self._answers, self._columns = Answers({}, columns, (began + ended) / 2), ()
            self.slow = ended - began >= SLOW


def _unreadable(error: Exception) -> str:
    return f"its tables can't be read: {str(error) or f'not in {LONGEST_WALK:g} s'}"
