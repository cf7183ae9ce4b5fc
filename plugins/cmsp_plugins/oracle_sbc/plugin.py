"""The device type `oracle_sbc`: what any SNMP device has, and where this one tells who it is. Data only."""

from cmsp_agent.plugin.api import DeviceType, Identity, hook

API_VERSION = 1

ORACLE_SBC = DeviceType(
    name="oracle_sbc",
    title="Oracle (Acme Packet) SBC",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9148.1",),
    identity=Identity(vendor="Oracle", os="acme"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [ORACLE_SBC]
