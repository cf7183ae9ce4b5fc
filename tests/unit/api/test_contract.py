"""What the API promises: a stable document, a problem for each error, pure changes of an incident."""

import json
from dataclasses import replace

import pytest

from cmsp_agent.api.app import openapi
from cmsp_agent.api.problems import PreconditionFailed, classify, problem
from cmsp_agent.api.routes.incidents import editing
from cmsp_agent.api.schemas.incidents import IncidentChange
from cmsp_agent.api.views.components import series_view
from cmsp_agent.api.views.incidents import incident_view
from cmsp_agent.api.views.jobs import job_view
from cmsp_agent.model import errors
from cmsp_agent.model.errors import Conflict
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState, Trigger
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.model.priority import Extent, Priority, Share, Urgency
from cmsp_agent.services.kpis.history import Line

INCIDENT = Incident(
    "i1",
    "INC-000042",
    IncidentState.NEW,
    Urgency.MAJOR,
    Extent(Share(60, 400), Share(0, 4), Share(1, 8)),
    "PRI down",
    ("gw-1",),
    ("e1",),
    1_767_225_600_000,
)
AT = 1_767_225_660_000


def test_the_document_is_the_same_each_time_and_names_every_call() -> None:
    assert json.dumps(openapi()) == json.dumps(openapi())
    calls = {(method.upper(), path) for path, item in openapi()["paths"].items() for method in item}
    assert {
        ("GET", "/v1/status"),
        ("GET", "/v1/events/{event}"),
        ("GET", "/v1/events/{event}/raw"),
        ("GET", "/v1/events/stored"),
        ("GET", "/v1/metrics"),
        ("GET", "/v1/rules"),
        ("GET", "/v1/rules/files"),
        ("GET", "/v1/types"),
        ("GET", "/v1/types/{name}"),
        ("GET", "/v1/findings"),
        ("GET", "/v1/evidence"),
        ("PUT", "/v1/config"),
        ("GET", "/v1/config/file"),
        ("POST", "/v1/config/check"),
        ("POST", "/v1/config/confirm"),
        ("GET", "/v1/config/revisions"),
        ("GET", "/v1/config/revisions/{number}"),
        ("GET", "/v1/config/revisions/{number}/diff"),
        ("GET", "/v1/outcomes"),
        ("GET", "/v1/components/{name}/diagnostics"),
        ("POST", "/v1/components/{name}/diagnostics"),
        ("POST", "/v1/tunnel/test"),
        ("GET", "/v1/secrets"),
        ("GET", "/v1/support-bundle"),
        ("GET", "/v1/support-bundle/{bundle}"),
        ("GET", "/v1/config"),
        ("GET", "/v1/components"),
        ("GET", "/v1/components/{name}"),
        ("GET", "/v1/components/{name}/kpis"),
        ("GET", "/v1/components/{name}/setup"),
        ("POST", "/v1/components/{name}/backups/{version}/restore"),
        ("POST", "/v1/alarms/{alarm}/suppress"),
        ("POST", "/v1/alarms/{alarm}/acknowledge"),
        ("PUT", "/v1/components/{name}/backups/imported"),
        ("GET", "/v1/components/{name}/backups/changes"),
        ("GET", "/v1/backups/plan"),
        ("GET", "/v1/emergency"),
        ("GET", "/v1/emergency/calls"),
        ("GET", "/v1/inventory"),
        ("GET", "/v1/order"),
        ("POST", "/v1/discoveries"),
        ("GET", "/v1/inventory/history"),
        ("POST", "/v1/components/{name}/poll"),
        ("POST", "/v1/components/{name}/test"),
        ("GET", "/v1/components/{name}/host-keys"),
        ("DELETE", "/v1/components/{name}/host-keys"),
        ("GET", "/v1/components/{name}/backups"),
        ("POST", "/v1/components/{name}/backups"),
        ("GET", "/v1/components/{name}/backups/verification"),
        ("POST", "/v1/components/{name}/backups/{version}/accept"),
        ("POST", "/v1/components/{name}/backups/{version}/known-good"),
        ("GET", "/v1/backups/grep"),
        ("GET", "/v1/backups/rehearsal"),
        ("GET", "/v1/components/{name}/backups/{version}/diff"),
        ("GET", "/v1/components/{name}/backups/{version}/console"),
        ("GET", "/v1/components/{name}/backups/{version}/content"),
        ("GET", "/v1/events"),
        ("GET", "/v1/events/stream"),
        ("GET", "/v1/alarms"),
        ("POST", "/v1/alarms/{alarm}/clear"),
        ("GET", "/v1/incidents"),
        ("POST", "/v1/incidents"),
        ("GET", "/v1/incidents/{incident}"),
        ("GET", "/v1/incidents/{incident}/alarms"),
        ("GET", "/v1/incidents/{incident}/notes"),
        ("PATCH", "/v1/incidents/{incident}"),
        ("GET", "/v1/jobs"),
        ("GET", "/v1/jobs/{job}"),
        ("DELETE", "/v1/jobs/{job}"),
        ("GET", "/v1/audit/verify"),
        ("GET", "/v1/silences"),
        ("POST", "/v1/silences"),
        ("DELETE", "/v1/silences/{silence}"),
        ("GET", "/v1/thresholds"),
        ("GET", "/v1/outbox"),
        ("GET", "/v1/outbox/check"),
        ("POST", "/v1/outbox/repair"),
        ("GET", "/v1/outbox/dead-letters/{letter}"),
        ("POST", "/v1/outbox/dead-letters/{letter}/retry"),
        ("DELETE", "/v1/outbox/dead-letters/{letter}"),
        ("POST", "/v1/clock/confirm"),
    } == calls


