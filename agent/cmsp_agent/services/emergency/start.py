"""The part that watches the call paths to emergency numbers, and keeps the calls to them that nobody else sees."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.pipeline.alarm_types import emergency
from cmsp_agent.pipeline.alarm_types.emergency import EMERGENCY_LOST
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.emergency.calls import EmergencyCalls
from cmsp_agent.services.emergency.survivable import SIGNS, SurvivableTimes
from cmsp_agent.services.emergency.watch import EmergencyWatch
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.start import EventsPart
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class EmergencyPart(Part):
    """The watch, and the calls."""

    watch: EmergencyWatch
    calls: EmergencyCalls
    device_types: Callable[[], Iterable[DeviceType]]
    alarm_types = emergency.ALARM_TYPES

    def prepare(self, configuration: Configuration) -> Change:
        """Which numbers each site has, and which messages are about calls."""

        async def change() -> None:
            numbers = {name: site.emergency for name, site in configuration.sites.items()}
            self.watch.use(numbers)
            self.calls.numbers = numbers
            self.calls.masks = configuration.privacy.mask_numbers
            self.calls.mnemonics = frozenset(
                message.mnemonic for kind in self.device_types() for message in kind.call_messages
            )

        return change


@asynccontextmanager
async def start_emergency(
    runtime: Runtime,
    configuration: Configuration,
    devices: Devices,
    backups: Backups,
    reported: EventsPart,
) -> AsyncIterator[EmergencyPart]:
    """Watch from now on."""
    events, notices = reported.service, reported.notices
    active = events.alarm_state.active
    watch = EmergencyWatch(
        lambda: devices.components,
        backups,
        lambda name: [event for held in active.of(name).values() for event in held.values()],
        Conditions(EMERGENCY_LOST, notices, active),
        runtime.clock,
    )
    survivable = SurvivableTimes(event for event in active.values() if event.type in SIGNS)
    calls = EmergencyCalls(
        lambda: devices.components,
        devices.device_type,
        survivable,
        events.tell,
        runtime.state,
        runtime.clock,
        runtime.machine.new_id,
        runtime.counters,
        reported.known_time.believed,
    )
    events.subscribe(survivable)
    events.listen(calls.listen)
    runtime.supervisor.keep_running("emergency calls", calls.run)
    part = EmergencyPart(watch, calls, lambda: devices.registry)
    backups.follow(watch.saved)
    events.subscribe(watch.changed)
    await part.prepare(configuration)()
    runtime.supervisor.keep_running("emergency watch", watch.run)
    yield part
