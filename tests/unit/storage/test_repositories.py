import sqlite3
from typing import Any

import pytest

from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import Conflict
from cmsp_agent.model.incident_facts import RaisedPriority
from cmsp_agent.model.incident_state import Trigger
from cmsp_agent.model.inventory import InventoryChange
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.model.priority import Priority
from cmsp_agent.storage.tables import (
    audit,
    backups,
    calendar_runs,
    components_seen,
    host_keys,
    incidents,
    inventory,
    inventory_changes,
    jobs,
    snmp_engines,
)
from tests.unit.storage.facts import NOW, an_incident

KEY = bytes(range(32))


class TestIncidents:
    def test_numbers_follow_each_other(self, tx: sqlite3.Connection) -> None:
        for expected in ("INC-000001", "INC-000002"):
            assert incidents.next_number(tx) == expected
            incidents.save(tx, an_incident(expected))

    def test_found_by_id_and_by_number(self, tx: sqlite3.Connection) -> None:
        incident = an_incident(raised_priority=RaisedPriority(Priority.P1, "ops@partner", NOW), notes=("called",))
        incidents.save(tx, incident)
        assert incidents.find(tx, incident.id) == incident
        assert incidents.find(tx, "inc-000001") == incident
        assert incidents.find(tx, "INC-000099") is None

    def test_only_those_that_are_not_over_are_unfinished(self, tx: sqlite3.Connection) -> None:
        first, second = an_incident("INC-000001"), an_incident("INC-000002")
        incidents.save(tx, first)
        incidents.save(tx, second)
        incidents.save(tx, first.after(Trigger.RESTORE, NOW).after(Trigger.RESOLVE, NOW))
        assert incidents.unfinished(tx) == [second]

    def test_one_is_kept_for_its_time_from_its_end_on_however_long_it_was_open(self, tx: sqlite3.Connection) -> None:
        ends = (NOW + 1000, NOW + 5000)
        for number, end in enumerate(ends, 1):
            over = an_incident(f"INC-00000{number}").after(Trigger.RESTORE, end).after(Trigger.RESOLVE, end)
            incidents.save(tx, over)
        incidents.save(tx, an_incident("INC-000003"))
        assert incidents.forget_before(tx, NOW + 3000) == 1
        assert [each.number for each in incidents.page(tx)[0]] == ["INC-000003", "INC-000002"]

    def test_pages_from_the_newest(self, tx: sqlite3.Connection) -> None:
        for count in range(1, 6):
            incidents.save(tx, an_incident(incidents.number(count)))
        some, before = incidents.page(tx, limit=3)
        assert [incident.number[-1] for incident in some] == ["5", "4", "3"]
        rest, before = incidents.page(tx, before, 3)
        assert [incident.number[-1] for incident in rest] == ["2", "1"]
        assert before == 0


def a_backup(number: int, **changes: Any) -> Backup:
    values: dict[str, Any] = {
        "component": "gw-1",
        "taken_at": NOW + number,
        "verified_at": NOW + number,
        "blob": f"b{number}",
    }
    return Backup(f"id{number}", size=10, fingerprint="f", **{**values, **changes})


class TestBackups:
    def test_newest_first(self, tx: sqlite3.Connection) -> None:
        for number in (1, 2):
            backups.save(tx, a_backup(number))
        backups.save(tx, a_backup(3, component="gw-2"))
        assert [backup.id for backup in backups.of_component(tx, "gw-1")] == ["id2", "id1"]
        assert [backup.id for backup in backups.of_component(tx, "gw-2")] == ["id3"]

    def test_verified_again_keeps_its_place(self, tx: sqlite3.Connection) -> None:
        backups.save(tx, a_backup(1))
        backups.save(tx, a_backup(2))
        backups.save(tx, a_backup(1, verified_at=NOW + 99, known_good=True))
        assert backups.latest(tx, "gw-1") == a_backup(2)
        assert backups.find(tx, "id1") == a_backup(1, verified_at=NOW + 99, known_good=True)

    def test_one_that_is_kept_apart_is_not_the_latest(self, tx: sqlite3.Connection) -> None:
        backups.save(tx, a_backup(1))
        backups.save(tx, a_backup(2, suspect="much shorter"))
        assert backups.latest(tx, "gw-1") == a_backup(1)
        assert backups.latest(tx, "gw-2") is None
        backups.save(tx, a_backup(3, component="gw-3", suspect="no end"))
        assert backups.without(tx, ["gw-3", "gw-2", "gw-1"]) == ["gw-3", "gw-2"]

    def test_contents_that_are_needed(self, tx: sqlite3.Connection) -> None:
        backups.save(tx, a_backup(1))
        backups.save(tx, a_backup(2))
        assert backups.delete(tx, "id1")
        assert backups.blobs_of(tx, "gw-1") == {"b2"}