def test_every_error_of_ours_has_a_status_and_a_kind() -> None:
    known = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.AgentError)]
    for error in known:
        made = error([]) if error is errors.ConfigurationError else error("text")
        status, kind = classify(made)
        assert 400 <= status < 600
        document = json.loads(bytes(problem(status, kind, "text").body))
        assert document["type"] == f"urn:cmsp:problem:{kind}"
    assert classify(errors.Refused("x"))[0] == 403
    assert classify(errors.DeviceUnreachable("x"))[0] == 504


def edited(incident: Incident = INCIDENT, if_match: str = '"1"', **wish: object) -> Incident:
    return editing(IncidentChange.model_validate(wish), if_match, "noc", AT)(incident)


def test_a_change_makes_a_new_version_and_no_change_does_not() -> None:
    changed = edited(state="acknowledged", assignee="noc-2", note="carrier called")
    assert (changed.state, changed.assignee, changed.version) == (IncidentState.ACKNOWLEDGED, "noc-2", 4)
    assert changed.notes == ("2026-01-01T00:01:00.000Z noc: carrier called",)
    assert edited() is INCIDENT
    assert edited(changed, '"4"', assignee="").assignee is None


def test_a_raised_priority_says_who_asked() -> None:
    changed = edited(raised_priority="P1", asked_by="partner")
    assert (changed.priority, changed.raised_priority and changed.raised_priority.by) == (Priority.P1, "partner")
    assert incident_view(changed)["raised_priority"] == {
        "priority": "P1",
        "by": "partner",
        "at": "2026-01-01T00:01:00.000Z",
    }


@pytest.mark.parametrize("if_match", ['"2"', "1", 'W/"1"', ""])
def test_another_version_is_refused(if_match: str) -> None:
    with pytest.raises(PreconditionFailed):
        edited(if_match=if_match, note="x")


def test_only_the_end_of_the_fault_lets_an_incident_close() -> None:
    with pytest.raises(Conflict, match="still there"):
        edited(state="closed")
    restored = INCIDENT.after(Trigger.RESTORE, 1)
    assert edited(restored, '"2"', state="closed").state is IncidentState.CLOSED
    with pytest.raises(Conflict, match="restored already"):
        edited(restored, '"2"', state="acknowledged")


def test_references_elsewhere_are_merged() -> None:
    both = edited(edited(external={"headend": "T-1"}), '"2"', external={"itsm": "SR-9"})
    assert both.external == {"headend": "T-1", "itsm": "SR-9"}


def test_a_job_says_how_a_command_that_waits_for_it_ends() -> None:
    job = Job("j1", "poll", "gw-1", "noc", AT)
    assert job_view(job)["exit_code"] is None
    assert job_view(replace(job, state=JobState.DONE))["exit_code"] == 0
    assert job_view(replace(job, state=JobState.CANCELLED))["exit_code"] == 1
    assert job_view(replace(job, state=JobState.FAILED, result={"exit_code": 4}))["exit_code"] == 4


def test_a_series_names_its_object() -> None:
    view = series_view("if.in.octets[Gi0/0]", Line("octets/s", [(AT, 1.0), (AT + 1000, 2.0)]))
    assert view["unit"] == "octets/s"
    assert (view["kpi"], view["object"], view["value"], len(view["samples"])) == ("if.in.octets", "Gi0/0", 2.0, 2)
    assert series_view("cpu.load", Line("percent", []))["value"] is None


NOT_A_LIST = {"/v1/components/{name}/kpis"}
"""Bounded by what was asked for: a time range."""


def test_every_list_has_a_cursor() -> None:
    document = openapi()
    unpaged = []
    for path, calls in document["paths"].items():
        answer = calls.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json")
        name = (answer or {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        members = document["components"]["schemas"][name]["properties"] if name else {}
        if "items" not in members or path in NOT_A_LIST:
            continue
        asked = {parameter["name"] for parameter in calls["get"]["parameters"]}
        if "next" not in members or "limit" not in asked or not asked & {"after", "before"}:
            unpaged.append(path)
    assert unpaged == []
