"""The device type `cisco_asa`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import (
    CONFIG_CHANGED,
    CliPlatform,
    DeviceType,
    Fact,
    Identity,
    Lack,
    SyslogRule,
    TextBlock,
    Transition,
    hook,
)
from cmsp_plugins.cisco_asa import states
from cmsp_plugins.cisco_asa.kpis import KPIS
from cmsp_plugins.cisco_asa.setup import SETUP

API_VERSION = 1

ASA, FTD = r"(?:Adaptive|Industrial) Security Appliance", r"Threat Defense"
"""How sysDescr begins; FTD is a system of its own, with a release of its own, whose firewall is an ASA's."""

CISCO_ASA = DeviceType(
    name="cisco_asa",
    title="Cisco ASA firewall, also within Firepower Threat Defense (FTD)",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9.1",),
    sys_descr=rf"^Cisco (?:{ASA}|.*{FTD})",
    descr_is_enough=True,
    identity=Identity(
        vendor="Cisco",
        os="asa",
        version=(
            Fact(pattern=rf"{FTD},? +Version +(\d[\w.-]*(?: \(Build \d+\))?)"),
            Fact(pattern=r"\bVersion ([^,\s]+)"),
        ),
        chassis_tells_version=ASA,
        systems=((FTD, "ftd"),),
    ),
    cli=CliPlatform(
        driver="cisco_asa",
        read_only=("show version", "show interface", "show interface {interface}", "show failover", "show clock"),
        config="more system:running-config",  # unlike `show running-config` with its secrets, so it can be restored
        complete=r"^: end\s*\Z",
        must_have=(r"^(?:ASA|PIX) Version \S", r"^hostname \S"),
        invalid=(
            r"^ERROR: ?%? ?\S",
            r"^(?:Syntax error:|% Invalid )",
            r"^\s*%? ?(?:Command )?[Aa]uthorization (?:failed|denied)",
        ),
        volatile=(r"^: Written by ", r"^: Saved$", r"^Cryptochecksum:"),
        blocks=(TextBlock(r"^ certificate (?:\S+ )*[0-9A-Fa-f]{2,}$", r"^\s*quit$"),),
        lacks=(Lack(r"^crypto ca trustpoint ", "the private keys of its trustpoints: import or enrol them anew"),),
    ),
    alarms=(CONFIG_CHANGED, *states.ALARMS),
    syslog=(SyslogRule("ASA-5-111010", CONFIG_CHANGED.type, state=Transition.INFO),),
    states=states.STATES,
    kpis=KPIS,
    setup=SETUP,
    proven=("identity", "kpis", "states"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_ASA]