class TestInventory:
    def test_only_a_change_is_written(self, tx: sqlite3.Connection) -> None:
        assert inventory.save(tx, "gw-1", {"serial": "A", "model": "C8200"}, NOW)
        assert not inventory.save(tx, "gw-1", {"model": "C8200", "serial": "A"}, NOW + 1)
        assert inventory.save(tx, "gw-1", {"serial": "B", "model": "C8200"}, NOW + 2)
        assert inventory.find(tx, "gw-1") == (NOW + 2, {"model": "C8200", "serial": "B"})

    def test_the_history_of_one_that_keeps_changing_is_bounded(self, tx: sqlite3.Connection) -> None:
        def change(component: str, at: int) -> InventoryChange:
            return InventoryChange(component, at, "interface", "Virtual-Access1", "there", "")

        inventory_changes.add(tx, "gw-2", [change("gw-2", NOW)])
        inventory_changes.add(
            tx, "gw-1", [change("gw-1", NOW + at) for at in range(inventory_changes.MOST_CHANGES + 10)]
        )
        kept = inventory_changes.latest(tx, "gw-1", limit=5_000)
        assert len(kept) == inventory_changes.MOST_CHANGES
        assert kept[0].at == NOW + inventory_changes.MOST_CHANGES + 9
        assert [each.component for each in inventory_changes.latest(tx, "gw-2")] == ["gw-2"]
        assert len(inventory_changes.latest(tx, what="interface", since=NOW + 1_000)) == 10

    def test_the_first_time_stays(self, tx: sqlite3.Connection) -> None:
        components_seen.save(tx, {"gw-1": (NOW, NOW + 1)})
        components_seen.save(tx, {"gw-1": (NOW + 5, NOW + 5), "gw-2": (NOW + 5, NOW + 5)})
        assert components_seen.known(tx) == {"gw-1": (NOW, NOW + 5), "gw-2": (NOW + 5, NOW + 5)}


class TestJobs:
    def test_unfinished_ones_are_taken_up_again(self, tx: sqlite3.Connection) -> None:
        job = Job("1", "backup", "gw-1", "cli", NOW, arguments={"reason": "demand"})
        jobs.save(tx, job)
        jobs.save(tx, Job("2", "poll", "gw-1", "cli", NOW, state=JobState.DONE))
        assert jobs.unfinished(tx) == [job]
        assert [job.id for job in jobs.latest(tx)] == ["2", "1"]

    def test_the_same_key_gets_the_same_answer(self, tx: sqlite3.Connection) -> None:
        answer = jobs.KeptAnswer(202, b"{}")
        assert jobs.answered(tx, "k", "me", b"POST /x") is None
        jobs.remember(tx, "k", "me", b"POST /x", answer, NOW)
        assert jobs.answered(tx, "k", "me", b"POST /x") == answer
        with pytest.raises(Conflict):
            jobs.answered(tx, "k", "me", b"POST /y")

    def test_two_callers_may_use_one_key(self, tx: sqlite3.Connection) -> None:
        jobs.remember(tx, "k", "me", b"a", jobs.KeptAnswer(202, b"mine"), NOW)
        jobs.remember(tx, "k", "you", b"b", jobs.KeptAnswer(202, b"yours"), NOW)
        assert jobs.answered(tx, "k", "you", b"b") == jobs.KeptAnswer(202, b"yours")

    def test_old_ones_go(self, tx: sqlite3.Connection) -> None:
        jobs.save(tx, Job("1", "poll", "gw-1", "cli", NOW, state=JobState.DONE))
        jobs.save(tx, Job("2", "poll", "gw-1", "cli", NOW))
        jobs.remember(tx, "k", "me", b"a", jobs.KeptAnswer(202, b""), NOW)
        jobs.forget_before(tx, NOW + 1)
        assert [job.id for job in jobs.latest(tx)] == ["2"]
        assert jobs.answered(tx, "k", "me", b"b") is None


