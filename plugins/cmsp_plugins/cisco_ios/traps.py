"""Notifications of a Cisco gateway and what they mean. IOS sends old varbind sets: instances are read, not values."""

from cmsp_agent.plugin.api import CONFIG_CHANGED, ObjectFrom, Transition, TrapRule
from cmsp_plugins.cisco_ios.states import CISCO, DSX1_FAULTS, DSX1_LINE_STATUS, DSX1_WORDS, ISDN_LAPD_OPER_STATUS

RAISE, CLEAR, INFO = Transition.RAISE, Transition.CLEAR, Transition.INFO
STANDARD = "1.3.6.1.6.3.1.1.5"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1"
BGP_PEER_STATE = "1.3.6.1.2.1.15.3.1.2"
OSPF_NBR_STATE = "1.3.6.1.2.1.14.10.1.6"
RTT_TIMEOUT = f"{CISCO}.42.1.2.9.1.6"
RTT_THRESHOLD = f"{CISCO}.42.1.2.9.1.7"

INTERFACE = ObjectFrom(IF_INDEX, "interface")
BGP_PEER = ObjectFrom(BGP_PEER_STATE, "instance")
ENVMON_FAULTS, ENVMON_NORMAL = frozenset({2, 3, 4, 6}), frozenset({1, 5})


def _envmon(number: int, kind: str, branch: str, state: int) -> TrapRule:
    table = f"{CISCO}.13.1.{branch}.1"
    return TrapRule(
        f"{CISCO}.13.3.0.{number}",
        kind,
        by=f"{table}.{state}",
        raises=ENVMON_FAULTS,
        clears=ENVMON_NORMAL,
        object=ObjectFrom(f"{table}.2", "value"),
    )


TRAPS = (
    TrapRule(f"{STANDARD}.1", "device.restarted", INFO),
    TrapRule(f"{STANDARD}.2", "device.restarted", INFO, text="the SNMP agent has restarted (warm start)"),
    TrapRule(f"{STANDARD}.3", "link.down", RAISE, object=INTERFACE),
    TrapRule(f"{STANDARD}.4", "link.down", CLEAR, object=INTERFACE),
    TrapRule(f"{STANDARD}.5", "snmp.authentication_failure", INFO),
    TrapRule(  # dsx1LineStatusChange
        "1.3.6.1.2.1.10.18.15.0.1",
        "ds1.down",
        by=DSX1_LINE_STATUS,
        bits=DSX1_FAULTS,
        words=DSX1_WORDS,
        object=ObjectFrom(DSX1_LINE_STATUS, "interface"),
    ),
    TrapRule(  # demandNbrLayer2Change
        f"{CISCO}.26.2.0.3",
        "isdn.layer2.down",
        by=ISDN_LAPD_OPER_STATUS,
        raises=frozenset({1, 2}),
        clears=frozenset({3}),
        object=ObjectFrom(ISDN_LAPD_OPER_STATUS, "interface"),
    ),
    TrapRule(f"{CISCO}.43.2.0.1", CONFIG_CHANGED.type, INFO),
    TrapRule(f"{CISCO}.43.2.0.2", CONFIG_CHANGED.type, INFO),
    TrapRule(f"{CISCO}.13.3.0.1", "environment.shutdown", INFO),
    _envmon(6, "env.voltage", "2", 7),
    _envmon(7, "env.temperature", "3", 6),
    _envmon(8, "env.fan", "4", 3),
    _envmon(9, "env.power", "5", 3),
    _envmon(3, "env.temperature", "3", 6),  # the deprecated three of older IOS
    _envmon(4, "env.fan", "4", 3),
    _envmon(5, "env.power", "5", 3),
    TrapRule(f"{CISCO}.109.2.0.1", "cpu.high", RAISE),
    TrapRule(f"{CISCO}.109.2.0.2", "cpu.high", CLEAR),
    TrapRule("1.3.6.1.2.1.15.0.1", "bgp.peer.down", CLEAR, object=BGP_PEER),
    TrapRule("1.3.6.1.2.1.15.0.2", "bgp.peer.down", RAISE, object=BGP_PEER),
    TrapRule("1.3.6.1.2.1.15.7.1", "bgp.peer.down", CLEAR, object=BGP_PEER),
    TrapRule("1.3.6.1.2.1.15.7.2", "bgp.peer.down", RAISE, object=BGP_PEER),
    TrapRule(  # ospfNbrStateChange: down(1), attempt(2), init(3); full(8)
        "1.3.6.1.2.1.14.16.2.2",
        "ospf.neighbour.down",
        by=OSPF_NBR_STATE,
        raises=frozenset({1, 2, 3}),
        clears=frozenset({8}),
        object=ObjectFrom("1.3.6.1.2.1.14.10.1.3", "value"),
    ),
    TrapRule(  # csrstStateChange: active(1), the phones of the site are kept here
        f"{CISCO}.441.0.1", "srst.active", by=f"{CISCO}.441.1.3.1", raises=frozenset({1}), clears=frozenset({2})
    ),
    TrapRule(f"{CISCO}.106.2.0.1", "hsrp.changed", INFO, object=ObjectFrom(f"{CISCO}.106.1.2.1.1.15", "instance")),
    TrapRule(  # rttMonTimeoutNotification, rttMonThresholdNotification: TruthValue
        f"{CISCO}.42.2.0.2",
        "ipsla.failed",
        by=RTT_TIMEOUT,
        raises=frozenset({1}),
        clears=frozenset({2}),
        object=ObjectFrom(RTT_TIMEOUT, "instance"),
    ),
    TrapRule(
        f"{CISCO}.42.2.0.3",
        "ipsla.threshold",
        by=RTT_THRESHOLD,
        raises=frozenset({1}),
        clears=frozenset({2}),
        object=ObjectFrom(RTT_THRESHOLD, "instance"),
    ),
)
