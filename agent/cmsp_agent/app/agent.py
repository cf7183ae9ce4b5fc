"""The composition root: which parts there are, in which order they start, and how a reload reaches them.

Read `running` from top to bottom: it is the whole agent. Stopping is the same way back.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.server import ApiServer
from cmsp_agent.app.api import Shown, start_api, status_of
from cmsp_agent.app.link import LinkPart, start_link
from cmsp_agent.app.loading import Loaded
from cmsp_agent.app.observing import Known, Observing, start_observing
from cmsp_agent.app.own_conditions import OwnConditions, own_conditions
from cmsp_agent.app.plugins import load_plugins
from cmsp_agent.app.prepared import Prepared, components_of, prepare
from cmsp_agent.app.receiving import Receiving, start_receiving
from cmsp_agent.app.saving import Saving, open_manifest, start_saving
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.services.devices.inventory import Devices
from cmsp_agent.services.devices.names import Names, Resolver
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.known_time import DISTRUSTED, KnownTime
from cmsp_agent.services.events.retention import Stores, Upkeep
from cmsp_agent.services.listening import LISTEN_FAILED, Listening
from cmsp_agent.services.runtime import Runtime, open_runtime
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.keys import KeyRing
from cmsp_agent.transports.snmp.timeliness import SignedTimes

log = logging.getLogger(__name__)


@dataclass(slots=True)
class InForce:
    """What the agent goes by at this moment; a reload replaces both together."""

    loaded: Loaded
    prepared: Prepared

    @property
    def configuration(self) -> Configuration:
        return self.loaded.configuration

    def missing_types(self) -> set[str]:
        """Device types that components name and no plugin brings."""
        return set(self.prepared.missing.values())


@dataclass(frozen=True, slots=True)
class Agent:
    """The running agent: what `main` and the tests hold in their hands."""

    runtime: Runtime
    plugins: PluginHost
    known: Known
    in_force: InForce
    observing: Observing
    receiving: Receiving
    saving: Saving
    link: LinkPart
    server: ApiServer
    reloading: asyncio.Lock
    own: OwnConditions

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""
        return self.in_force.configuration

    async def use(self, loaded: Loaded) -> None:
        """Go by another configuration: what can fail is done first, then everything changes together.

        Raises:
            ConfigurationError: the old configuration stays in force.
            StorageError: the database can't be written; the old configuration stays in force.
        """
        async with self.reloading:
            await self.known.names.resolve(loaded.configuration.hosts)
            await self._apply(loaded, self._prepare(loaded.configuration))

    async def follow_what_is_learned(self) -> None:
        """Let the groups that match a device type apply once it is known, and ask where a name leads now, for ever.

        Looks before it waits: what could not be followed when it was learned is followed when this is run again.
        """
        while True:
            self.known.learned.clear()
            async with self.reloading:
                before = self.in_force.prepared
                # at a start every device is learned: the rest is only prepared where the components differ
                if components_of(before.configuration, self.known.names, self.known.devices) != before.components:
                    await self._apply(self.in_force.loaded, self._prepare(self.configuration))
            await self.known.learned.wait()

    async def _apply(self, loaded: Loaded, prepared: Prepared) -> None:
        self.server.renew_certificates()
        self.receiving.renew_certificates()
        await self.observing.use(prepared, self.known, before=self.in_force.prepared)
        # from here on nothing fails
        self.link.use(loaded.configuration)
        self.receiving.use(prepared)
        self.saving.use(loaded.configuration, self.known)
        self.in_force.loaded, self.in_force.prepared = loaded, prepared
        self.own.in_force(prepared, loaded.fingerprint)

    def _prepare(self, configuration: Configuration) -> Prepared:
        known, counters = self.known, self.runtime.counters
        # a type that was missing already must not keep the rest of the file from being used
        missing = self.in_force.missing_types()
        return prepare(configuration, self.plugins.registry, known.names, known.devices, counters, missing)


@asynccontextmanager
async def running(loaded: Loaded) -> AsyncIterator[Agent]:
    """The agent, from its first database to its last socket.

    Raises:
        ConfigurationError: a secret is missing, or a file that the configuration names can't be used.
        StorageError: the state directory can't be used.
    """
    configuration = loaded.configuration
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_runtime(configuration.appliance, Counters()))
        plugins = stack.enter_context(load_plugins(runtime, runtime.place.directory))
        known = await know(stack, runtime, plugins, configuration)
        prepared = prepare(configuration, plugins.registry, known.names, known.devices, runtime.counters)
        in_force = InForce(loaded, prepared)
        known.use(prepared)
        observing = await stack.enter_async_context(start_observing(runtime, prepared, known, plugins))
        manifest = await stack.enter_async_context(open_manifest(runtime, configuration.appliance, loaded.key))
        saving = await stack.enter_async_context(start_saving(runtime, configuration, known, observing, manifest))
        extras = Extras(plugins, known.senders)
        status = status_of(runtime, known, observing, configuration, extras)
        link = await stack.enter_async_context(start_link(runtime, configuration, observing, status.heartbeat))
        extras.link = link
        listening = start_listening(runtime, observing)
        shown = Shown(
            lambda: in_force.loaded, runtime.kpis, loaded.key.derived("audit"), listening, in_force.missing_types
        )
        server = await stack.enter_async_context(start_api(runtime, observing, saving.backups, status, shown))
        receiving = await stack.enter_async_context(start_receiving(runtime, prepared, known, observing, listening))
        listening.forget_others()
        active = observing.events.alarm_state.active
        own = own_conditions(prepared, loaded.fingerprint, observing.notices, active, runtime.clock)
        agent = Agent(
            runtime, plugins, known, in_force, observing, receiving, saving, link, server, asyncio.Lock(), own
        )
        start_housekeeping(agent)
        await observing.poller.configure(prepared.components)
        yield agent


def start_listening(runtime: Runtime, observing: Observing) -> Listening:
    """What can't be listened on now is tried again for ever."""
    conditions = Conditions(LISTEN_FAILED, observing.notices, observing.events.alarm_state.active)
    listening = Listening(conditions, runtime.clock)
    runtime.supervisor.keep_running("listening", listening.run)
    return listening


