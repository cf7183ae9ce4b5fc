"""The device type `ups`: what any SNMP device has, what it measures, and where it says who it is. Data only."""

from cmsp_agent.plugin.api import DeviceType, Fact, Identity, Sign, hook
from cmsp_plugins.ups import kpis, rack, states
from cmsp_plugins.ups.setup import SETUP

API_VERSION = 1

POWERNET = "1.3.6.1.4.1.318.1.1"
APPLICATIONS = "1.3.6.1.4.1.318.1.4.2.4.1.4"
"""Revisions of the software on the card of APC: its system, and what runs on that."""
DELL = "1.3.6.1.4.1.674.10902.2.100"
MGE = "1.3.6.1.4.1.705.1"
SOCOMEC = "1.3.6.1.4.1.4555.1.1.7.1.1"
XUPS, LIEBERT, CYBER = "1.3.6.1.4.1.534.1.1", "1.3.6.1.4.1.476.1.42.2", "1.3.6.1.4.1.3808.1.1"
MAKERS = (
    "1.3.6.1.2.1.33",  # UPS-MIB's own root, which some agents show
    "1.3.6.1.4.1.318",  # APC
    "1.3.6.1.4.1.476.1.42",  # Liebert
    *("1.3.6.1.4.1.534.1", "1.3.6.1.4.1.534.2"),  # Eaton, Powerware
    "1.3.6.1.4.1.674.10902.2",  # Dell
    "1.3.6.1.4.1.705.1",  # MGE, now Eaton
    "1.3.6.1.4.1.850",  # Tripp Lite
    "1.3.6.1.4.1.935",  # Megatec NET Agent
    "1.3.6.1.4.1.2254.2",  # Delta
    "1.3.6.1.4.1.3808.1.1",  # CyberPower
    "1.3.6.1.4.1.6050.5",  # Gamatronic
)
UPS_MIB = "1.3.6.1.2.1.33.1"
"""upsIdentManufacturer, upsIdentModel and upsBatteryStatus: an agent that has one of them is that of a UPS."""

UPS = DeviceType(
    name="ups",
    title="UPS (RFC 1628) or rack power of APC",
    like="generic_snmp",
    sys_object_ids=MAKERS,
    sys_descr=r"^(?!TrippLite|Eaton ePDU|APC Environmental Monitoring)",
    found_by=tuple(Sign(f"{UPS_MIB}.{entry}") for entry in ("1.1", "1.2", "2.1")),
    identity=Identity(
        os="ups",
        version=(
            Fact(f"{APPLICATIONS}.1", form="AOS {0} / App {1}", also=f"{APPLICATIONS}.2"),
            Fact(pattern=r"\bPF:v([\w.]+) .*\bAF1:v([\w.]+)", form="AOS v{0} / App v{1}"),
            *(Fact(f"{POWERNET}.{oid}") for oid in ("12.1.3.0", "8.1.2.0", "4.1.2.0")),
            Fact("1.3.6.1.4.1.705.1.1.4.0"),
            *(Fact(f"{CYBER}.{oid}") for oid in ("1.1.2.1.0", "3.1.3.0")),
            *(Fact(oid) for oid in (f"{XUPS}.3.0", f"{LIEBERT}.1.3.0")),
            Fact("1.3.6.1.4.1.2254.2.4.1.3.0"),
            Fact(f"{DELL}.4.0", form="{0} {1}", also=f"{DELL}.5.0"),
            Fact("1.3.6.1.2.1.33.1.1.4.0", r"^Net Vision \d+ v(\S+)"),
            *(Fact(f"1.3.6.1.2.1.33.1.1.{n}.0") for n in (4, 3)),
            Fact(pattern=r"^CS1\d1 v (\S+)"),
        ),
        model=(
            *(Fact(f"{POWERNET}.{oid}") for oid in ("1.1.1.1.0", "12.1.5.0", "26.2.1.8.1", "8.1.5.0", "4.1.4.0")),
            *(Fact(f"{CYBER}.{oid}") for oid in ("1.1.1.1.0", "3.1.5.0")),
            Fact("1.3.6.1.4.1.2254.2.4.1.2.0"),
            Fact(f"{DELL}.1.0"),
            Fact(f"{MGE}.1.1.0", form="{0} {1}", also=f"{MGE}.1.2.0"),
            Fact(f"{SOCOMEC}.1.0"),
            *(Fact(oid) for oid in (f"{XUPS}.2.0", f"{LIEBERT}.4.2.1.4.1")),
            Fact("1.3.6.1.2.1.33.1.1.2.0"),
            Fact(pattern=r"^(CS1\d1) v "),
        ),
        serial=(
            *(Fact(f"{POWERNET}.{oid}") for oid in ("1.1.2.3.0", "12.1.6.0", "26.2.1.9.1", "8.1.6.0", "4.1.5.0")),
            Fact("1.3.6.1.4.1.705.1.1.7.0"),
            *(Fact(f"{CYBER}.{oid}") for oid in ("1.1.2.3.0", "3.1.6.0")),
            *(Fact(oid) for oid in (f"{XUPS}.6.0", f"{LIEBERT}.4.2.1.7.1", "1.3.6.1.4.1.850.100.1.1.2.0")),
            Fact("1.3.6.1.2.1.33.1.1.5.0", r"\bID: ([^\s,]+)"),
            Fact("1.3.6.1.4.1.674.10902.2.120.1.2.0"),
            Fact(f"{SOCOMEC}.2.0"),
        ),
    ),
    alarms=states.ALARMS,
    states=states.STATES,
    kpis=(*kpis.KPIS, *rack.KPIS),
    setup=SETUP,
    proven=("identity", "kpis"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [UPS]
