"""The parts that look at the site: the SNMP client, polling, the event service, the watch over our own link."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from cmsp_agent.app.prepared import Prepared
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.signal import Signal
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.pipeline.causes import ISOLATED
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.services.devices.inventory import DeviceFacts, Devices, from_record, to_record
from cmsp_agent.services.devices.names import Names
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.service import EventService
from cmsp_agent.services.jobs import JobKind
from cmsp_agent.services.polling.device import Device
from cmsp_agent.services.polling.isolation import Isolation, Outside
from cmsp_agent.services.polling.job import trial_job
from cmsp_agent.services.polling.poller import Poller
from cmsp_agent.services.polling.reachability import Reachability
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.services.polling.snmp_memory import EngineMemory
from cmsp_agent.services.polling.well import WellMemory
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.records import inventory_record
from cmsp_agent.storage.tables import inventory, seen_well, snmp_engines
from cmsp_agent.transports import icmp, routes
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.client import SnmpClient
from cmsp_agent.transports.snmp.keys import KeyRing
from cmsp_agent.transports.snmp.timeliness import SignedTimes

PING_WITHIN = 1.0
MOST_TRACKED_HOPS = 4
"""Default routes that are asked at most."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the devices, shared by all that look at them."""

    devices: Devices
    senders: Senders
    names: Names
    ring: KeyRing
    texts: OidTexts
    times: SignedTimes
    learned: asyncio.Event
    """Set when something was learned that components hang on: a device's type for its groups, a name's address."""

    def use(self, prepared: Prepared) -> None:
        """Go by another configuration's components; what was learned of those that stay is kept."""
        self.devices.configure(prepared.components)
        written = prepared.configuration.components
        self.senders.configure(
            {name: (*each.addresses, *written[name].addresses) for name, each in prepared.components.items()}
        )
        self.senders.trust(prepared.relays)


@dataclass(frozen=True, slots=True)
class Observing:
    """The parts, running."""

    events: EventService
    notices: Notices
    poller: Poller
    isolation: Isolation
    trial: JobKind

    async def use(self, prepared: Prepared, known: Known, before: Prepared) -> None:
        """Go by another configuration.

        Raises:
            StorageError: what that changes can't be stored; all goes on by the one before.
        """
        known.use(prepared)
        try:
            await self.events.use(prepared.pipeline)
        except StorageError:
            known.use(before)
            raise
        await self.poller.configure(prepared.components)


@asynccontextmanager
async def start_observing(
    runtime: Runtime, prepared: Prepared, known: Known, plugins: PluginHost
) -> AsyncIterator[Observing]:
    """Take up what the last run left, then poll."""
    events = EventService(runtime.state, prepared.pipeline, runtime.clock, runtime.counters)
    notices = Notices(events.tell, runtime.clock, runtime.counters)
    await recall_inventory(runtime, known)
    await events.load()
    events.subscribe(partial(_observed_by, plugins))
    engines = EngineMemory(await runtime.state.read(snmp_engines.known), runtime.state, notices, runtime.clock)
    client = _snmp_client(runtime, known, engines)
    await client.open()
    sessions = SnmpSessions(client)
    reachability = Reachability(runtime.counters)

    async def keep_well(name: str, seen: frozenset[tuple[str, str]]) -> None:
        await runtime.state.write(lambda tx: seen_well.save(tx, name, seen))

    well = WellMemory(await runtime.state.read(seen_well.known), keep_well, runtime.counters)

    learned = partial(remember_inventory, runtime, known)

    def device(component: Component) -> Device:
        return Device(component, known.devices, reachability, sessions, learned, runtime.clock, runtime.counters, well)

    async def polled(signals: Sequence[Signal]) -> None:
        await isolation.before_judging(signals)
        await events.handle(signals)

    poller = Poller(device, polled, runtime.write_series, runtime.supervisor, runtime.clock, runtime.counters)
    isolation = Isolation(
        TrackedHops(prepared.configuration.appliance.next_hops, known.devices),
        ping,
        events.tell,
        lambda: ISOLATED in events.alarm_state.active,
        runtime.clock,
    )
    _keep_running(runtime, events, notices, engines, isolation)
    try:
        yield Observing(events, notices, poller, isolation, trial_job(sessions, known.devices))
    finally:
        await poller.configure({})
        sessions.close()
        await client.close()
        await events.close()


