"""The device type `reachability`: up or down by ICMP and TCP, nothing else is asked."""

from cmsp_agent.plugin.api import DeviceType, hook

API_VERSION = 1


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [DeviceType(name="reachability", title="Any device: up or down by ICMP and TCP", snmp=False)]