def entry(number: int) -> audit.AuditEntry:
    return audit.AuditEntry(NOW + number, "spiffe://noc/operator", "10.99.0.1", "POST /v1/poll", "gw-1", "202")


class TestAudit:
    @pytest.fixture
    def log(self, tx: sqlite3.Connection) -> sqlite3.Connection:
        for number in range(5):
            audit.append(tx, KEY, entry(number))
        return tx

    def test_a_whole_chain_holds(self, log: sqlite3.Connection) -> None:
        assert audit.verify(log, KEY, audit.tail(log)) is None
        assert audit.page(log, after=3) == [(4, entry(3)), (5, entry(4))]

    @pytest.mark.parametrize(
        ("tampering", "row"),
        [
            ("update audit set who = 'nobody' where row = 3", 3),
            ("delete from audit where row = 2", 2),
            ("update audit set at = at + 1 where row = 1", 1),
        ],
    )
    def test_tampering_shows(self, log: sqlite3.Connection, tampering: str, row: int) -> None:
        log.execute(tampering)
        broken = audit.verify(log, KEY)
        assert broken is not None
        assert broken.row == row

    def test_a_cut_tail_shows_against_what_was_acknowledged(self, log: sqlite3.Connection) -> None:
        acknowledged = audit.tail(log)
        log.execute("delete from audit where row = 5")
        assert audit.verify(log, KEY) is None
        assert audit.verify(log, KEY, acknowledged) == audit.Broken(5, "the end is missing")

    def test_another_key_does_not_verify(self, log: sqlite3.Connection) -> None:
        assert audit.verify(log, bytes(32)) == audit.Broken(1, "entry changed")


class TestSmallOnes:
    def test_boots_grow_and_the_engine_id_stays(self, tx: sqlite3.Connection) -> None:
        engine_id, boots = snmp_engines.boot(tx)
        assert boots == 1
        assert len(engine_id) == 17
        assert snmp_engines.boot(tx) == (engine_id, 2)

    def test_engine_ids_by_address(self, tx: sqlite3.Connection) -> None:
        snmp_engines.remember(tx, "10.0.0.1", b"\x80one", NOW)
        snmp_engines.remember(tx, "10.0.0.1", b"\x80two", NOW)
        assert snmp_engines.known(tx) == {"10.0.0.1": b"\x80two"}
        snmp_engines.forget(tx, "10.0.0.1")
        assert snmp_engines.known(tx) == {}

    def test_a_pinned_host_key_is_not_replaced_by_the_wire(self, tx: sqlite3.Connection) -> None:
        mine, other = (
            host_keys.PinnedHostKey("ssh-ed25519", b"mine", NOW),
            host_keys.PinnedHostKey("ssh-ed25519", b"other", NOW),
        )
        assert host_keys.pin(tx, "10.0.0.1", mine)
        assert host_keys.pin(tx, "10.0.0.1", mine)
        assert not host_keys.pin(tx, "10.0.0.1", other)
        assert host_keys.of_address(tx, "10.0.0.1") == [mine]
        host_keys.replace(tx, "10.0.0.1", other)
        assert host_keys.of_address(tx, "10.0.0.1") == [other]

    def test_calendar_runs(self, tx: sqlite3.Connection) -> None:
        assert calendar_runs.last(tx, "backup gw-1") is None
        calendar_runs.record(tx, "backup gw-1", NOW)
        assert calendar_runs.everything(tx) == {"backup gw-1": NOW}
