"""The device type `generic_snmp`: takes a device that answers SNMP and that no other type knows. Data only."""

from cmsp_agent.plugin.api import (
    NOT_AVAILABLE,
    AlarmType,
    DeviceType,
    Kpi,
    Limit,
    ObjectFrom,
    Severity,
    StateRule,
    SyslogRule,
    Transition,
    TrapRule,
    hook,
)
from cmsp_plugins.generic_snmp import cisco, kpis, powernet, standard, ups

API_VERSION = 1

RAISE, CLEAR, INFO = Transition.RAISE, Transition.CLEAR, Transition.INFO
STANDARD = "1.3.6.1.6.3.1.1.5"
IF, IF_X = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
INTERFACE = ObjectFrom(f"{IF}.1", "interface")
UPDOWN = r"Interface (?P<object>\S+), changed state to (?P<state>up|down)"
ADJACENCY = r"AdjChg: Nbr (?P<object>[\d.]+).*-> (?P<state>\w+)"

GENERIC = DeviceType(
    name="generic_snmp",
    title="Any device that answers SNMP",
    fallback=True,
    alarms=(
        AlarmType("link.down", Severity.MAJOR, "{component}: interface {object} is down", cause=10),
        AlarmType("ospf.neighbour.down", Severity.MAJOR, "{component}: OSPF neighbour {object} is down", cause=40),
        AlarmType("device.restarted", Severity.MAJOR, "{component} has restarted", incident=False, transient=True),
        AlarmType(
            "snmp.authentication_failure",
            Severity.MINOR,
            "{component}: SNMP request with a wrong community or user",
            incident=False,
            transient=True,
        ),
        *standard.ALARMS,
        *cisco.ALARMS,
        *ups.ALARMS,
        *powernet.ALARMS,
    ),
    traps=(
        TrapRule(f"{STANDARD}.1", "device.restarted", INFO),
        TrapRule(f"{STANDARD}.2", "device.restarted", INFO, text="the SNMP agent has restarted (warm start)"),
        TrapRule(f"{STANDARD}.3", "link.down", RAISE, object=INTERFACE),
        TrapRule(f"{STANDARD}.4", "link.down", CLEAR, object=INTERFACE),
        TrapRule(f"{STANDARD}.5", "snmp.authentication_failure", INFO),
        *standard.TRAPS,
        *ups.TRAPS,
        *powernet.TRAPS,
    ),
    syslog=(
        SyslogRule(
            "LINK-3-UPDOWN", "link.down", UPDOWN, raises=frozenset({"down"}), clears=frozenset({"up"}), interface=True
        ),
        SyslogRule(
            "LINEPROTO-5-UPDOWN",
            "link.down",
            UPDOWN,
            raises=frozenset({"down"}),
            clears=frozenset({"up"}),
            interface=True,
        ),
        SyslogRule(  # FRRouting's ospfd
            "ospfd",
            "ospf.neighbour.down",
            ADJACENCY,
            raises=frozenset({"deleted", "down", "init", "attempt"}),
            clears=frozenset({"full"}),
        ),
    ),
    states=(
        StateRule(
            f"{IF}.8",
            "link.down",
            frozenset({2, 7}),
            frozenset({1}),
            only_if=(f"{IF}.7", 1),
            once_clear=True,
        ),
        standard.BGP_STATE,
        *ups.STATES,
        *cisco.STATES,
    ),
    kpis=(
        *cisco.KPIS,
        Kpi(  # hrProcessorLoad, else as Cisco devices tell it
            "cpu.load",
            "percent",
            ("1.3.6.1.2.1.25.3.3.1.2", *cisco.PROCESSORS),
            aggregate="mean",
            absent=NOT_AVAILABLE,
            limit=Limit(95, 85, 900, Severity.WARNING),
        ),
        Kpi("device.uptime", "s", ("1.3.6.1.2.1.25.1.1.0", "1.3.6.1.2.1.1.3.0"), scale=0.01),
        Kpi(
            "if.in.octets",
            "octets/s",
            (f"{IF_X}.6", f"{IF}.10"),
            kind="counter64",
            per="interface",
            at_most=kpis.SPEED,
        ),
        Kpi(
            "if.out.octets",
            "octets/s",
            (f"{IF_X}.10", f"{IF}.16"),
            kind="counter64",
            per="interface",
            at_most=kpis.SPEED,
        ),
        Kpi("if.in.errors", "packets/s", (f"{IF}.14",), kind="counter32", per="interface"),
        Kpi("if.out.errors", "packets/s", (f"{IF}.20",), kind="counter32", per="interface"),
        *kpis.INTERFACES,
        *kpis.SENSORS,
        *kpis.STORAGES,
        *ups.KPIS,
    ),
    proven=("identity", "kpis", "states", "traps"),
)


@hook
def device_types() -> list[DeviceType]:
    """Register the device type."""
    return [GENERIC]