async def know(stack: AsyncExitStack, runtime: Runtime, plugins: PluginHost, configuration: Configuration) -> Known:
    """What is known of the devices before anybody asked them: their names' addresses."""
    resolver = Resolver()
    stack.push_async_callback(resolver.close)
    names = Names(resolver, runtime.clock)
    await names.resolve(configuration.hosts)
    devices, senders = Devices(plugins.registry), Senders(runtime.counters)
    return Known(devices, senders, names, KeyRing(), OidTexts(), SignedTimes(), asyncio.Event())


def start_housekeeping(agent: Agent) -> None:
    """The tasks that belong to no part: retention, and host names that may move."""
    runtime, names = agent.runtime, agent.known.names
    if runtime.place.problem:
        agent.observing.notices.note("storage.not_writable", "state", runtime.place.problem)
    held = any(key.type == DISTRUSTED for key in agent.observing.events.alarm_state.active)
    known_time = KnownTime(runtime.state, agent.observing.notices, runtime.clock, held=held)
    upkeep = Upkeep(
        Stores(runtime.state, runtime.series),
        lambda: agent.configuration.retention,
        runtime.damage.take,
        agent.observing.notices,
        runtime.clock,
        known_time.believed,
    )
    runtime.supervisor.keep_running("upkeep", upkeep.run)

    runtime.supervisor.keep_running("own configuration", agent.own.run)
    runtime.supervisor.keep_running("what is learned", agent.follow_what_is_learned)
    runtime.supervisor.keep_running(
        "names", lambda: names.run(lambda: agent.configuration.hosts, agent.known.learned.set)
    )


class Extras:
    """What the status says of other parts: the head-end's link, the plugins, the senders that are nobody's."""

    def __init__(self, plugins: PluginHost, senders: Senders) -> None:
        self._plugins = plugins
        self._senders = senders
        self.link = LinkPart()

    def __call__(self) -> Mapping[str, Any]:
        plugins = [
            {
                "name": report.name,
                "state": report.state,
                "reason": report.reason,
                "failures": report.failures,
                "problems": report.problems,
            }
            for report in self._plugins.reports()
        ]
        return {**self.link.extras(), "plugins": plugins, "unknown_senders": self._senders.report()}
