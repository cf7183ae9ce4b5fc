"""The whole agent: a list of parts. They start in order, a reload changes each, and they stop in reverse order.

Read `running` from top to bottom.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.start import ApiNeeds, ApiPart, start_api
from cmsp_agent.app.in_force import InForce
from cmsp_agent.app.loading import Loaded, load
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.device_types import check_types
from cmsp_agent.model.errors import StorageError
from cmsp_agent.plugin.start import load_plugins
from cmsp_agent.services.backups.start import BackupsPart, start_backups
from cmsp_agent.services.devices.start import DevicesPart, start_devices
from cmsp_agent.services.diagnostics.start import start_diagnostics
from cmsp_agent.services.discovery.start import start_discovery
from cmsp_agent.services.emergency.start import start_emergency
from cmsp_agent.services.events.start import EventsPart, start_events
from cmsp_agent.services.host.site_file import SiteFilePart, start_site_file
from cmsp_agent.services.host.start import HostPart, start_host
from cmsp_agent.services.inventory.start import start_inventory
from cmsp_agent.services.kpis.start import KpisPart, start_kpis
from cmsp_agent.services.link.sinks import start_sinks
from cmsp_agent.services.link.start import LinkPart, start_link
from cmsp_agent.services.listening import start_listening
from cmsp_agent.services.machine import REAL, Machine
from cmsp_agent.services.notify.start import NotifyPart, start_notify
from cmsp_agent.services.order.start import start_order
from cmsp_agent.services.part import Part
from cmsp_agent.services.plugins import PluginsPart
from cmsp_agent.services.polling.start import PollingNeeds, PollingPart, start_polling
from cmsp_agent.services.receiving.start import ReceivingNeeds, ReceivingPart, start_receiving
from cmsp_agent.services.revisions.start import start_revisions
from cmsp_agent.services.runtime import Runtime, open_runtime
from cmsp_agent.services.security.start import start_security
from cmsp_agent.services.status.start import status_of
from cmsp_agent.services.support.start import start_support
from cmsp_agent.services.tunnel.start import start_tunnel

Started = TypeVar("Started", bound=Part)


@dataclass(frozen=True, slots=True)
class Agent:
    """The running agent: what `main` and the tests hold in their hands."""

    runtime: Runtime
    in_force: InForce
    parts: Sequence[Part]
    """All that follow, in the order in which they were started and a reload changes them."""
    plugins: PluginsPart
    devices: DevicesPart
    events: EventsPart
    link: LinkPart
    notify: NotifyPart
    backups: BackupsPart
    kpis: KpisPart
    polling: PollingPart
    receiving: ReceivingPart
    host: HostPart
    site_file: SiteFilePart
    api: ApiPart
    reloading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""
        return self.in_force.loaded.configuration

    async def use(self, loaded: Loaded) -> None:
        """Put another configuration in force: what can fail is done first, then everything changes together.

        Raises:
            ConfigurationError: the old configuration stays in force.
            StorageError: the database can't be written; the old configuration stays in force.
        """
        async with self.reloading:
            # a type that was missing already must not keep the rest of the file from being used
            types, tolerated = self.plugins.host.registry.types, {*self.configuration.missing_types.values()}
            configuration = check_types(loaded.configuration, types, tolerated)
            await self.devices.names.resolve(configuration.hosts)
            await self._change(configuration)
            self.in_force.loaded = replace(loaded, configuration=configuration)

    async def reload(self) -> None:
        """Put the file in force as it is now. Raises as `use`."""
        await self.use(await self.runtime.read_file(lambda: load(self.configuration.file)))

    async def follow_what_is_learned(self) -> None:
        """Let the groups that match a device type apply once it is known, and resolve the names again, until cancelled.

        Looks before it waits: what could not be followed when it was learned is followed when this is run again.
        """
        devices = self.devices
        while True:
            devices.learned.clear()
            async with self.reloading:
                # at a start every device is learned: the rest is only prepared where the components differ
                if devices.components(self.configuration) != devices.devices.components:
                    await self._change(self.configuration)
            await devices.learned.wait()

    async def _change(self, configuration: Configuration) -> None:
        changes = [(part, part.prepare(configuration)) for part in self.parts]
        changed: list[Part] = []
        try:
            for part, change in changes:
                await change()
                changed.append(part)
        except StorageError:
            for part in reversed(changed):
                await part.prepare(self.configuration)()
            raise


class Starting:
    """Starts one part above the other, and keeps the list of them: nobody can forget one."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.parts: list[Part] = []

    async def start(self, starting: AbstractAsyncContextManager[Started]) -> Started:
        """Start a part; it is stopped when the stack is left."""
        return self.add(await self._stack.enter_async_context(starting))

    def add(self, part: Started) -> Started:
        """Take a part that needs no stop into the list."""
        self.parts.append(part)
        return part


