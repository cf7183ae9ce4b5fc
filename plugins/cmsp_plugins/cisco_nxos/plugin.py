"""The device type `cisco_nxos`: what any SNMP device has, and where this one says who it is. Data only."""

from cmsp_agent.plugin.api import (
    CONFIG_CHANGED,
    CliPlatform,
    ConsolePaste,
    DeviceType,
    Fact,
    Identity,
    Lack,
    Redaction,
    SyslogRule,
    TextBlock,
    Transition,
    hook,
)
from cmsp_plugins.cisco_nxos import kpis
from cmsp_plugins.cisco_nxos.setup import SETUP

API_VERSION = 1
HISTORY = "1.3.6.1.4.1.9.9.43.1.1"
"""CISCO-CONFIG-MAN-MIB: ccmHistoryRunningLastChanged, ccmHistoryRunningLastSaved, ccmHistoryStartupLastChanged."""
FAILURES = ("LINK_FAILURE", "ERROR_DISABLED", "PORT_CHANNEL_MEMBERS_DOWN", "SOFTWARE_FAILURE", "NONE")
"""The reasons in the name of `IF_DOWN_…` that are faults; the others pass by themselves, or are somebody's will."""


def _port(mnemonic: str, state: Transition) -> SyslogRule:
    """What the switch says of a port in its own words."""
    return SyslogRule(mnemonic, "link.down", r"Interface (?P<object>\S+) is (?:down|up)", state=state, interface=True)


CISCO_NXOS = DeviceType(
    name="cisco_nxos",
    title="Cisco NX-OS switch (Nexus)",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9.12.3.1.3", "1.3.6.1.4.1.9.1"),
    sys_descr=r"NX-OS(?!\(tm\) ucs)",
    descr_is_enough=True,
    identity=Identity(vendor="Cisco", os="nxos", version=(Fact(pattern=r"\b[Vv]ersion ([^,\s]+)"),)),
    cli=CliPlatform(
        driver="cisco_nxos",
        read_only=(
            "show version",
            "show inventory",
            "show interface status",
            "show interface {interface}",
            "show environment",
            "show clock",
        ),
        startup="show startup-config",
        changed_at=f"{HISTORY}.1.0",
        saved_at=(f"{HISTORY}.2.0", f"{HISTORY}.3.0"),
        complete=r"^line (?:vty|console)$(?s:.*)\S\s*\Z",  # it has no last line of its own; the lines come near the end
        must_have=(r"^version \S", r"^(?:hostname|switchname) \S"),
        invalid=(r"^% ?Invalid (?:command|parameters)", r"^% ?Permission denied", r"^\s*%? ?[Aa]uthorization failed"),
        volatile=(
            r"^!Command: ",
            r"^!Time: ",
            r"^!No configuration change since last restart",
            r"^!(?:Running|Startup) (?:configuration last done|config saved) at: ",
        ),
        # the password of a group of HSRP or VRRP stands after the bare word
        redact=(
            Redaction(
                r"^\s+authentication (?!(?:text|md5|mode|key-?chain|order|priority|"
                r"periodic|event|open|pre-share|rsa-sig)\b)(?P<secret>\S+)[ \t]*$"
            ),
        ),
        blocks=(TextBlock(r"^banner [\w-]+ +(?P<until>\S)"),),
        paste=ConsolePaste(
            ("configure terminal",),
            ("end", "copy running-config startup-config"),
            hardware=r"^interface (?P<port>(?:Ethernet|mgmt)\d[\d/]*)$",
        ),
        lacks=(Lack(r"^snmp-server user ", "SNMPv3 users whose keys are localised: enter them again"),),
    ),
    alarms=(CONFIG_CHANGED,),
    syslog=(
        SyslogRule("VSHD-5-VSHD_SYSLOG_CONFIG_I", CONFIG_CHANGED.type, state=Transition.INFO),
        *(_port(f"ETHPORT-5-IF_DOWN_{why}", Transition.RAISE) for why in FAILURES),
        # a port that somebody shuts is no fault
        *(_port(f"ETHPORT-5-{what}", Transition.CLEAR) for what in ("IF_UP", "IF_DOWN_ADMIN_DOWN")),
    ),
    kpis=kpis.KPIS,
    setup=SETUP,
    proven=("identity", "kpis", "states"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [CISCO_NXOS]
