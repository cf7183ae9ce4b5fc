"""The whole agent: a list of parts. They start in order, a reload changes each, and they stop in reverse order.

Read `running` from top to bottom.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from cmsp_agent import __version__
from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.start import ApiPart, CalledServices, Shown, start_api
from cmsp_agent.app.loading import Loaded, document_of
from cmsp_agent.app.own_conditions import OwnConditions, own_conditions
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.device_types import Typed, check_types
from cmsp_agent.model.errors import StorageError
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.start import load_plugins
from cmsp_agent.services.backups.start import BackupsPart, start_backups
from cmsp_agent.services.devices.start import DevicesPart, start_devices
from cmsp_agent.services.events.start import EventsPart, start_events
from cmsp_agent.services.host.start import HostPart, start_host
from cmsp_agent.services.kpis.start import KpisPart, start_kpis
from cmsp_agent.services.link.start import LinkPart, start_link
from cmsp_agent.services.listening import start_listening
from cmsp_agent.services.machine import REAL, Machine
from cmsp_agent.services.notify.start import NotifyPart, start_notify
from cmsp_agent.services.part import Part
from cmsp_agent.services.polling.start import PollingNeeds, PollingPart, start_polling
from cmsp_agent.services.receiving.start import ReceivingNeeds, ReceivingPart, start_receiving
from cmsp_agent.services.runtime import Runtime, open_runtime
from cmsp_agent.services.status.service import ApplianceIdentity, StatusService
from cmsp_agent.transports.snmp.shared import SharedSnmp


@dataclass(slots=True)
class InForce:
    """What is in force at this moment: the file, and its configuration with the device types that there are."""

    loaded: Loaded
    typed: Typed

    def missing_types(self) -> set[str]:
        """Device types that components name and no plugin brings."""
        return set(self.typed.missing.values())


@dataclass(frozen=True, slots=True)
class Agent:
    """The running agent: what `main` and the tests hold in their hands. A field that is a part is in the list."""

    runtime: Runtime
    plugins: PluginHost
    in_force: InForce
    devices: DevicesPart
    events: EventsPart
    link: LinkPart
    notify: NotifyPart
    backups: BackupsPart
    kpis: KpisPart
    polling: PollingPart
    api: ApiPart
    receiving: ReceivingPart
    host: HostPart
    own: OwnConditions
    reloading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts, in the order in which a reload changes them."""
        return _parts_of(self)

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""
        return self.in_force.typed.configuration

    async def use(self, loaded: Loaded) -> None:
        """Go by another configuration: what can fail is done first, then everything changes together.

        Raises:
            ConfigurationError: the old configuration stays in force.
            StorageError: the database can't be written; the old configuration stays in force.
        """
        async with self.reloading:
            # a type that was missing already must not keep the rest of the file from being used
            types, tolerated = self.plugins.registry.types, self.in_force.missing_types()
            typed = check_types(loaded.configuration, types, tolerated)
            await self.devices.names.resolve(typed.configuration.hosts)
            await self._change(typed.configuration)
            self.in_force.loaded, self.in_force.typed = loaded, typed
            self.own.in_force(typed, loaded.fingerprint)

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


def _parts_of(holder: object) -> tuple[Part, ...]:
    values = [getattr(holder, each.name) for each in fields(holder)]  # type: ignore[arg-type]
    return tuple(value for value in values if isinstance(value, Part))


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
        enter = stack.enter_async_context
        runtime = await enter(open_runtime(loaded.configuration.appliance, Counters(), machine))
        directory = runtime.place.directory
        plugins = stack.enter_context(load_plugins(runtime.clock, runtime.counters, directory, machine.threads))
        in_force, shared = InForce(loaded, check_types(loaded.configuration, plugins.registry.types)), SharedSnmp()
        configuration = in_force.typed.configuration
        devices = await enter(start_devices(runtime, plugins.registry, configuration))
        known, components = devices.devices, devices.components
        events = await enter(start_events(runtime, configuration, components, known, plugins.event_recorded))
        service, notices = events.service, events.notices
        extras = Extras(plugins)
        status = _status(runtime, configuration, devices, events, extras)
        link = await enter(start_link(runtime, configuration, service, notices, status.heartbeat))
        notify = await enter(start_notify(runtime, configuration, components, service, notices))
        listening = start_listening(runtime, notices, service.alarm_state.active)
        backups = await enter(start_backups(runtime, configuration, loaded.key, known, service, components, notices))
        kpis = await enter(start_kpis(runtime, configuration, known, events.known_time))
        asked = PollingNeeds(known, components, devices.remember, service, notices)
        polling = await enter(start_polling(runtime, configuration, asked, shared))
        jobs = {**polling.jobs, **backups.jobs}
        services = CalledServices(status, events, polling.poller, backups.backups, kpis.history, jobs)
        api = await enter(start_api(runtime, configuration.api, services, _shown(in_force, loaded), listening))
        reported = ReceivingNeeds(devices.senders, known.unreadable, components, service, notices)
        receiving = await enter(start_receiving(runtime, configuration, reported, listening, shared))
        listening.forget_others()
        active = service.alarm_state.active
        host = await enter(start_host(runtime, configuration.appliance, notices, active))
        own = own_conditions(in_force.typed, loaded.fingerprint, notices, active, runtime.clock)
        parts = (devices, events, link, notify, backups, kpis, polling, api, receiving, host)
        agent = Agent(runtime, plugins, in_force, *parts, own)
        extras.parts = agent.parts
        runtime.supervisor.keep_running("own configuration", own.run)
        runtime.supervisor.keep_running("what is learned", agent.follow_what_is_learned)
        await polling.prepare(configuration)()
        yield agent


def _shown(in_force: InForce, loaded: Loaded) -> Shown:
    return Shown(
        lambda: document_of(in_force.loaded, loaded.configuration, in_force.missing_types()),
        lambda: in_force.typed.configuration.api.roles,
        loaded.key.derived("audit"),
    )


def _status(
    runtime: Runtime, configuration: Configuration, devices: DevicesPart, events: EventsPart, extras: "Extras"
) -> StatusService:
    appliance = configuration.appliance
    return StatusService(
        ApplianceIdentity(appliance.id, appliance.name, __version__, runtime.clock.now()),
        lambda: devices.devices.components,
        lambda: events.service.alarm_state,
        runtime.state,
        runtime.counters,
        runtime.clock,
        extras,
        devices.devices.unreadable,
        extras.saved,
    )


class Extras:
    """What the status says of the parts and of the plugins."""

    def __init__(self, plugins: PluginHost) -> None:
        self._plugins = plugins
        self.parts: tuple[Part, ...] = ()

    def saved(self) -> list[str]:
        """The components whose configurations are to be saved."""
        return [name for part in self.parts if isinstance(part, BackupsPart) for name in part.saved()]

    def __call__(self) -> Mapping[str, Any]:
        said: dict[str, Any] = {"headend": {"configured": False}, "plugins": self._plugins.report()}
        for part in self.parts:
            said.update(part.status())
        return said
