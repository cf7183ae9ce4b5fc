"""The device type `reachability`: nothing is asked by SNMP; what else is asked, the component's `reach` says."""

from cmsp_agent.plugin.api import DeviceType, hook

API_VERSION = 1


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [
        DeviceType(
            name="reachability",
            title="Any device or service: up or down by ICMP, TCP, TLS, HTTP, SIP OPTIONS",
            snmp=False,
        )
    ]
