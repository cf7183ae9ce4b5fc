"""The device type `oracle_sbc`: what any SNMP device has, and what APSYSMGMT-MIB has of SIP. Data only."""

from cmsp_agent.plugin.api import (
    AlarmType,
    CliPlatform,
    DeviceType,
    Fact,
    Identity,
    Kpi,
    Limit,
    Severity,
    StateRule,
    hook,
)
from cmsp_plugins.oracle_sbc import hardware, traps
from cmsp_plugins.oracle_sbc.setup import SETUP

API_VERSION = 1

PRODUCTS = "1.3.6.1.4.1.9148.1"
"""ACMEPACKET-PRODUCTS."""
MODELS = (
    *(("1.1", "Net-Net 4250"), ("1.2", "Net-Net 4500"), ("2.1", "Net-Net 9200"), ("3.1", "Net-Net 3800")),
    *(("3.2", "Net-Net 3820"), ("4.2", "VME"), ("5.1", "6300"), ("6.1", "1100")),
)
GENERAL = "1.3.6.1.4.1.9148.3.2.1.1"
"""APSYSMGMT-MIB apSysMgmtMIBGeneralObjects."""
AGENT = "1.3.6.1.4.1.9148.3.2.1.2.2.1"
"""apSipSessionAgentStatsTable; rows may be numbered anew at a reboot, so that names are read each time."""

ORACLE_SBC = DeviceType(
    name="oracle_sbc",
    title="Oracle (Acme Packet) SBC",
    like="generic_snmp",
    sys_object_ids=("1.3.6.1.4.1.9148.1",),
    identity=Identity(
        vendor="Oracle",
        os="acme",
        version=(Fact(pattern=r"\s((?:nn)?(?:[SE]-?C[A-Z]?|S[A-Z]{1,2})\d[\w.]*(?: .*)?)"),),
        model=(Fact(pattern=r"^Acme Packet ((?:[A-Z]\S* )?[A-Z]*\d+|VME?) "),),
        products=tuple((f"{PRODUCTS}.{number}", model) for number, model in MODELS),
    ),
    alarms=(
        AlarmType(
            "sip.trunk.down",
            Severity.CRITICAL,
            "{component}: session agent {object} is out of service",
            impairs=frozenset({"pstn"}),
            responsible="carrier",
            recommendation="Ask the carrier; check the way to the session agent from the SBC.",
        ),
        AlarmType("sbc.out_of_service", Severity.CRITICAL, "{component} is out of service", impairs=frozenset({"*"})),
        *hardware.ALARMS,
        *traps.ALARMS,
    ),
    traps=traps.TRAPS,
    states=(
        # apSipSAStatsSessionAgentStatus: outOfService(1), inServiceTimedOut(5), oosprovisionedresponse(6);
        # disabled(0) and standby(2) are as somebody wants it.
        StateRule(f"{AGENT}.22", "sip.trunk.down", frozenset({1, 5, 6}), frozenset({0, 2, 3}), object=f"{AGENT}.2"),
        # apSysRedundancy is out of service, or else active or standby.
        StateRule(f"{GENERAL}.4.0", "sbc.out_of_service", frozenset({4}), frozenset({2, 3}), object=""),
        *hardware.STATES,
    ),
    kpis=(
        Kpi("cpu.load", "percent", (f"{GENERAL}.1.0",), limit=Limit(90, 80, 600, Severity.MINOR)),
        Kpi("memory.used", "percent", (f"{GENERAL}.2.0",), limit=Limit(95, 90, 600, Severity.MINOR)),
        Kpi("sbc.health", "percent", (f"{GENERAL}.3.0",), limit=Limit(60, 80, 0, Severity.MAJOR)),
        Kpi("sbc.sessions", "sessions", (f"{GENERAL}.5.0",)),
        Kpi("sbc.calls_per_second", "calls/s", (f"{GENERAL}.6.0",)),
        Kpi("sbc.licence", "percent", (f"{GENERAL}.10.0",), limit=Limit(90, 80, 300, Severity.MINOR)),
        Kpi("trunk.sessions.in", "sessions", (f"{AGENT}.4",), per=f"{AGENT}.2"),
        Kpi("trunk.sessions.out", "sessions", (f"{AGENT}.6",), per=f"{AGENT}.2"),
        Kpi("trunk.answer_seizure_ratio", "percent", (f"{AGENT}.19",), per=f"{AGENT}.2"),
        Kpi("trunk.latency", "ms", (f"{AGENT}.20",), per=f"{AGENT}.2"),
        # the whole of seizures and answers of the agent's own period; of what was refused no cause is counted
        Kpi("trunk.seizures", "calls", (f"{AGENT}.17",), per=f"{AGENT}.2"),
        Kpi("trunk.answers", "calls", (f"{AGENT}.18",), per=f"{AGENT}.2"),
        Kpi("trunk.calls.in", "calls/s", (f"{AGENT}.8",), kind="counter32", per=f"{AGENT}.2"),
        Kpi("trunk.calls.out", "calls/s", (f"{AGENT}.12",), kind="counter32", per=f"{AGENT}.2"),
        Kpi("trunk.refused.in", "calls/s", (f"{AGENT}.9",), kind="counter32", per=f"{AGENT}.2"),
        Kpi("trunk.refused.out", "calls/s", (f"{AGENT}.13",), kind="counter32", per=f"{AGENT}.2"),
        Kpi("sip.contacts", "contacts", (f"{GENERAL}.11.0",)),
        *hardware.KPIS,
    ),
    # The command line shows the whole configuration; it has no last line of its own.
    cli=CliPlatform(
        driver="acmepacket",
        complete=r"^(?:task done|[ \t]+last-modified-date[ \t]+\S[^\n]*|[ \t]+\S[^\n]*)\s*\Z",
        must_have=(r"^system-config\b", r"^(?:realm-config|sip-interface|network-interface)\b"),
        invalid=(r"^% ?(?:command not found|invalid|ambiguous|incomplete)", r"^\s*%? ?[Aa]uthorization failed"),
        volatile=(r"^task done$",),
        read_only=("show version", "show health", "show sipd agents", "show clock"),
    ),
    setup=SETUP,
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [ORACLE_SBC]
