"""What is weighed anew after a batch is all that has to be: weighing everything finds nothing that differs."""

import random
from dataclasses import replace

import pytest

from cmsp_agent.model.incident import Incident
from cmsp_agent.model.signal import PollSignal, SyslogSignal
from cmsp_agent.pipeline.alarm_state import Draft
from tests.unit.pipeline.site import COMPONENTS, Site

SEEDS = 40
STEPS = 60


def step(site: Site, choose: random.Random) -> None:
    name = choose.choice([*COMPONENTS])
    site.later(choose.choice([500, 7_000, 61_000]))
    up, index = choose.random() < 0.4, choose.choice([7, 8])
    match choose.randrange(6):
        case 0:
            site.tell(site.pri(up, index, name))
        case 1:
            word = "up" if up else "down"
            text = f"Interface GigabitEthernet0/{choose.randrange(3)}, changed state to {word}"
            site.tell(SyslogSignal(name, site.now, "LINK-3-UPDOWN", text))
        case 2:
            site.tell(replace(site.pri_poll(name, first=up, second=choose.random() < 0.5), received_at=site.now))
        case 3:
            site.silent(name, choose.choice([1, 3, 6]))
        case 4:
            site.tell(PollSignal(name, site.now, icmp=True, snmp=choose.random() < 0.7))
        case 5 if choose.random() < 0.1:
            site.isolate(raised=not up)


def facts(incident: Incident) -> tuple[object, ...]:
    """What follows from the faults of the moment; which components were lost before is said as it was then."""
    return incident.state, incident.urgency, incident.extent, incident.title, incident.alarms


@pytest.mark.parametrize("seed", range(SEEDS))
def test_weighing_all_incidents_after_each_step_would_change_none(seed: int) -> None:
    choose, site = random.Random(seed), Site()
    for number in range(STEPS):
        step(site, choose)
        draft = Draft(site.alarm_state, site.now)
        draft.concerned.update(COMPONENTS)
        for name in COMPONENTS:
            draft.abilities.drop(name)
        site.pipeline._triage.review(draft)
        changed = {name: facts(one) for name, one in draft.changes.incidents.items()}
        assert changed == {name: facts(site.alarm_state.incidents[name]) for name in changed}, number
