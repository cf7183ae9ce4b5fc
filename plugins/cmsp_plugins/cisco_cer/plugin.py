"""The device type `cisco_cer`: the platform that Emergency Responder runs on; it has no MIB of its own. Data only."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, Kpi, Limit, Sign, hook, voice_os_setup

API_VERSION = 1

PACKAGES = "1.3.6.1.2.1.54.1.1.1.1"
"""SYSAPPL-MIB sysApplInstallPkgEntry: what is installed."""
RESPONDER = r"(?i)\bEmergency Responder\b"

CISCO_CER = DeviceType(
    name="cisco_cer",
    title="Cisco Emergency Responder, where the order names one at the site",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9.1.1348", "1.3.6.1.4.1.8072.3.2.10"),  # ciscoUCVirtualMachine; net-snmp
    sys_descr=r"(?i)\A\s*\Z|\bUCOS\b|^(?:Hardware:|Linux\b)|\bEmergency Responder\b",
    descr_is_enough=True,
    shown_by=(Sign("1.3.6.1.2.1.1.1", RESPONDER), Sign(f"{PACKAGES}.3", RESPONDER)),
    identity=Identity(vendor="Cisco", os="cer", version=(Fact(f"{PACKAGES}.4.1", r"^(\d[\w.-]+)"),)),
    functions=("emergency",),
    kpis=(Kpi("cpu.load", "percent", ("1.3.6.1.2.1.25.3.3.1.2",), aggregate="max", limit=Limit(90, 80, 600)),),
    setup=voice_os_setup("Cisco ER Serviceability", "the platform is read by SNMP"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_CER]
