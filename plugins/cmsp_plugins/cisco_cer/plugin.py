"""The device type `cisco_cer`: the platform that Emergency Responder runs on; it has no MIB of its own. Data only."""

from cmsp_agent.plugin.api import DeviceType, Identity, Kpi, Limit, hook

API_VERSION = 1

CISCO_CER = DeviceType(
    name="cisco_cer",
    title="Cisco Emergency Responder, where the order names one at the site",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9.1.1348",),  # ciscoUCVirtualMachine
    sys_descr=r"(?i)\bCisco Emergency Responder\b",
    descr_is_enough=True,
    identity=Identity(vendor="Cisco", os="cer"),
    functions=("emergency",),
    kpis=(Kpi("cpu.load", "percent", ("1.3.6.1.2.1.25.3.3.1.2",), aggregate="max", limit=Limit(90, 80, 600)),),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_CER]