def _snmp_client(runtime: Runtime, known: Known, engines: EngineMemory) -> SnmpClient:
    return SnmpClient(
        runtime.clock,
        runtime.counters,
        engines=engines,
        observer=engines,
        ring=known.ring,
        texts=known.texts,
        times=known.times,
    )


def _keep_running(
    runtime: Runtime, events: EventService, notices: Notices, engines: EngineMemory, isolation: Isolation
) -> None:
    """The tasks of these parts, owned by the supervisor."""
    for name, run in (
        ("events", events.run),
        ("watched incidents", events.watch),
        ("notices", notices.run),
        ("SNMP engine memory", engines.run),
        ("isolation watch", isolation.run),
    ):
        runtime.supervisor.keep_running(name, run)


async def recall_inventory(runtime: Runtime, known: Known) -> None:
    """What earlier runs learned of the devices, so that the first trap finds its interface's name."""
    for name, record in (await runtime.state.read(inventory.everything)).items():
        facts = from_record(record)
        if known.devices.learn(name, facts):
            known.learned.set()
            known.senders.learn(name, facts.addresses, facts.sys_name)


async def remember_inventory(runtime: Runtime, known: Known, name: str, facts: DeviceFacts) -> None:
    """Keep what was learned, and know the device by all its addresses from now on."""
    known.senders.learn(name, facts.addresses, facts.sys_name)
    known.learned.set()
    record = to_record(facts, known.devices.device_type(name).name)
    now = runtime.clock.now()
    await runtime.state.write(lambda tx: _keep(tx, name, record, now))


def _keep(tx: sqlite3.Connection, name: str, record: Mapping[str, Any], now: int) -> None:
    """What changed is told to the head-end, in the same transaction."""
    if inventory.save(tx, name, record, now):
        outbox.append(tx, inventory_record(uuid7(now), name, now, record), now)


async def ping(address: str) -> bool:
    """Whether the address answers an ICMP echo within a second."""
    return await icmp.ping(address, PING_WITHIN, None) is not None


class TrackedHops:
    """What tells whether we are connected: links that lead to components, and next hops."""

    def __init__(self, next_hops: Sequence[str], devices: Devices) -> None:
        self._next_hops = next_hops
        self._devices = devices
        self._link_of: dict[str, str] = {}

    def __call__(self) -> Outside:
        """The links with their carrier and the next hops, by the routes of this moment."""
        known = routes.routes()
        ways = routes.default_routes(known)
        addresses = [component.address for component in self._devices.components.values() if component.addresses]
        self._link_of = {address: link for address in addresses if (link := self._link_to(address, known))}
        links = dict.fromkeys(self._link_of.values()) or dict.fromkeys(way.interface for way in ways)
        hops = self._next_hops or [str(way.gateway) for way in ways[:MOST_TRACKED_HOPS]]
        routed = not addresses or any(routes.leads_to(address) for address in addresses)
        return Outside({link: routes.carrier(link) for link in links}, hops, self._devices.components, routed)

    def _link_to(self, address: str, known: list[routes.Route]) -> str:
        """A link whose route went away with its cable is remembered: that is just the case that matters."""
        before = self._link_of.get(address, "")
        if before and routes.carrier(before) is False:
            return before
        route = routes.route_to(address, known)
        return route.interface if route else before


def _observed_by(plugins: PluginHost, changes: Changes) -> None:
    for event in changes.new.values():
        plugins.event_recorded(event)
