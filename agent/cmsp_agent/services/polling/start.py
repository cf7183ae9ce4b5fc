"""The part for polling: the SNMP client, a loop for each device, and the check of our own link."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.component import Component
from cmsp_agent.model.signal import PollSignal, Signal
from cmsp_agent.pipeline.alarm_types import polling
from cmsp_agent.pipeline.causes import ISOLATED, UNROUTED
from cmsp_agent.pipeline.poll_judge import answered, asked_ways
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.service import EventService
from cmsp_agent.services.jobs import JobKind
from cmsp_agent.services.part import Change, ComponentsOf, Part
from cmsp_agent.services.polling.access_tests import AccessTests
from cmsp_agent.services.polling.commands import CommandClient, CommandLoops, CommandReader
from cmsp_agent.services.polling.confirmation import Confirming
from cmsp_agent.services.polling.device import Device
from cmsp_agent.services.polling.device_starts import StartMemory
from cmsp_agent.services.polling.inventory_due import Learned
from cmsp_agent.services.polling.isolation import Isolation
from cmsp_agent.services.polling.job import component_test_job, poll_job
from cmsp_agent.services.polling.poller import Poller
from cmsp_agent.services.polling.reachability import Reachability
from cmsp_agent.services.polling.seen_well import WellMemory
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.services.polling.snmp_memory import EngineMemory
from cmsp_agent.services.polling.tracked_hops import TrackedHops, answers
from cmsp_agent.services.polling.unrouted import Unrouted
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.tables import device_starts, seen_well, snmp_engines
from cmsp_agent.transports.snmp.client import SnmpClient
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys

DIALOGUES = 10
"""SSH dialogues at the same time; each holds a thread."""

"""Called with what was learned of a component."""


@dataclass(frozen=True, slots=True)
class PollingPart(Part):
    """The poller and what it works with."""

    alarm_types = polling.ALARM_TYPES
    poller: Poller
    commands: CommandLoops
    checks: AccessTests
    isolation: Isolation
    unrouted: Unrouted
    sessions: SnmpSessions
    devices: Devices
    components: ComponentsOf

    def prepare(self, configuration: Configuration) -> Change:
        """Loops for the components that are new, an end for those that are gone."""
        components = self.components(configuration)

        async def change() -> None:
            await self.poller.configure(components)
            await self.commands.configure(components)

        return change

    def _with_reason(self, poll: PollSignal) -> PollSignal:
        """A poll without an answer says what was asked, or that this machine's own link kept it from one."""
        found = self.isolation.with_reason(self.unrouted.with_reason(poll))
        known = self.devices.component(poll.component)
        if found.reason or answered(found) or known is None:
            return found
        return replace(found, reason=f"no answer to {asked_ways(known, found)}")

    @property
    def jobs(self) -> Mapping[str, JobKind]:
        """A poll out of its turn; a test of how a component answers."""
        return {
            "poll": poll_job(self.poller, self.commands, self._with_reason),
            "test": component_test_job(self.sessions, self.devices, self.checks),
        }


@dataclass(frozen=True, slots=True)
class PollingNeeds:
    """What polling needs, and where its outcomes go."""

    devices: Devices
    components: ComponentsOf
    learned: Learned
    seen: Sequence[Callable[[Sequence[Signal]], None]]
    """Called with what polls brought."""
    events: EventService
    notices: Notices

    def show(self, signals: Sequence[Signal]) -> None:
        """Hand on what polls brought."""
        for see in self.seen:
            see(signals)


