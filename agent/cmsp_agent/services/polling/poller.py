"""The loops: each device has its own, in its own phase. Asks when it is time, or now, and hands on what was found."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import Component, Threshold
from cmsp_agent.model.errors import AgentError, NotFound
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.services.polling.device import Device
from cmsp_agent.services.polling.loops import ComponentLoops, phase
from cmsp_agent.services.signal_handler import SignalHandler, WriteSeries

log = logging.getLogger(__name__)

FIRST_WITHIN = 5.0
"""Seconds after the start over which the first polls are spread."""
LATE = 0.5
"""Seconds after its time from which a poll counts as late."""

MakeDevice = Callable[[Component], Device]


class Poller:
    """Polls components for as long as the supervisor runs.

    Args:
        make_device: what asks a component.
        handle: takes each outcome; returns when what it means is durable.
        write_series: takes the samples.
        supervisor: owns the loops.
        clock: for phases.
        counters: `polls.done`, `polls.late`, `polls.skipped`, `polls.not_stored`.
    """

    def __init__(
        self,
        make_device: MakeDevice,
        handle: SignalHandler,
        write_series: WriteSeries,
        supervisor: Supervisor,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._handle = handle
        self._write_series = write_series
        self._clock = clock
        self._counters = counters
        self._loops = ComponentLoops("poll", make_device, self._loop, supervisor)
        self._tables = ComponentLoops("tables of", self._same, lambda device: device.tables.serve(), supervisor)
        self._busy: dict[str, asyncio.Lock] = {}
        self._worst_lateness = 0.0
        counters.gauge("polls.worst_lateness_s", lambda: self._worst_lateness)

    async def configure(self, components: Mapping[str, Component]) -> None:
        """Poll these components from now on."""
        await self._loops.configure(components)
        await self._tables.configure(components)
        self._busy = {name: lock for name, lock in self._busy.items() if name in self._loops.asked}

    def _same(self, component: Component) -> Device:
        return self._loops.asked[component.name]

    def thresholds(self) -> dict[str, tuple[Threshold, ...]]:
        """Component → the thresholds in force."""
        return {name: device.thresholds for name, device in self._loops.asked.items()}

    def known(self, name: str) -> frozenset[str]:
        """The KPIs and the types of faults that SNMP gives of a component."""
        device = self._loops.asked.get(name)
        return device.known if device is not None else frozenset()

    def unsupported(self, name: str) -> tuple[str, ...]:
        """The KPIs of its type that the component does not have, as far as it was asked."""
        device = self._loops.asked.get(name)
        return device.plan.unsupported if device is not None else ()

    async def poll_now(self, name: str) -> PollSignal:
        """Poll a component out of its turn and hand on the outcome.

        Raises:
            NotFound: no such component.
            StorageError: the outcome could not be stored.
        """
        device = self._loops.asked.get(name)
        if device is None:
            raise NotFound(f"no component {name!r} is polled")
        device.lose_patience()
        return await self._poll(device)

    async def _loop(self, device: Device) -> NoReturn:
        name, every = device.component.name, device.component.poll.every
        offset = phase(name, every)
        due = self._clock.monotonic() + phase(name, min(every, FIRST_WITHIN))
        while True:
            await self._clock.sleep(due - self._clock.monotonic())
            self._note_lateness(self._clock.monotonic() - due)
            try:
                await self._poll(device)
            except AgentError as error:
                self._counters.add("polls.not_stored")
                log.warning("a poll's outcome could not be stored", extra={"component": name, "error": str(error)})
            now = self._clock.monotonic()
            missed = max(0, int((now - due) // every))
            if missed:
                self._counters.add("polls.skipped", missed, key=name)
            due = now - (now - offset) % every + every

    async def _poll(self, device: Device) -> PollSignal:
        async with self._busy.setdefault(device.component.name, asyncio.Lock()):
            signal = await device.poll()
            self._counters.add("polls.done")
            await self._handle((signal,))
            if signal.samples:
                await self._write_series(signal.component, signal.received_at, signal.samples)
            return signal

    def _note_lateness(self, seconds: float) -> None:
        self._worst_lateness = max(self._worst_lateness, seconds)
        if seconds > LATE:
            self._counters.add("polls.late")
