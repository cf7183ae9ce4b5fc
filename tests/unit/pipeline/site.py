"""A small site for the tests of the pipeline: a switch, gateways, a child of one, and the means to tell it things."""

from collections.abc import Iterable
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component, Tier
from cmsp_agent.model.event import AlarmKey, Event, Transition
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.interfaces import Interfaces
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import AgentSignal, ObservedState, PollSignal, Signal, SyslogSignal, TrapSignal
from cmsp_agent.pipeline.alarm_state import AlarmState, Changes
from cmsp_agent.pipeline.impact import Customer
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.plugin.api import AlarmType, DeviceType, ObjectFrom, SyslogRule, TrapRule

LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
LAYER2_CHANGE = "1.3.6.1.4.1.9.9.26.2.0.3"
IF_INDEX, LAPD = "1.3.6.1.2.1.2.2.1.1", "1.3.6.1.2.1.10.20.1.3.4.1.2"
DS1_CHANGE, DS1_STATUS = "1.3.6.1.2.1.10.18.15.0.1", "1.3.6.1.2.1.10.18.6.1.10"
PRI_1, PRI_2 = "Serial0/1/0:15", "Serial0/1/1:15"

GATEWAY = DeviceType(
    name="gateway",
    title="A gateway with two PRIs",
    alarms=(
        AlarmType("isdn.layer2.down", Severity.CRITICAL, "{object}: layer 2 down", frozenset({"pstn"}), cause=30),
        AlarmType("link.down", Severity.MAJOR, "{object}: link down", cause=10),
        AlarmType("ds1.down", Severity.CRITICAL, "line {object} has failed", frozenset({"pstn"}), cause=5),
        AlarmType("config.changed", Severity.WARNING, "{component} was configured", incident=False, transient=True),
    ),
    traps=(
        TrapRule(LINK_DOWN, "link.down", Transition.RAISE, object=ObjectFrom(IF_INDEX, "interface")),
        TrapRule(LINK_UP, "link.down", Transition.CLEAR, object=ObjectFrom(IF_INDEX, "interface")),
        TrapRule(
            LAYER2_CHANGE,
            "isdn.layer2.down",
            by=LAPD,
            raises=frozenset({1, 2}),
            clears=frozenset({3}),
            object=ObjectFrom(LAPD, "interface"),
        ),
        TrapRule(
            DS1_CHANGE,
            "ds1.down",
            by=DS1_STATUS,
            bits=64 | 32,
            words=((64, "loss of signal"), (32, "loss of frame")),
            object=ObjectFrom(DS1_STATUS, "instance"),
        ),
    ),
    syslog=(
        SyslogRule(
            "ISDN-6-LAYER2DOWN",
            "isdn.layer2.down",
            r"Interface (?P<object>\S+), TEI",
            state=Transition.RAISE,
            interface=True,
        ),
        SyslogRule(
            "ISDN-6-LAYER2UP",
            "isdn.layer2.down",
            r"Interface (?P<object>\S+), TEI",
            state=Transition.CLEAR,
            interface=True,
        ),
        SyslogRule(
            "LINK-3-UPDOWN",
            "link.down",
            r"Interface (?P<object>\S+), changed state to (?P<state>\w+)",
            raises=frozenset({"down"}),
            clears=frozenset({"up"}),
            interface=True,
        ),
        SyslogRule("SYS-5-CONFIG_I", "config.changed", state=Transition.INFO),
    ),
)

_PLAIN = Component("sw", ("10.0.0.254",), "paris", "gateway")
COMPONENTS = {
    component.name: component
    for component in (
        _PLAIN,
        replace(_PLAIN, name="gw-1", people=60, functions={"pstn": "primary", "fax": "secondary"}, parent="sw"),
        replace(_PLAIN, name="gw-2", people=40, functions={"pstn": "primary"}, parent="sw", redundancy=""),
        replace(_PLAIN, name="vg-1", people=10, parent="gw-1"),
        replace(_PLAIN, name="ups", tier=Tier.MONITORED_ONLY),
        replace(_PLAIN, name="gw-lyon", site="lyon", people=300, functions={"pstn": "primary"}),
    )
}
CUSTOMER = Customer(people=400, sites=4, components=8, people_at={"paris": 100, "lyon": 300})


class FakeInventory:
    """Knows two PRIs by their ifIndex."""

    def device_type(self, component: str) -> DeviceType:
        return GATEWAY

    def interfaces(self, component: str) -> Interfaces:
        return Interfaces({7: PRI_1, 8: PRI_2})


class Site:
    """Feeds signals to a pipeline and keeps what it committed."""

    def __init__(self, components: Iterable[Component] = COMPONENTS.values()) -> None:
        self.counters = Counters()
        self.alarm_state = AlarmState()
        self.now = 1_000_000
        self.events: dict[str, Event] = {}
        self.incidents: dict[str, Incident] = {}
        self.pipeline = Pipeline({c.name: c for c in components}, CUSTOMER, FakeInventory(), self.counters)

    def tell(self, *signals: Signal) -> Changes:
        draft = self.pipeline.process(self.alarm_state, signals, self.now)
        draft.commit()
        self.events.update(draft.changes.new)
        self.events.update(draft.changes.changed)
        self.incidents.update(draft.changes.incidents)
        return draft.changes

    def restart(self) -> None:
        """Only alarms and incidents survive."""
        self.alarm_state = AlarmState(active=self.alarm_state.active, incidents=self.alarm_state.incidents)
        self.pipeline.reassess(self.alarm_state, self.now).commit()

    def later(self, milliseconds: int) -> int:
        self.now += milliseconds
        return self.now

    def pri(self, up: bool, if_index: int = 7, component: str = "gw-1") -> TrapSignal:
        return TrapSignal(component, self.now, LAYER2_CHANGE, ((f"{LAPD}.{if_index}", 3 if up else 1),))

    def pri_syslog(self, up: bool, component: str = "gw-1") -> SyslogSignal:
        word = "up" if up else "down"
        text = f"Layer 2 for Interface Se0/1/0:15, TEI 0 changed to {word}"
        return SyslogSignal(component, self.now, f"ISDN-6-LAYER2{word.upper()}", text)

    def pri_poll(self, component: str = "gw-1", **raised: bool) -> PollSignal:
        objects = {PRI_1: raised.get("first", False), PRI_2: raised.get("second", False)}
        states = tuple(ObservedState("isdn.layer2.down", name, state) for name, state in objects.items())
        return PollSignal(component, self.now, icmp=True, snmp=True, states=states)

    def poll(self, component: str, icmp: bool | None = True, snmp: bool | None = True, **more: object) -> Changes:
        self.later(60_000)
        return self.tell(PollSignal(component, self.now, icmp=icmp, snmp=snmp, **more))  # type: ignore[arg-type]

    def silent(self, component: str, polls: int = 3) -> Changes:
        changes = Changes()
        for _ in range(polls):
            changes = self.poll(component, icmp=False, snmp=False)
        return changes

    def isolate(self, raised: bool) -> Changes:
        return self.tell(AgentSignal("", self.now, "appliance.isolated", "", raised, "no next hop"))

    def held(self, component: str, kind: str, name: str = "") -> Event | None:
        return self.alarm_state.active.get(AlarmKey(component, kind, name))

    @property
    def open(self) -> list[Incident]:
        return [incident for incident in self.alarm_state.incidents.values() if incident.state.open]
