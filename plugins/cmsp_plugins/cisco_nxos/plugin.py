"""The device type `cisco_nxos`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, hook

API_VERSION = 1

CISCO_NXOS = DeviceType(
    name="cisco_nxos",
    title="Cisco NX-OS switch (Nexus)",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9.12.3.1.3",),
    sys_descr=r"^Cisco NX-OS",
    identity=Identity(vendor="Cisco", os="nxos", version=(Fact(pattern=r"\bVersion ([^,\s]+)"),)),
    proven=("identity",),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_NXOS]
