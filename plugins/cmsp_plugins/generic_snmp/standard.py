"""Notifications of the standard MIBs of any maker: BGP4, OSPF, BRIDGE, ENTITY, RMON, DISMAN-EVENT."""

from cmsp_agent.plugin.api import AlarmType, ObjectFrom, Severity, StateRule, Transition, TrapRule

RAISE, CLEAR, INFO = Transition.RAISE, Transition.CLEAR, Transition.INFO
MIB_2 = "1.3.6.1.2.1"
BGP, OSPF, RMON, EVENT, STATE = f"{MIB_2}.15", f"{MIB_2}.14", f"{MIB_2}.16", f"{MIB_2}.88", f"{MIB_2}.131"
PEER = ObjectFrom(f"{BGP}.3.1.2", "instance")  # bgpPeerState
ROUTER = ObjectFrom(f"{OSPF}.10.1.3", "value")  # ospfNbrRtrId
VIRTUAL_ROUTER = ObjectFrom(f"{OSPF}.11.1.2", "value")  # ospfVirtNbrRtrId
OSPF_INTERFACE = ObjectFrom(f"{OSPF}.7.1.1", "value")  # ospfIfIpAddress
RMON_ALARM = ObjectFrom(f"{RMON}.3.1.1.3", "value")  # alarmVariable
TRIGGER = ObjectFrom(f"{EVENT}.2.1.1", "value")  # mteHotTrigger
ENTITY_STATE = ObjectFrom(f"{STATE}.1.1.1.2", "instance")  # entStateAdmin
NEIGHBOUR_DOWN, NEIGHBOUR_FULL = frozenset({1, 2, 3}), frozenset({8})


def _passing(kind: str, title: str, severity: Severity = Severity.WARNING) -> AlarmType:
    return AlarmType(kind, severity, title, incident=False, transient=True)


ALARMS = (
    AlarmType("bgp.peer.down", Severity.MAJOR, "{component}: BGP peer {object} is down", cause=40),
    AlarmType("ospf.interface.down", Severity.MINOR, "{component}: OSPF interface {object} is down", cause=40),
    AlarmType("rmon.threshold", Severity.WARNING, "{component}: threshold of {object} crossed", incident=False),
    AlarmType("entity.disabled", Severity.MAJOR, "{component}: entity {object} is disabled", cause=20),
    _passing("ospf.error", "{component}: OSPF error at {object}"),
    _passing("bridge.changed", "{component}: spanning tree has changed"),
    _passing("entity.changed", "{component}: hardware has changed"),
)


def _neighbour(number: int, state: str, router: ObjectFrom) -> TrapRule:
    return TrapRule(
        f"{OSPF}.16.2.{number}",
        "ospf.neighbour.down",
        by=f"{OSPF}.{state}",
        raises=NEIGHBOUR_DOWN,
        clears=NEIGHBOUR_FULL,
        object=router,
    )


BGP_STATE = StateRule(  # bgpPeerState: established(6); only_if bgpPeerAdminStatus: start(2)
    f"{BGP}.3.1.2",
    "bgp.peer.down",
    frozenset({1, 2, 3, 4, 5}),
    frozenset({6}),
    only_if=(f"{BGP}.3.1.3", 2),
    object="index",
    once_clear=True,
)

TRAPS = (
    TrapRule(f"{BGP}.0.1", "bgp.peer.down", CLEAR, object=PEER),
    TrapRule(f"{BGP}.0.2", "bgp.peer.down", RAISE, object=PEER),
    TrapRule(f"{BGP}.7.1", "bgp.peer.down", CLEAR, object=PEER),
    TrapRule(f"{BGP}.7.2", "bgp.peer.down", RAISE, object=PEER),
    _neighbour(2, "10.1.6", ROUTER),
    _neighbour(3, "11.1.5", VIRTUAL_ROUTER),
    TrapRule(f"{OSPF}.16.2.4", "ospf.error", INFO, object=OSPF_INTERFACE, text="OSPF configuration mismatch"),
    TrapRule(f"{OSPF}.16.2.6", "ospf.error", INFO, object=OSPF_INTERFACE, text="OSPF authentication failure"),
    TrapRule(f"{OSPF}.16.2.8", "ospf.error", INFO, object=OSPF_INTERFACE, text="OSPF packet that can't be read"),
    TrapRule(f"{OSPF}.16.2.10", "ospf.error", INFO, object=OSPF_INTERFACE, text="OSPF packet sent again"),
    TrapRule(  # ospfIfStateChange: down(1); waiting(3), pointToPoint(4), designated, backup or other router (5 to 7)
        f"{OSPF}.16.2.16",
        "ospf.interface.down",
        by=f"{OSPF}.7.1.12",
        raises=frozenset({1}),
        clears=frozenset({3, 4, 5, 6, 7}),
        object=OSPF_INTERFACE,
    ),
    TrapRule(f"{MIB_2}.17.0.1", "bridge.changed", INFO, text="the device is the new root of the spanning tree"),
    TrapRule(f"{MIB_2}.17.0.2", "bridge.changed", INFO, text="the topology of the spanning tree has changed"),
    TrapRule(f"{MIB_2}.47.2.0.1", "entity.changed", INFO),
    TrapRule(f"{STATE}.0.1", "entity.disabled", CLEAR, object=ENTITY_STATE),
    TrapRule(f"{STATE}.0.2", "entity.disabled", RAISE, object=ENTITY_STATE),
    TrapRule(f"{RMON}.0.1", "rmon.threshold", RAISE, object=RMON_ALARM),
    TrapRule(f"{RMON}.0.2", "rmon.threshold", CLEAR, object=RMON_ALARM),
    TrapRule(f"{EVENT}.2.0.2", "rmon.threshold", RAISE, object=TRIGGER),
    TrapRule(f"{EVENT}.2.0.3", "rmon.threshold", CLEAR, object=TRIGGER),
)
