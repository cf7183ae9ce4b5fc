"""Puts the status together, of what the events, the devices and each part know."""

from collections.abc import Sequence

from cmsp_agent import __version__
from cmsp_agent.config.configuration import ApplianceSettings
from cmsp_agent.services.devices.start import DevicesPart
from cmsp_agent.services.events.start import EventsPart
from cmsp_agent.services.part import Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.services.status.service import ApplianceIdentity, StatusService


def status_of(
    runtime: Runtime, appliance: ApplianceSettings, devices: DevicesPart, events: EventsPart, parts: Sequence[Part]
) -> StatusService:
    """The status of an agent that starts now.

    Args:
        runtime: the databases, counters and time.
        appliance: which one it is.
        devices: the components.
        events: the alarms and incidents.
        parts: those that are started; the list may grow.
    """
    return StatusService(
        ApplianceIdentity(appliance.id, appliance.name, __version__, runtime.clock.now()),
        lambda: devices.devices.components,
        lambda: events.service.alarm_state,
        runtime.state,
        runtime.counters,
        runtime.clock,
        parts,
        devices.devices.unreadable,
    )