@asynccontextmanager
async def running(loaded: Loaded, machine: Machine = REAL) -> AsyncIterator[Agent]:
    """The agent, from its first database to its last socket.

    Args:
        loaded: the file.
        machine: what the agent runs on.

    Raises:
        ConfigurationError: a secret is missing, or a file that the configuration names can't be used.
        StorageError: the state directory can't be used.
    """
    async with AsyncExitStack() as stack:
        appliance = loaded.configuration.appliance
        runtime = await stack.enter_async_context(open_runtime(appliance, Counters(), machine))
        directory = runtime.state_directory.path
        host = stack.enter_context(load_plugins(runtime.clock, runtime.counters, directory, machine.threads))
        configuration = check_types(loaded.configuration, host.registry.types)
        in_force = InForce(replace(loaded, configuration=configuration), configuration, host.brought)
        starting = Starting(stack)
        start, parts = starting.start, starting.parts
        plugins = starting.add(PluginsPart(host))
        devices = await start(start_devices(runtime, host.registry, configuration))
        known, components = devices.devices, devices.components
        asked_of = components, known, devices.seen.first
        events = await start(start_events(runtime, configuration, loaded.key, *asked_of, host.event_recorded))
        service, notices, active = events.service, events.notices, events.service.alarm_state.active
        status = status_of(runtime, appliance, devices, events, parts)
        link = await start(start_link(runtime, configuration, service, notices, status.heartbeat, in_force.reload))
        await start(start_sinks(runtime, configuration, host.sinks, notices, active))
        await start(start_security(runtime, configuration, notices, active))
        await start(start_tunnel(runtime, configuration, notices, active, link.another_client))
        notify = await start(start_notify(runtime, configuration, components, events, host))
        audit = in_force.audit_log(runtime)
        backups = await start(start_backups(runtime, configuration, loaded.key, known, components, events, audit))
        kpis = await start(start_kpis(runtime, configuration, known, events.known_time))
        await start(start_order(runtime, configuration, devices, events))
        await start(start_emergency(runtime, configuration, known, backups.backups, events))
        await start(start_inventory(runtime, devices, backups.backups, notices))
        seen = (devices.seen.note, backups.seen)
        asked = PollingNeeds(known, components, devices.remember, seen, service, notices)
        polling = await start(start_polling(runtime, configuration, asked))
        await start(start_support(runtime, status, events, in_force.document, in_force.secrets))
        await start(start_diagnostics(runtime, known, polling.sessions, in_force.secrets))
        await start(start_discovery(runtime, known, polling.sessions, configuration))
        listening = start_listening(runtime, notices, active)
        reported = ReceivingNeeds(devices.senders, known.unreadable, components, service, notices)
        receiving = await start(start_receiving(runtime, configuration, reported, listening))
        machine_part = await start(start_host(runtime, appliance, notices, active))
        site_file = starting.add(start_site_file(runtime, configuration, in_force.unusable_secrets, notices, active))
        await start(start_revisions(runtime, configuration, in_force.check, in_force.reload, notices, active))
        called = ApiNeeds(status, events, polling.poller, backups, kpis.history, parts, audit)
        api = await start(start_api(runtime, configuration.api, called, in_force.shown(), listening))
        listening.forget_others()
        below = (plugins, devices, events, link, notify, backups, kpis, polling)
        agent = Agent(runtime, in_force, parts, *below, receiving, machine_part, site_file, api)
        in_force.stands(agent.reload)
        runtime.supervisor.keep_running("what is learned", agent.follow_what_is_learned)
        await polling.prepare(configuration)()
        yield agent
