"""The device type `cisco_iosxe`: what `cisco_ios` has, under the name of the newer system. Data only."""

from dataclasses import replace

from cmsp_agent.plugin.api import DeviceType, hook
from cmsp_plugins.cisco_ios.plugin import CISCO_IOS, XE

API_VERSION = 1

CISCO_IOSXE = replace(
    CISCO_IOS,
    name="cisco_iosxe",
    title="Cisco IOS-XE gateway or switch (ISR 4000, Catalyst 8000 and 9000, ASR 1000, CUBE)",
    sys_descr=XE,
    identity=replace(CISCO_IOS.identity, os="iosxe"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_IOSXE]
