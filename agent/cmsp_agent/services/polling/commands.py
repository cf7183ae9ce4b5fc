"""The figures that only the command line shows: each device's show commands, in one login every five minutes.

A device is asked where its type has tables, its order permits KPIs and there is a login. What SNMP gives is left to it.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NoReturn, Protocol

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import Component
from cmsp_agent.model.entitlement import ServicePart, gets
from cmsp_agent.model.errors import AgentError, AuthenticationRejected, NotFound
from cmsp_agent.model.machine_faults import kind_in_words
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.plugin.api import DeviceType, ShownTable
from cmsp_agent.plugin.templates import OutputUnreadable, TemplateUnusable
from cmsp_agent.services.devices.login import command_line_of
from cmsp_agent.services.polling.command_samples import NotSupportedHere, ShownReader, ShownReading
from cmsp_agent.services.polling.loops import ComponentLoops, phase
from cmsp_agent.services.polling.seen_well import WellMemory
from cmsp_agent.services.polling.thresholds import CrossedThresholds, Limits
from cmsp_agent.services.signal_handler import SignalHandler, WriteSeries
from cmsp_agent.transports.ssh import CliTarget

log = logging.getLogger(__name__)

EVERY = 300.0
"""Seconds between two logins at least."""
WITHIN = 120.0
REJECTED_FOR = 3600.0
"""Seconds for which a device that rejected our login is left alone: more would lock the account."""
ASK_AGAIN = 24 * 3600.0
"""Seconds after which a command that the device does not have is tried again: it may have been upgraded."""

DeviceTypeOf = Callable[[str], DeviceType]
BySnmp = Callable[[str], Collection[str]]
"""Component → the KPIs and the types of faults that SNMP gives."""


class CommandClient(Protocol):
    """Carries commands out on a device, as `transports.ssh.CliClient` does."""

    async def commands(self, target: CliTarget, commands: Sequence[str], within: float) -> list[str]:
        """The outputs, in the order of the commands."""
        ...


class CommandReader:
    """Asks one component, and remembers what it does not have."""

    def __init__(self, component: Component, client: CommandClient, well: WellMemory, clock: Clock) -> None:
        self.component = component
        self._client = client
        self._well = well
        self._clock = clock
        self._reader = ShownReader(well.of(self._kept_as, [self._kept_at]))
        self._limits = Limits(component, wanted=True)  # without KPIs there is nothing to ask: see `target_of`
        self._crossed = CrossedThresholds()
        self._lacks: dict[str, float] = {}
        """Command → when it is tried again (monotonic)."""
        self._left_alone_until = float("-inf")

    @property
    def _kept_as(self) -> str:
        return f"{self.component.name} over SSH"

    @property
    def _kept_at(self) -> str:
        return f"{''.join(self.component.addresses[:1])} over SSH"

    async def read(self, kind: DeviceType, by_snmp: Collection[str]) -> PollSignal | None:
        """Ask everything once; None: there is nothing to ask.

        Raises:
            DeviceError: the device gave no answer.
        """
        now = self._clock.monotonic()
        asked = [
            table for table in kind.tables if self._lacks.get(table.command, now) <= now and _needed(table, by_snmp)
        ]
        target = target_of(self.component, kind)
        if not asked or target is None or now < self._left_alone_until:
            return None
        try:
            outputs = await self._client.commands(target, [table.command for table in asked], WITHIN)
        except AuthenticationRejected:
            self._left_alone_until = now + REJECTED_FOR
            raise
        reading, seen = ShownReading(), frozenset(self._reader.seen_well)
        for table, output in zip(asked, outputs, strict=True):
            self._read(table, output, reading, by_snmp)
        if frozenset(self._reader.seen_well) != seen:
            await self._well.keep(self._kept_as, frozenset(self._reader.seen_well), self._kept_at)
        crossed = self._crossed.judge(self._limits.by(kind), reading.samples, self._clock.monotonic())
        return PollSignal(
            self.component.name,
            self._clock.now(),
            states=(*reading.states.values(), *crossed),
            there=reading.there,
            unused=reading.unused,
            samples=reading.samples,
            by_commands=True,
        )

    def _read(self, table: ShownTable, output: str, reading: ShownReading, by_snmp: Collection[str]) -> None:
        try:
            self._reader.read(table, output, reading, by_snmp)
        except (NotSupportedHere, OutputUnreadable, TemplateUnusable) as error:
            self._lacks[table.command] = self._clock.monotonic() + ASK_AGAIN
            log.info(
                "show command not supported by the device",
                extra={"component": self.component.name, "command": table.command, "why": str(error)},
            )


def target_of(component: Component, kind: DeviceType) -> CliTarget | None:
    """Where its command line is; None: there is no login, the type has no tables, or the tier asks for no KPIs."""
    credential = component.credentials.ssh
    if credential is None or kind.cli is None or not kind.tables or not gets(component, ServicePart.KPIS):
        return None
    return command_line_of(component, credential, kind.cli.driver, component.source)


def _needed(table: ShownTable, by_snmp: Collection[str]) -> bool:
    return any(kpi.name not in by_snmp for kpi in table.kpis) or any(
        state.type not in by_snmp for state in table.states
    )


class CommandLoops:
    """A loop for each component with a login. Counts `commands.done` and, by the reason, `commands.failed`."""

    def __init__(
        self,
        make: Callable[[Component], CommandReader],
        device_type: DeviceTypeOf,
        by_snmp: BySnmp,
        handle: SignalHandler,
        write_series: WriteSeries,
        supervisor: Supervisor,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._device_type = device_type
        self._by_snmp = by_snmp
        self._handle = handle
        self._write_series = write_series
        self._clock = clock
        self._counters = counters
        self._loops = ComponentLoops("commands", make, self._loop, supervisor)
        self._failing: set[str] = set()

    async def configure(self, components: Mapping[str, Component]) -> None:
        """Ask those of these components that have a login from now on."""
        await self._loops.configure({name: each for name, each in components.items() if each.credentials.ssh})

    @property
    def names(self) -> Collection[str]:
        """The components with a login."""
        return self._loops.asked.keys()

    async def read_now(self, name: str) -> PollSignal | None:
        """Ask a component out of its turn; None: there is nothing to ask it.

        Raises:
            NotFound: no component of that name has a login.
            DeviceError: the device gave no answer.
            StorageError: the outcome could not be stored.
        """
        reader = self._loops.asked.get(name)
        if reader is None:
            raise NotFound(f"no component {name!r} has a login")
        return await self._read(reader)

    async def _loop(self, reader: CommandReader) -> NoReturn:
        name, every = reader.component.name, max(EVERY, reader.component.poll.every)
        await self._clock.sleep(phase(name, every))
        while True:
            started = self._clock.monotonic()
            try:
                await self._read(reader)
                self._edge(name, "")
            except AgentError as error:
                self._counters.add("commands.failed", key=kind_in_words(error))
                self._edge(name, str(error))
            await self._clock.sleep(max(every / 2, every - (self._clock.monotonic() - started)))

    async def _read(self, reader: CommandReader) -> PollSignal | None:
        name = reader.component.name
        signal = await reader.read(self._device_type(name), self._by_snmp(name))
        if signal is not None:
            self._counters.add("commands.done")
            await self._handle((signal,))
            if signal.samples:
                await self._write_series(name, signal.received_at, signal.samples)
        return signal

    def _edge(self, name: str, trouble: str) -> None:
        if bool(trouble) != (name in self._failing):
            text = "show commands fail" if trouble else "show commands answer again"
            log.log(logging.WARNING if trouble else logging.INFO, text, extra={"component": name, "detail": trouble})
        (self._failing.add if trouble else self._failing.discard)(name)
