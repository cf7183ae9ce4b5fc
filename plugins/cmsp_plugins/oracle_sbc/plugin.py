"""The device type `oracle_sbc`: what any SNMP device has, and where this one tells who it is. Data only."""

from dataclasses import replace

from cmsp_agent.plugin.api import DeviceType, Identity, hook
from cmsp_plugins.generic_snmp.plugin import GENERIC

API_VERSION = 1

ORACLE_SBC = replace(
    GENERIC,
    name="oracle_sbc",
    title="Oracle (Acme Packet) SBC",
    fallback=False,
    sys_object_ids=("1.3.6.1.4.1.9148.1",),
    identity=Identity(vendor="Oracle", os="acme"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [ORACLE_SBC]
