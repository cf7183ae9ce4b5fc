"""The device type `patton`: what any SNMP device has, and where this one tells who it is. Data only."""

from dataclasses import replace

from cmsp_agent.plugin.api import DeviceType, Identity, hook
from cmsp_plugins.generic_snmp.plugin import GENERIC

API_VERSION = 1

PATTON = replace(
    GENERIC,
    name="patton",
    title="Patton gateway (SmartNode)",
    fallback=False,
    sys_object_ids=("1.3.6.1.4.1.1768",),
    identity=Identity(vendor="Patton", os="patton"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [PATTON]
