"""Random faults on random sites, against a small model of the service's priority rules written apart from the code.

The model knows components, people, sites, groups and functions; it asks the pipeline only which alarms an incident has.
"""

import random
from collections.abc import Collection, Iterable
from dataclasses import replace
from fractions import Fraction

import pytest

from cmsp_agent.model.component import Component
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.pipeline.impact import Customer
from cmsp_agent.pipeline.pipeline import Pipeline
from tests.unit.pipeline.site import COMPONENTS, PRI_1, PRI_2, FakeInventory, Site

SEEDS, STEPS = 60, 25
LEVELS = ("individual", "localised", "large", "widespread")
TABLE = {
    "critical": ("P2", "P2", "P1", "P1"),
    "major": ("P3", "P2", "P2", "P1"),
    "minor": ("P3", "P3", "P3", "P2"),
    "low": ("P4", "P4", "P4", "P4"),
}
"""Urgency → priority, from the smallest impact to the widest."""


def level_of(affected: int, whole: int) -> int:
    """More than 3/4, from 1/2, from 1/4, less."""
    share = min(Fraction(affected, whole), Fraction(1)) if whole else Fraction(0)
    return 3 if share > Fraction(3, 4) else 2 if share >= Fraction(1, 2) else 1 if share >= Fraction(1, 4) else 0


class Model:
    """The rules of the service for a site where nothing is reached through anything else."""

    def __init__(self, components: Collection[Component], customer: Customer) -> None:
        self.components = {each.name: each for each in components}
        self.customer = customer

    def works(self, name: str, function: str, holding: Collection[Event]) -> bool:
        """No alarm that takes the function away: down, or both PRIs of a gateway (each was seen by a poll)."""
        mine = [alarm for alarm in holding if alarm.component == name]
        if any(alarm.type == "component.down" for alarm in mine):
            return False
        failed = {alarm.object for alarm in mine if alarm.type == "isdn.layer2.down"}
        return function != "pstn" or failed != {PRI_1, PRI_2}

    def urgency(self, alarm: Event, holding: Collection[Event]) -> str:
        component = self.components[alarm.component]
        takes = {*component.functions} if alarm.type == "component.down" else {*component.functions} & {"pstn"}
        if alarm.type == "link.down":
            takes = set()
        primary = [each for each in takes if component.functions[each] == "primary"]
        peers = [each for each in self.components.values() if component.redundancy == each.redundancy != ""]
        if primary:
            ways = [[each.name for each in (component, *peers) if function in each.functions] for function in primary]
            backed_up = all(
                any(self.works(name, function, holding) for name in names)
                for function, names in zip(primary, ways, strict=True)
            )
            return "major" if backed_up else "critical"
        return "minor" if takes or alarm.severity.value in ("critical", "major") else "low"

    def people(self, names: Iterable[str]) -> int:
        total = 0
        lost = [self.components[name] for name in set(names)]
        for site in {each.site for each in lost}:
            there = [each for each in lost if each.site == site]
            alone = sum(each.people for each in there if not each.redundancy)
            groups = {each.redundancy for each in there if each.redundancy}
            grouped = sum(max(each.people for each in there if each.redundancy == group) for group in groups)
            total += min(alone + grouped, self.customer.people_at[site])
        return total

    def sites(self, alarms: Collection[Event], holding: Collection[Event]) -> int:
        """Sites where a primary function that the alarms impair has no working path."""
        lost = set()
        for alarm in alarms:
            component = self.components[alarm.component]
            for function, rank in component.functions.items():
                impaired = alarm.type == "component.down" or (alarm.type, function) == ("isdn.layer2.down", "pstn")
                there = [each.name for each in self.components.values() if each.site == component.site]
                able = [name for name in there if function in self.components[name].functions]
                if rank == "primary" and impaired and not any(self.works(name, function, holding) for name in able):
                    lost.add(component.site)
        return len(lost)

    def arithmetic(self, alarms: Collection[Event], holding: Collection[Event]) -> str:
        """As an incident shows it."""
        urgency = min((self.urgency(alarm, holding) for alarm in alarms), key=list(TABLE).index)
        names = {alarm.component for alarm in alarms}
        shares = (
            (self.people(names), self.customer.people, "people"),
            (self.sites(alarms, holding), self.customer.sites, "sites"),
            (len(names), self.customer.components, "components"),
        )
        level = max(level_of(part, whole) for part, whole, _ in shares)
        reported = ", ".join(f"{part}/{whole} {what}" for part, whole, what in shares)
        return f"{TABLE[urgency][level]}: {urgency} x {LEVELS[level]} ({reported})"


def random_site(choose: random.Random) -> tuple[Site, Model]:
    plain = replace(COMPONENTS["gw-2"], parent="", redundancy="")
    components = [
        replace(
            plain,
            name=f"gw-{number}",
            site=choose.choice(["paris", "lyon", "nice"]),
            people=choose.choice([0, 10, 40, 120]),
            redundancy=choose.choice(["", "", "pair"]),
            functions=choose.choice(
                [
                    {"pstn": "primary"},
                    {"pstn": "secondary"},
                    {"fax": "primary"},
                    {"pstn": "primary", "fax": "secondary"},
                ]
            ),
        )
        for number in range(choose.randint(2, 7))
    ]
    customer = Customer(
        people=choose.choice([200, 400, 1000]),
        sites=choose.choice([3, 4]),
        components=choose.choice([len(components), 8, 20]),
        people_at={"paris": 100, "lyon": 150, "nice": 90},
    )
    site = Site(components)
    site.pipeline = Pipeline({each.name: each for each in components}, customer, FakeInventory(), site.counters)
    for each in components:
        site.tell(site.pri_poll(each.name))
    return site, Model(components, customer)


def step(site: Site, names: Collection[str], choose: random.Random) -> None:
    name = choose.choice([*names])
    site.later(61_000)
    if choose.random() < 0.6:
        site.tell(replace(site.pri_poll(name, first=choose.random() < 0.6, second=choose.random() < 0.6)))
    else:
        site.silent(name, 3)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_each_open_incident_has_the_arithmetic_of_the_service(seed: int) -> None:
    choose = random.Random(seed)
    site, model = random_site(choose)
    for number in range(STEPS):
        step(site, model.components, choose)
        holding = [each for each in site.alarm_state.active.values() if each.suppressed_by is None]
        silent = {each.component for each in holding if each.type == "component.down"}
        for incident in site.open:
            alarms = standing_in(incident, holding)
            if all(each.component in silent and each.type != "component.down" for each in alarms):
                continue  # what nobody can see stays as it was
            assert incident.arithmetic == model.arithmetic(alarms, holding), (seed, number, incident.title)


def standing_in(incident: Incident, holding: Collection[Event]) -> list[Event]:
    return [alarm for alarm in holding if alarm.id in incident.alarms]


@pytest.mark.parametrize(
    ("affected", "level"), [(0, 0), (24, 0), (25, 1), (49, 1), (50, 2), (75, 2), (76, 3), (100, 3)]
)
def test_the_bounds_are_exactly_as_written(affected: int, level: int) -> None:
    assert level_of(affected, 100) == level
    assert level_of(affected * 3, 300) == level
