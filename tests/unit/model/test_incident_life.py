"""The whole life of an incident: each row of the table, and random sequences of all that may happen to it."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cmsp_agent
from cmsp_agent.model.errors import Conflict
from cmsp_agent.model.incident import TRANSITIONS, Incident, opened
from cmsp_agent.model.incident_facts import IncidentSummary, SuppressedAlarms
from cmsp_agent.model.incident_state import IncidentState, Trigger
from cmsp_agent.model.priority import Extent, Priority, Share, Urgency

EXTENT = Extent(Share(60, 100), Share(1, 4), Share(1, 8))
SUMMARY = IncidentSummary(Urgency.MAJOR, EXTENT, "gw-1 is down")
NEW = opened("i-1", SUMMARY, ("gw-1",), ("a-1",), at=1_000)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [*Trigger, "assess", "join", "raise", "low", "not low", "quiet", "note", "assign", "refer"],
        ),
        st.sampled_from(list(Urgency)),
        st.sampled_from(list(Priority)),
    ),
    max_size=30,
)


def do(incident: Incident, what: str, urgency: Urgency, asked: Priority, at: int) -> Incident:
    match what:
        case Trigger():
            return incident.after(what, at, "noc", into="i-2" if what is Trigger.MERGE else None)
        case "assess":
            return incident.reassessed(replace(SUMMARY, urgency=urgency, title=f"{urgency}"), at)
        case "join":
            return incident.joined((*incident.alarms, f"a-{at}"), incident.components)
        case "raise":
            return incident.with_priority(asked, "noc", at)
        case "low" | "not low":
            return incident.declared("partner", at, low=what == "low")
        case "quiet":
            return incident.quieted(SuppressedAlarms("noc", at + 1_000), at)
        case "note":
            return incident.noted(f"note {at}")
        case "assign":
            return incident.assigned(f"{asked}")
    return incident.referenced({"headend": f"T-{asked}"})


@given(steps=STEPS, passing=st.booleans(), reported=st.sampled_from([None, "alice"]))
def test_whatever_happens_the_incident_keeps_its_laws(
    steps: list[tuple[str, Urgency, Priority]], passing: bool, reported: str | None
) -> None:
    incident = replace(NEW, passing=passing, reported_by=reported)
    for at, (what, urgency, asked) in enumerate(steps, start=2_000):
        before = incident
        try:
            incident = do(before, what, urgency, asked, at)
        except Conflict:
            continue
        assert incident.version == before.version + (incident != before)
        if incident.state is not before.state:
            assert isinstance(what, Trigger)
            assert TRANSITIONS[before.state, what].to is incident.state
            assert incident.timeline[-1].at == at
        if before.state.over:
            assert incident.state in (before.state, IncidentState.CLOSED)
        assert (incident.merged_into is None) == (incident.state is not IncidentState.MERGED)
        assert incident.restored_at is None or not incident.state.open
        assert incident.priority <= incident.reckoned or incident.declared_low is not None
        if incident.state in (IncidentState.RESOLVED, IncidentState.CLOSED) and before.state.open:
            assert incident.waits_for_a_person or what is Trigger.WITHDRAW


@pytest.mark.parametrize(("state", "trigger"), [(s, t) for s in IncidentState for t in Trigger])
def test_what_the_table_does_not_have_is_refused_or_so_already(state: IncidentState, trigger: Trigger) -> None:
    restored_at = 1_500 if state in (IncidentState.RESTORED, IncidentState.RESOLVED) else None
    incident = replace(
        NEW, state=state, merged_into="i-9" if state is IncidentState.MERGED else None, restored_at=restored_at
    )
    asked_for = {Trigger.ACKNOWLEDGE: "acknowledged", Trigger.START: "in-progress", Trigger.CLOSE: "closed"}
    if (trigger is Trigger.RESOLVE and state is IncidentState.RESOLVED) or asked_for.get(trigger) == state:
        assert incident.after(trigger, 2_000, "noc") is incident
    elif (state, trigger) not in TRANSITIONS:
        with pytest.raises(Conflict, match=state):
            incident.after(trigger, 2_000, "noc")


def test_the_usual_life() -> None:
    seen = NEW.after(Trigger.ACKNOWLEDGE, 2, "noc").after(Trigger.START, 3, "noc").after(Trigger.RESTORE, 4)
    assert (seen.state, seen.restored_at) == (IncidentState.RESTORED, 4)
    again = seen.after(Trigger.RELAPSE, 5)
    assert (again.state, again.restored_at, again.reopened) == (IncidentState.NEW, None, 1)
    done = again.after(Trigger.RESTORE, 6).after(Trigger.RESOLVE, 7).after(Trigger.CLOSE, 8, "noc")
    assert (done.restored_at, done.resolved_at, done.closed_at) == (6, 7, 8)
    assert [step.what for step in done.timeline] == [
        "new", "acknowledged", "in-progress", "restored", "new", "restored", "resolved", "closed",
    ]  # fmt: skip
    with pytest.raises(Conflict, match="closed"):
        done.after(Trigger.RELAPSE, 9)


def test_a_priority_below_the_reckoned_one_is_refused_with_the_reason() -> None:
    assert NEW.reckoned is Priority.P2
    with pytest.raises(Conflict, match="P3 is below the reckoned priority"):
        NEW.with_priority(Priority.P3, "noc", 2_000)
    assert NEW.with_priority(Priority.P1, "noc", 2_000).priority is Priority.P1


def test_a_partner_declares_it_low_and_who_and_when_are_kept() -> None:
    low = NEW.declared("partner", 2_000, low=True)
    assert low.declared_low is not None
    assert (low.priority, low.declared_low.by, low.declared_low.at) == (Priority.P4, "partner", 2_000)
    assert "declared low by partner" in low.arithmetic
    assert low.declared("partner", 3_000, low=False).priority is Priority.P2


def test_an_incident_is_not_merged_into_itself() -> None:
    with pytest.raises(Conflict):
        NEW.after(Trigger.MERGE, 2_000, into=NEW.id)


@pytest.mark.parametrize(
    "impossible",
    [
        {"state": IncidentState.MERGED},
        {"state": IncidentState.RESTORED},
        {"restored_at": 5},
        {"merged_into": "i-2"},
        {"state": IncidentState.MERGED, "merged_into": "i-2", "restored_at": 5},
    ],
)
def test_impossible_incidents_can_not_be_made(impossible: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="i-1"):
        replace(NEW, **impossible)  # type: ignore[arg-type]


AN_OPEN_ONE = {"restore": "restored", "merge": "merged", "withdraw": "closed", "resolve": "resolved", "close": "closed"}
LIFE = {
    "new": AN_OPEN_ONE | {"acknowledge": "acknowledged", "start": "in-progress"},
    "acknowledged": AN_OPEN_ONE | {"start": "in-progress"},
    "in-progress": AN_OPEN_ONE | {"acknowledge": "acknowledged"},
    "restored": {"relapse": "new", "resolve": "resolved", "close": "closed"},
    "resolved": {"close": "closed"},
    "closed": {},
    "merged": {},
}
"""The life as ITIL has it, written out beside the table: a row too many is an error like a row too few."""


def test_the_table_has_these_transitions_and_no_other() -> None:
    rows: dict[str, dict[str, str]] = {state.value: {} for state in IncidentState}
    for (state, trigger), transition in TRANSITIONS.items():
        rows[state.value][trigger.value] = transition.to.value
    assert rows == LIFE


OF_ITS_LIFE = {"restored_at", "resolved_at", "closed_at", "merged_into", "reopened", "version", "IncidentState"}
CHANGES = {"replace", "__replace__", "setattr", "__setattr__"}


def changed_by(call: ast.Call) -> set[object]:
    """The fields that a call sets, by keyword or as a text, and `IncidentState` where one of its values is given."""
    keywords = {each.arg for each in call.keywords}
    texts = {each.value for each in call.args if isinstance(each, ast.Constant)}
    return keywords | texts | {part.id for part in ast.walk(call) if isinstance(part, ast.Name)} & {"IncidentState"}


def changed_elsewhere(source: str) -> list[str]:
    """Where a module changes the life of an incident by itself, or makes one."""
    if not any(name in source for name in CHANGES | {"Incident"}):
        return []
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    named = [(getattr(call.func, "attr", getattr(call.func, "id", "")), call) for call in calls]
    return [
        ast.unparse(call)
        for name, call in named
        if name == "Incident" or (name in CHANGES and OF_ITS_LIFE & changed_by(call))
    ]


def test_nobody_else_changes_its_life() -> None:
    root = Path(cmsp_agent.__file__).parent
    files = [path for path in root.rglob("*.py") if path != root / "model/incident.py"]
    assert {path.name: found for path in files if (found := changed_elsewhere(path.read_text()))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "replace(incident, state=IncidentState.CLOSED)",
        "dataclasses.replace(one, restored_at=None)",
        "object.__setattr__(incident, 'version', 7)",
        "Incident(id='i-1', number='')",
    ],
)
def test_a_change_elsewhere_is_found(text: str) -> None:
    assert changed_elsewhere(text)


def test_the_version_is_raised_in_one_place() -> None:
    root = Path(cmsp_agent.__file__).parent
    raised = [path.name for path in root.rglob("*.py") if re.search(r"\bversion=.*version \+ 1", path.read_text())]
    assert raised == ["incident.py"]
    assert (root / "model/incident.py").read_text().count("version + 1") == 1
