"""The part that watches the ways to emergency numbers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.pipeline.alarm_types import emergency
from cmsp_agent.pipeline.alarm_types.emergency import EMERGENCY_LOST
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.devices.inventory import Devices
from cmsp_agent.services.emergency.watch import EmergencyWatch
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.service import EventService
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class EmergencyPart(Part):
    """The watch."""

    watch: EmergencyWatch
    alarm_types = emergency.ALARM_TYPES

    def prepare(self, configuration: Configuration) -> Change:
        """Which numbers each site has."""

        async def change() -> None:
            self.watch.numbers = {name: site.emergency for name, site in configuration.sites.items()}

        return change


@asynccontextmanager
async def start_emergency(
    runtime: Runtime,
    configuration: Configuration,
    devices: Devices,
    backups: Backups,
    events: EventService,
    notices: Notices,
) -> AsyncIterator[EmergencyPart]:
    """Watch from now on."""
    active = events.alarm_state.active
    watch = EmergencyWatch(
        lambda: devices.components,
        backups,
        lambda name: [event for held in active.of(name).values() for event in held.values()],
        Conditions(EMERGENCY_LOST, notices, active),
        runtime.clock,
    )
    part = EmergencyPart(watch)
    await part.prepare(configuration)()
    runtime.supervisor.keep_running("emergency watch", watch.run)
    yield part
