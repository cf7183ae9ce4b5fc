"""The device type `cisco_expressway`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, hook
from cmsp_plugins.cisco_expressway.setup import SETUP

API_VERSION = 1

CISCO_EXPRESSWAY = DeviceType(
    name="cisco_expressway",
    title="Cisco Expressway or VCS",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.5596.130.6.4.1",),
    identity=Identity(vendor="Cisco", os="expressway", version=(Fact(pattern=r"\b(X\d+(?:\.\d+)+)\b"),)),
    setup=SETUP,
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_EXPRESSWAY]
