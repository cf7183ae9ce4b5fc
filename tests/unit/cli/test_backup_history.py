"""Differences beside each other, who changed what, and the storage that is needed, as people see them."""

from pathlib import Path

from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.cli.side_by_side import side_by_side, styled
from tests.unit.cli.fakes import cmsp_agent

DIFFERENCE = """\
--- before
+++ after
@@ -1,4 +1,4 @@ interface Gi0/0
 interface Gi0/0
- description old
+ description new
+ shutdown
 end
-line vty 0 4
"""
PATH = "/v1/components/gw-1/backups"


def test_old_and_new_stand_beside_each_other() -> None:
    rows = list(side_by_side(DIFFERENCE, 63))
    assert rows[0] == ("@@ -1,4 +1,4 @@ interface Gi0/0", "cyan")
    assert rows[1] == (f"{'interface Gi0/0':30}   interface Gi0/0", "")
    assert rows[2] == (f"{' description old':30} |  description new", "yellow")
    assert rows[3] == (f"{'':30} >  shutdown", "green")
    assert rows[5] == ("line vty 0 4                   <", "red")


def test_long_lines_are_cut_to_the_terminal() -> None:
    long = DIFFERENCE.replace("new", "new " * 60)
    assert max(len(line) for line, _ in side_by_side(long, 80)) <= 80


def test_lines_have_the_colours_of_a_diff() -> None:
    styles = dict(styled(DIFFERENCE))
    assert styles["+ shutdown"] == "green"
    assert styles["- description old"] == "red"
    assert styles["--- before"] == "bold"
    assert styles[" end"] == ""


def test_what_runs_is_compared_with_the_latest() -> None:
    shown = cmsp_agent("backup", "diff", "gw-1", "running", answers={f"{PATH}/running/diff": DIFFERENCE.splitlines()})
    assert shown.code == 0
    assert shown.calls == [f"{PATH}/running/diff against=latest"]
    assert "+ shutdown" in shown.out


def test_who_changed_what() -> None:
    row = {
        "backup": "b-2",
        "before": "b-1",
        "taken_at": "2026-11-27T10:00:00.000Z",
        "added": 2,
        "removed": 1,
        "sections": ["router bgp 1 > address-family ipv4"],
        "reports": [{"at": "2026-11-27T09:58:00.000Z", "text": "Configured from console by alice on vty0"}],
    }
    shown = cmsp_agent("backup", "changes", "gw-1", answers={f"{PATH}/changes": {"items": [row]}})
    assert "b-2  +2 -1  router bgp 1 > address-family ipv4" in shown.out
    lost = {**row, "added": None, "removed": None, "sections": []}
    shown_lost = cmsp_agent("backup", "changes", "gw-1", answers={f"{PATH}/changes": {"items": [lost]}})
    assert "b-2  it, or the one before it, can't be read" in shown_lost.out
    assert "Configured from console by alice on vty0" in shown.out


def test_a_plan_that_does_not_fit_ends_with_1() -> None:
    plan = {
        "retention": {"last": 10, "daily": 60, "weekly": 12, "monthly": 13, "yearly": 5},
        "versions_at_most": 102,
        "used": 10,
        "needed": 5000,
        "free": 100,
        "enough": False,
        "components": [{"component": "gw-1", "versions": 3, "size": 200, "assumed": True, "needed": 5000}],
    }
    shown = cmsp_agent("backup", "plan", "--daily", "60", answers={"/v1/backups/plan": plan})
    assert shown.code == 1
    assert shown.calls == ["/v1/backups/plan daily=60"]
    assert "about 200" in shown.out
    assert "daily 60" in shown.out
    assert "too little room" in shown.err


def test_an_export_writes_each_version_for_its_owner_alone(tmp_path: Path) -> None:
    version = {"id": "0198-abcdefabcdef", "taken_at": "2026-11-27T10:00:00.000Z", "known_good": True}
    answers = {
        "/v1/components": {"items": [{"name": "gw-1"}]},
        PATH: {"items": [version]},
        f"{PATH}/0198-abcdefabcdef/content?redacted=false": b"hostname gw-1\nend\n",
    }
    shown = cmsp_agent("backup", "export", "--into", str(tmp_path / "out"), answers=answers)
    assert shown.code == 0, shown.err
    (path,) = (tmp_path / "out" / "gw-1").iterdir()
    assert path.name == "2026-11-27T100000Z-abcdefabcdef.known-good.cfg"
    assert path.read_bytes() == b"hostname gw-1\nend\n"
    assert path.stat().st_mode & 0o077 == 0


def test_an_export_goes_on_where_one_version_can_not_be_read_and_says_so(tmp_path: Path) -> None:
    answers = {
        "/v1/components": {"items": [{"name": "gw-1"}]},
        PATH: {"items": [{"id": "b-2", "taken_at": ""}, {"id": "b-1", "taken_at": ""}]},
        f"{PATH}/b-2/content?redacted=false": CallFailed("x.cmsp: damaged", 1),
        f"{PATH}/b-1/content?redacted=false": b"hostname gw-1\nend\n",
    }
    shown = cmsp_agent("backup", "export", "--into", str(tmp_path / "out"), answers=answers)
    assert (shown.code, "gw-1 b-2: x.cmsp: damaged" in shown.err) == (1, True)
    assert len(list((tmp_path / "out" / "gw-1").iterdir())) == 1
    assert "1 backup, secrets in the clear" in shown.out
    (tmp_path / "file").write_text("")
    shown = cmsp_agent("backup", "export", "--into", str(tmp_path / "file"), answers=answers)
    assert (shown.code, "Not a directory" in shown.err) == (1, True)
    refused = {**answers, f"{PATH}/b-2/content?redacted=false": CallFailed("for an engineer", 3)}
    assert cmsp_agent("backup", "export", "--into", str(tmp_path / "out"), answers=refused).code == 3


def test_an_import_sends_the_file_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "gw-1.cfg"
    file.write_text("hostname gw-1\nend\n")
    answers = {f"PUT {PATH}/imported": {"id": "b-3", "suspect": ""}}
    shown = cmsp_agent("backup", "import", "gw-1", str(file), answers=answers)
    assert "stored as b-3" in shown.out
    assert "hostname gw-1" in shown.calls[0]
