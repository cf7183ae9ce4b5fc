"""The part for events: the event service, the agent's own events, and retention."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from cmsp_agent.config.configuration import Configuration, Retention
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.pipeline.normalise import Inventory
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.silences import SilenceRegister
from cmsp_agent.services.events.build_pipeline import make_pipeline
from cmsp_agent.services.events.component_addresses import places_of
from cmsp_agent.services.events.disk_budget import EventRoom
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.raw_messages import RawMessages
from cmsp_agent.services.events.retention import SET_ASIDE, Stores, Upkeep
from cmsp_agent.services.events.service import EventService
from cmsp_agent.services.events.silences import SilenceService
from cmsp_agent.services.events.trusted_clock import DISTRUSTED, KnownTime
from cmsp_agent.services.events.watch import watch, watch_large
from cmsp_agent.services.part import Change, ComponentsOf, Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.sealed.kept_keys import MESSAGES
from cmsp_agent.storage.sealed.master_key import MasterKey
from cmsp_agent.storage.sealed.sealing import Sealer
from cmsp_agent.storage.tables import silences as table

Observe = Callable[[Event], None]
"""Called with each new event that is durable; must not block."""
Activated = Callable[[str], int | None]
"""Component → when it was activated, ms since the epoch; None: not yet."""


@dataclass(slots=True)
class EventsPart(Part):
    """The event service and the notices: what every other part reports to."""

    service: EventService
    notices: Notices
    components: ComponentsOf
    inventory: Inventory
    known_time: KnownTime
    silences: SilenceService
    register: SilenceRegister
    activated: Activated
    retention: Retention
    room: EventRoom
    raw: RawMessages
    pipeline: Pipeline
    """By whose rules is judged now."""
    runtime: Runtime

    def outward(self, event: Event) -> Event:
        """The event as it may leave the site, by the configuration in force."""
        return self.pipeline.outward(event)

    def outward_incident(self, incident: Incident) -> Incident:
        """The incident as it may leave the site, likewise."""
        return self.pipeline.outward_incident(incident)

    def outward_text(self, component: str, text: str) -> str:
        """What a component printed, as it may leave the site."""
        return self.pipeline.outward_text(component, text)

    def silenced_by(self, alarm: Event) -> str:
        """The silence or window that an alarm is in now, for people; empty: none."""
        return self.pipeline.silenced_by(alarm, self.runtime.clock.now())

    def is_muted(self, incident: Incident) -> bool:
        """Whether nobody is to be notified of an incident, because people silenced all of it that holds."""
        return self.pipeline.is_muted(self.service.alarm_state, incident, self.runtime.clock.now())

    def prepare(self, configuration: Configuration) -> Change:
        """Make its pipeline ready; taking it over writes what that changes, and may fail for the disk alone."""
        components = self.components(configuration)
        known = self.inventory, self.runtime, self.register, self.activated
        pipeline = make_pipeline(configuration, components, *known)
        places = places_of(configuration, components)

        async def change() -> None:
            await self.service.use(pipeline, places)
            self.retention, self.pipeline = configuration.retention, pipeline
            self.room.budget = configuration.appliance.events_budget

        return change


@asynccontextmanager
async def start_events(
    runtime: Runtime,
    configuration: Configuration,
    key: MasterKey,
    components: ComponentsOf,
    inventory: Inventory,
    activated: Activated,
    observe: Observe,
) -> AsyncIterator[EventsPart]:
    """Take up the alarms that the last run left.

    Raises:
        ConfigurationError: a file of rules can't be used.
    """
    register = SilenceRegister(await runtime.state.read(table.known))
    its = components(configuration)
    pipeline = make_pipeline(configuration, its, inventory, runtime, register, activated)
    room = EventRoom(configuration.appliance.events_budget, runtime.counters)
    raw = await _raw_messages(runtime, configuration, key)
    how = (room, raw, runtime.machine.new_id)
    service = EventService(runtime.state, pipeline, runtime.clock, runtime.counters, *how)
    notices = Notices(service.tell, runtime.clock, runtime.counters)
    await service.load(places_of(configuration, its))

    def observed(changes: Changes) -> None:
        for event in changes.new.values():
            observe(event)

    service.subscribe(observed)
    held = any(key.type == DISTRUSTED for key in service.alarm_state.active)
    known_time = KnownTime(runtime.state, notices, runtime.clock, held=held)
    silences = SilenceService(runtime.state, register, runtime.clock, known_time.believed, runtime.machine.new_id)
    kept = silences, register, activated, configuration.retention, room, raw
    part = EventsPart(service, notices, components, inventory, known_time, *kept, pipeline, runtime)
    for name, run in (
        ("events", service.run),
        ("repeated messages", service.count_repeats),
        ("watched incidents", partial(watch, service, runtime.clock)),
        ("large incidents", partial(watch_large, service, runtime.clock)),
        ("notices", notices.run),
    ):
        runtime.supervisor.keep_running(name, run)
    for obstacle in runtime.state_directory.set_aside:
        notices.alarm(SET_ASIDE, obstacle.path.name, obstacle.text, raised=True)
    if runtime.state_directory.problem:
        notices.note("storage.not_writable", "state", runtime.state_directory.problem)
    runtime.supervisor.keep_running("upkeep", _upkeep(part).run)
    try:
        yield part
    finally:
        await service.close()


async def _raw_messages(runtime: Runtime, configuration: Configuration, key: MasterKey) -> RawMessages:
    sealer = Sealer(MESSAGES.read(configuration.appliance.state, key))
    raw = RawMessages(runtime.state, sealer, runtime.counters)
    await raw.load()
    return raw


def _upkeep(part: EventsPart) -> Upkeep:
    """What is old is deleted once the clock is believed."""
    runtime = part.runtime
    return Upkeep(
        Stores(runtime.state, runtime.series),
        lambda: part.retention,
        runtime.damage.take,
        part.notices,
        runtime.clock,
        part.known_time.believed,
        runtime.counters,
        part.room,
        part.raw,
    )