@asynccontextmanager
async def start_polling(
    runtime: Runtime, configuration: Configuration, asked: PollingNeeds
) -> AsyncIterator[PollingPart]:
    """Make everything ready; the first poll comes with the first `prepare`, when all other parts stand."""
    events, network = asked.events, runtime.machine.network
    known = await runtime.state.read(snmp_engines.known)
    engines = EngineMemory(known, runtime.state, asked.notices, runtime.clock)
    client = _snmp_client(runtime, engines)
    await client.open()
    sessions = SnmpSessions(client)
    isolation = Isolation(
        TrackedHops(configuration.appliance.next_hops, asked.devices, network.ways),
        partial(answers, network),
        events.tell,
        lambda: ISOLATED in events.alarm_state.active,
        runtime.clock,
    )
    unrouted = Unrouted(
        lambda: asked.devices.components,
        network.ways.leads_to,
        asked.notices,
        lambda: UNROUTED in events.alarm_state.active,
    )

    async def polled(signals: Sequence[Signal]) -> None:
        asked.show(signals)
        await isolation.before_judging(signals)
        await events.handle(unrouted.marked(signals, isolated=isolation.verdict.isolated))

    reachability = Reachability(runtime.counters, network.ping, network.check_port, network.ask_service)
    make_device = await _device_maker(runtime, asked, sessions, reachability)
    poller = Poller(make_device, polled, runtime.write_series, runtime.supervisor, runtime.clock, runtime.counters)
    confirming = Confirming(poller.poll_now, events.alarm_state.active.of, runtime.clock, runtime.counters)
    events.subscribe(confirming)
    runtime.supervisor.keep_running("doubtful faults", confirming.run)
    runtime.supervisor.keep_running("SNMP engine memory", engines.run)
    runtime.supervisor.keep_running("isolation watch", isolation.run)
    try:
        async with _commands(runtime, asked, poller, polled) as (commands, command_client):
            kinds, ways = asked.devices.device_type, network.ways
            checks = AccessTests(reachability, command_client, kinds, ways.leads_to)
            own_way = isolation, unrouted
            yield PollingPart(poller, commands, checks, *own_way, sessions, asked.devices, asked.components)
    finally:
        await runtime.supervisor.cancel("doubtful faults")
        await poller.configure({})
        sessions.close()
        await client.close()


@asynccontextmanager
async def _commands(
    runtime: Runtime, asked: PollingNeeds, poller: Poller, polled: Callable[[Sequence[Signal]], Awaitable[None]]
) -> AsyncIterator[tuple[CommandLoops, CommandClient]]:
    """The show commands, with threads of their own."""
    threads = BlockingPool("show commands", threads=DIALOGUES, waiting=500, source=runtime.machine.threads)
    keys = StoredHostKeys(runtime.state, runtime.clock)
    client = runtime.machine.network.cli(threads, keys, runtime.clock, runtime.counters)
    well = await _well(runtime)
    loops = CommandLoops(
        lambda component: CommandReader(component, client, well, runtime.clock),
        asked.devices.device_type,
        poller.known,
        polled,
        runtime.write_series,
        runtime.supervisor,
        runtime.clock,
        runtime.counters,
    )
    try:
        yield loops, client
    finally:
        await loops.configure({})
        await threads.close(within=1.0)


def _snmp_client(runtime: Runtime, engines: EngineMemory) -> SnmpClient:
    """The one client of all sessions, not open yet."""
    network = runtime.machine.network
    return SnmpClient(
        runtime.clock,
        runtime.counters,
        engines=engines,
        observer=engines,
        ring=runtime.snmp.ring,
        texts=runtime.snmp.texts,
        times=runtime.snmp.times,
        open_socket=network.snmp_socket,
        chance=runtime.machine.chance,
        path_payload=network.path_payload,
    )


async def _well(runtime: Runtime) -> WellMemory:
    async def keep(name: str, seen: frozenset[tuple[str, str]]) -> None:
        await runtime.state.write(lambda tx: seen_well.save(tx, name, seen))

    return WellMemory(await runtime.state.read(seen_well.known), keep, runtime.counters)


async def _starts(runtime: Runtime) -> StartMemory:
    async def keep(name: str, uptime: device_starts.KeptUptime) -> None:
        await runtime.state.write(lambda tx: device_starts.save(tx, name, uptime))

    return StartMemory(await runtime.state.read(device_starts.known), keep, runtime.clock, runtime.counters)


async def _device_maker(
    runtime: Runtime, asked: PollingNeeds, sessions: SnmpSessions, reachability: Reachability
) -> Callable[[Component], Device]:
    well, starts = await _well(runtime), await _starts(runtime)

    def make(component: Component) -> Device:
        return Device(
            component,
            asked.devices,
            reachability,
            sessions,
            asked.learned,
            runtime.clock,
            runtime.counters,
            well,
            starts,
        )

    return make
