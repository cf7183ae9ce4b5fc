"""Random faults, cuts, silences, isolation, restarts on random trees: no alarm without its incident, none left open."""

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cmsp_agent.model.component import Component
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.signal import ObservedState, PollSignal
from cmsp_agent.model.silence import Matcher, Silence
from cmsp_agent.pipeline.impact import Customer
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.silences import SilenceRegister, Silences
from tests.unit.pipeline.site import COMPONENTS, PRI_1, PRI_2, FakeInventory, Site

SEEDS, STEPS = 15, 30
PLAIN = COMPONENTS["sw"]
FUNCTIONS: tuple[dict[str, str], ...] = ({"pstn": "primary"}, {"pstn": "primary", "emergency": "primary"}, {})


def random_tree(choose: random.Random) -> Iterator[Component]:
    """Two switches, gateways behind one of them or none, and what is behind a gateway."""
    yield PLAIN
    yield replace(PLAIN, name="sw2", parent=choose.choice(["", "sw"]))
    for number in range(choose.randint(2, 6)):
        yield replace(
            PLAIN,
            name=f"gw-{number}",
            site=choose.choice(["paris", "lyon"]),
            people=choose.choice([0, 20, 60]),
            redundancy=choose.choice(["", "pair"]),
            functions=choose.choice(FUNCTIONS),
            parent=choose.choice(["", "sw", "sw2"]),
        )
    for number in range(choose.randint(0, 2)):
        yield replace(PLAIN, name=f"vg-{number}", people=10, parent=f"gw-{number}")


class Play:
    """The truth of a site, and the pipeline that hears of it by polls, traps and not at all."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.components = {each.name: each for each in random_tree(self.choose)}
        self.site, self.register = Site(self.components.values()), SilenceRegister()
        self.cut: set[str] = set()
        self.failed: set[tuple[str, str]] = set()
        self.begin()
        self.poll_all()

    def begin(self) -> None:
        """Put the pipeline together, as a start does."""
        self.silences = Silences({}, self.components, self.register)
        customer = Customer(200, 3, len(self.components) + 2, {"paris": 100, "lyon": 100})
        inventory, counters = FakeInventory(), self.site.counters
        self.site.pipeline = Pipeline(self.components, customer, inventory, counters, silences=self.silences)

    def is_lost(self, name: str) -> bool:
        parent = self.components[name].parent
        return name in self.cut or (parent != "" and self.is_lost(parent))

    def poll(self, name: str) -> None:
        now = self.site.later(self.choose.randint(100, 5_000))
        there = not self.is_lost(name)
        states = [ObservedState("isdn.layer2.down", line, (name, line) in self.failed) for line in (PRI_1, PRI_2)]
        self.site.tell(PollSignal(name, now, icmp=there, snmp=there, states=tuple(states) if there else ()))

    def poll_all(self) -> None:
        for name in self.choose.sample([*self.components], len(self.components)):
            self.poll(name)
        self.elapse(30_000)

    def elapse(self, milliseconds: int) -> None:
        self.site.pipeline.elapse(self.site.alarm_state, self.site.later(milliseconds)).commit()

    def line_changes(self, name: str) -> None:
        number, line = self.choose.choice([(7, PRI_1), (8, PRI_2)])
        self.failed ^= {(name, line)}
        if not self.is_lost(name) and self.choose.random() < 0.7:
            up = (name, line) not in self.failed
            self.site.tell(self.site.pri(up, if_index=number, component=name))

    def step(self) -> None:
        name, what, now = self.choose.choice([*self.components]), self.choose.random(), self.site.now
        if what < 0.35:
            self.line_changes(name)
        elif what < 0.55:
            self.cut ^= {name}
        elif what < 0.65:
            self.begin()
            self.site.restart()
        elif what < 0.7:
            ends = now + self.choose.choice([60_000, 600_000])
            self.register.put(Silence(f"s{now}", "silence", Matcher(component=name), now, ends, "a", "b", now))
        elif what < 0.75:
            self.site.isolate(raised=True)
            self.poll_all()
            self.site.isolate(raised=False)
        elif what < 0.8:
            self.elapse(700_000)
        for _ in range(self.choose.choice([0, 1, 1])):
            self.poll_all()

    def without_incident(self) -> list[Event]:
        """Alarms that stand for themselves, are silenced by nothing, and belong to no open incident."""
        self.elapse(1)
        state = self.site.alarm_state
        members = {alarm for one in self.site.open for alarm in state.members.get(one.id, ())}
        alone = [each for each in state.active.values() if each.suppressed_by is None and each.type != "config.changed"]
        judged = [each for each in alone if not self.silences.of(each, self.site.now)]
        return [each for each in judged if each.id not in members and each.component]

    def without_alarm(self) -> list[Incident]:
        """Open incidents of which no alarm holds."""
        holding = {each.id for each in self.site.alarm_state.active.values()}
        return [one for one in self.site.open if not one.unproven and not holding.intersection(one.alarms)]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_alarm_has_its_incident_and_each_incident_ends_with_its_alarms(seed: int) -> None:
    play = Play(seed)
    for number in range(STEPS):
        play.step()
        assert play.without_incident() == [], number
        assert play.without_alarm() == [], number
    play.cut.clear()
    play.failed.clear()
    for _ in range(5):
        play.poll_all()
    for _ in range(2):
        play.elapse(1_900_000)
        play.poll_all()
    assert list(play.site.alarm_state.active) == []
    assert play.site.alarm_state.incidents == {}
