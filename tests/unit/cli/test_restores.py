"""`backup restore`: the plan is shown, approved by its fingerprint, and carried out."""

import io
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.fakes import Sequenced, cmsp_agent
from tests.unit.cli.test_commands import job

CALL = "POST /v1/components/gw-1/backups/latest/restore"
PLAN = {
    "result": "planned", "plan": "abc", "way": "replace", "remedy": "", "lost": 1, "reload": [" card type e1 0 1"],
    "difference": "-shutdown\n+no shutdown\n",
}  # fmt: skip


def planned(**more: Any) -> dict[str, Any]:
    return job("done", 100, result={**PLAN, **more})


def test_a_dry_run_shows_what_would_change_and_changes_nothing() -> None:
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", "--dry-run", answers={CALL: planned()})
    assert (ending.code, ending.out) == (0, "-shutdown\n+no shutdown\n")
    assert "lost of what gw-1 runs now: 1 line" in ending.err
    assert "takes effect at the device's next start only: card type e1 0 1" in ending.err
    assert ending.calls == [f"{CALL} dry_run=True"]


def test_the_plan_that_was_shown_is_the_one_that_is_approved() -> None:
    done = job("done", 100, result={"result": "restored", "backup": "b2"})
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", "--yes", answers={CALL: Sequenced([planned(), done])})
    assert ending.code == 0
    assert ending.out.endswith("gw-1: put back, healthy, and saved as b2\n")
    assert ending.calls[1] == f"{CALL} dry_run=False, plan=abc, merge=False, other_device=False"


def test_a_restore_of_which_no_backup_could_be_taken_is_no_restore_that_changed_nothing() -> None:
    done = job("done", 100, result={"result": "restored", "backup": None, "no_backup": "gw-1: no answer"})
    suspect = planned(suspect="half of it is gone")
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", "--yes", answers={CALL: Sequenced([suspect, done])})
    assert ending.out.endswith("gw-1: put back and healthy, but no backup of it could be taken: gw-1: no answer\n")
    assert "the version is suspect: half of it is gone" in ending.err


def test_without_an_approval_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", answers={CALL: planned()})
    assert ending.code == 1
    assert len(ending.calls) == 1


def test_a_text_for_the_console_of_a_swapped_device_is_for_its_owner_alone(tmp_path: Path) -> None:
    call = "/v1/components/gw-1/backups/latest/console"
    text = b"! lacks SNMPv3 users\n! E1 0/1/0: the device has no such port\nenable\n! not a note\nend\n"
    file = tmp_path / "gw-1.txt"
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", "--to-replacement", str(file), answers={call: text})
    assert ending.code == 0
    assert file.read_bytes() == text
    assert file.stat().st_mode & 0o777 == 0o600
    assert ending.err.splitlines() == ["lacks SNMPv3 users", "E1 0/1/0: the device has no such port"]
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", "--to-replacement", str(tmp_path), answers={call: text})
    assert ending.code == 1


def test_a_merge_is_described_and_nothing_to_do_is_said() -> None:
    plan = planned(way="merge", remedy="enter `archive` on it")
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", "--dry-run", answers={CALL: plan})
    assert "gw-1 can't go back by itself: enter `archive` on it; it needs --merge" in ending.err
    plan = planned(other_device="version 7 is of the device with serial number A")
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", "--dry-run", answers={CALL: plan})
    assert "serial number A; where that one was replaced, it needs --other-device" in ending.err
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", answers={CALL: planned(difference="")})
    assert (ending.code, ending.out) == (0, "gw-1 runs latest already\n")


def test_a_plan_that_fails_says_why() -> None:
    failed = job("failed", error="gw-1: no restore: …", result={"exit_code": 3})
    ending = cmsp_agent("backup", "restore", "gw-1", "latest", "--yes", answers={CALL: failed})
    assert (ending.code, "the job failed: gw-1: no restore" in ending.err) == (3, True)
