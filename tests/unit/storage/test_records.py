"""Golden records: what a released version of the contract promised stays readable."""

from cmsp_agent.model.backup import Backup, BackupResult, BackupRun
from cmsp_agent.model.incident_facts import RaisedPriority
from cmsp_agent.model.priority import Priority
from cmsp_agent.storage.encoding import decode, encode
from cmsp_agent.storage.outbox import records
from tests.unit.storage.facts import NOW, an_event, an_incident


def as_json(record: records.Record) -> object:
    return decode(encode(record.data), object)


def test_an_event() -> None:
    event = an_event(attributes={"mnemonic": "X"}, suppressed_by="0193-9")
    record = records.event_record(event)
    assert as_json(record) == {
        "component": "gw-paris-1",
        "site": "paris",
        "object": "Serial0/1/0:15",
        "type": "isdn.layer2.down",
        "severity": "critical",
        "state": "raise",
        "occurred_at": "2026-01-01T00:00:00.123Z",
        "received_at": "2026-01-01T00:00:00.223Z",
        "clock": "synchronised",
        "sources": ["trap", "syslog"],
        "confirmed": True,
        "count": 3,
        "text": "Layer 2 down",
        "attributes": {"mnemonic": "X"},
        "suppressed_by": "0193-9",
        "alarm": event.id,
    }


def test_an_incident() -> None:
    raised = RaisedPriority(Priority.P2, "ops@partner", NOW)
    record = records.incident_record(an_incident(raised_priority=raised), "0193-r", NOW)
    assert (record.id, record.subject, record.source) == ("0193-r", "INC-000001", "gw-paris-1")
    assert as_json(record) == {
        "id": "0193-INC-000001",
        "number": "INC-000001",
        "state": "new",
        "priority": "P2",
        "urgency": "major",
        "impact": {"level": "individual", "people": [60, 400], "sites": [0, 4], "components": [1, 8]},
        "title": "PRI down",
        "components": ["gw-paris-1"],
        "alarms": ["0193-1"],
        "responsible": "carrier",
        "opened_at": "2026-01-01T00:00:00.123Z",
        "restored_at": None,
        "reported_by": None,
        "raised_priority": {"priority": "P2", "by": "ops@partner", "at": "2026-01-01T00:00:00.123Z"},
        "external": {"headend": None, "itsm": None},
        "recommendation": "call the carrier",
        "merged_into": None,
        "declared_low": None,
        "suppressed": None,
    }


def test_an_incident_that_nobody_raised() -> None:
    data = as_json(records.incident_record(an_incident(), "r", NOW))
    assert isinstance(data, dict)
    assert data["raised_priority"] is None


def test_a_backup() -> None:
    run = BackupRun("0193-b", "gw-1", NOW, NOW + 1000, "schedule", BackupResult.STORED, "0193-v")
    backup = Backup("0193-v", "gw-1", NOW, NOW, "blob", 1234, "f", lines=80)
    assert as_json(records.backup_record(run, backup)) == {
        "component": "gw-1",
        "result": "stored",
        "reason": "schedule",
        "started_at": "2026-01-01T00:00:00.123Z",
        "ended_at": "2026-01-01T00:00:01.123Z",
        "error": None,
        "backup": {
            "id": "0193-v",
            "taken_at": "2026-01-01T00:00:00.123Z",
            "verified_at": "2026-01-01T00:00:00.123Z",
            "size": 1234,
            "lines": 80,
            "known_good": False,
        },
    }


def test_a_failed_backup_names_neither_blob_nor_version() -> None:
    run = BackupRun("0193-b", "gw-1", NOW, NOW, "demand", BackupResult.FAILED, error="no `end`")
    data = as_json(records.backup_record(run, None))
    assert isinstance(data, dict)
    assert (data["backup"], data["error"]) == (None, "no `end`")


def test_the_order_of_types_is_stored_and_never_changes() -> None:
    assert records.TYPES[:11] == (
        "cmsp.event.v1",
        "cmsp.incident.v1",
        "cmsp.problem.v1",
        "cmsp.change.v1",
        "cmsp.request.v1",
        "cmsp.backup.v1",
        "cmsp.inventory.v1",
        "cmsp.activation.v1",
        "cmsp.audit.v1",
        "cmsp.epoch.v1",
        "cmsp.gap.v1",
    )
