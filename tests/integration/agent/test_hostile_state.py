"""A start with a state directory that is not as the agent left it: it comes up as far as it can and says what helps.

Each row of the table is a start of the shipped command on a copy of one used state directory.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cmsp_agent.storage.revisions import RevisionFiles

PROGRAM = Path(sys.executable).with_name("cmsp-agent")
FILE = """\
appliance: {name: lab, storage: {state: HERE/s, backups: HERE/backups}, secrets: HERE/secrets}
api: {socket: HERE/api.sock}
sites: {paris: {people: 100}}
credentials: {ro: {snmp: {version: 2c, community: !secret ro}}}
components: {gw-1: {address: 127.0.0.77, site: paris, credentials: ro, type: TYPE, poll: 1h}}
listen: {traps: "127.0.0.1:0", syslog: "127.0.0.1:0", syslog_tls: off}
"""
FORBIDDEN = ("Traceback", "please report", "failed inside")
root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: makes files of another user and immutable ones")


class Appliance:
    """A folder with a file, a state directory, and the commands on them."""

    def __init__(self, folder: Path, kind: str = "generic_snmp") -> None:
        self.folder = folder
        (folder / "secrets").mkdir(parents=True)
        (folder / "secrets" / "ro").write_text("public")
        (folder / "secrets" / "ro").chmod(0o600)
        self.file = folder / "site.yaml"
        self.file.write_text(FILE.replace("HERE", str(folder)).replace("TYPE", kind))
        self.log = folder / "log"

    @property
    def state(self) -> Path:
        return self.folder / "s"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(PROGRAM), "--socket", str(self.folder / "api.sock"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    @contextmanager
    def running(self, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """The agent, once it answers or has ended."""
        command = [str(PROGRAM), "run", "--config", str(self.file)]
        with (
            self.log.open("wb") as log,
            subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment}) as process,
        ):
            deadline = time.monotonic() + 30
            while process.poll() is None and not (self.folder / "api.sock").exists():
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.02)
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(15)


def replaced(path: Path, make: Callable[[Path], object]) -> None:
    """Put something else where a file was."""
    path.unlink(missing_ok=True)
    make(path)


def a_directory(path: Path) -> None:
    replaced(path, Path.mkdir)


def a_pipe(path: Path) -> None:
    replaced(path, os.mkfifo)


def a_dead_link(path: Path) -> None:
    replaced(path, lambda link: link.symlink_to("/nowhere/at/all"))


def garbage(path: Path) -> None:
    path.write_bytes(b"\xff garbage \0" * 900)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def gone(path: Path) -> None:
    path.unlink()


MADE_ANEW = [
    *("state.db", "state.db-wal", "state.db.lock", "state.db.reserve", "series.db", "series.db.lock"),
    *("quarantine.json", "plugin-running", "plugin-suspect", "blocked.trace"),
]
SHAPES = [a_directory, a_pipe, a_dead_link]


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory of an agent that has run."""
    appliance = Appliance(tmp_path_factory.mktemp("used"))
    with appliance.running() as process:
        assert process.poll() is None, appliance.log.read_text()
    return appliance.state


@pytest.fixture
def appliance(used: Path, tmp_path: Path) -> Appliance:
    appliance = Appliance(tmp_path / "a")
    shutil.copytree(used, appliance.state)
    return appliance


def reasons(appliance: Appliance) -> str:
    """What `doctor` says, which ends with 1; nothing of ours is to be reported to us."""
    ending = appliance.run("doctor", "-c", str(appliance.file))
    said = ending.stdout + appliance.log.read_text()
    assert not [word for word in FORBIDDEN if word in said]
    assert ending.returncode == 1
    return ending.stdout


@pytest.mark.parametrize("turn", [0, *(pytest.param(turn, marks=pytest.mark.long) for turn in (1, 2))])
def test_what_lies_where_a_file_is_needed_costs_no_start_and_is_named(appliance: Appliance, turn: int) -> None:
    for place, name in enumerate(MADE_ANEW):
        SHAPES[(place + turn) % len(SHAPES)](appliance.state / name)
    SHAPES[turn](appliance.state / "master.key")
    with appliance.running() as process:
        assert process.poll() is None, appliance.log.read_text()
        said = reasons(appliance)
        assert [name for name in MADE_ANEW if f"{name} was a" not in said or f"{name}.set-aside-" not in said] == []
        assert "master.key is a" in said
        assert "move it away" in said


def test_what_was_damaged_stands_over_a_restart_until_a_person_ends_it(appliance: Appliance) -> None:
    settings = appliance.state / "identity" / "current" / "settings.json"
    settings.parent.mkdir(parents=True)
    for path in (settings, appliance.state / "state.db", appliance.state / "quarantine.json"):
        garbage(path)
    with appliance.running():
        said = reasons(appliance)
        assert "state.db was damaged" in said
        assert "quarantine.json was damaged" in said
        assert "enrol again" in said
    settings.unlink()
    with appliance.running():
        assert "state.db was damaged" in reasons(appliance)
        alarms = [
            row
            for row in json.loads(appliance.run("alarm", "list", "--json").stdout)["items"]
            if "aside" in row["type"]
        ]
        assert sorted(alarm["object"] for alarm in alarms) == ["quarantine.json", "state.db"]
        for alarm in alarms:
            assert appliance.run("alarm", "clear", alarm["id"], "--reason", "disk replaced").returncode == 0
        assert "aside" not in appliance.run("status").stdout


@pytest.mark.parametrize("lose", [empty, pytest.param(gone, marks=pytest.mark.long)])
def test_what_is_lost_or_sealed_and_damaged_is_an_alarm_though_nothing_needs_it_now(
    appliance: Appliance, lose: Callable[[Path], object]
) -> None:
    for name in ("vault.json", "audit.key", "messages.key"):
        garbage(appliance.state / name)
    for name in ("state.db", "series.db"):
        lose(appliance.state / name)
    with appliance.running() as process:
        assert process.poll() is None, appliance.log.read_text()
        said = reasons(appliance)
        assert "vault.json: the vault is damaged" in said
        assert "the key of the audit log can't be used" in said
        assert "the key of the received messages can't be used" in said
        for name in ("state.db", "series.db"):
            assert f"{name} was {lose.__name__} though the agent has run here" in said


def test_what_is_in_quarantine_is_said_by_the_check_before_the_start_does_without_it(appliance: Appliance) -> None:
    file = appliance.state / "quarantine.json"
    entry = {"since": 1_795_859_000_000, "reason": "blocked the event loop for 15 s"}
    file.write_text(json.dumps({"generic_snmp": entry}))
    check = appliance.run("config", "check", "-c", str(appliance.file))
    assert check.returncode == 0
    assert f"{appliance.file}:5: components.gw-1.type: note: its device type generic_snmp is not in use" in check.stdout
    file.write_text(json.dumps({"generic_snmp": 1}))
    assert "in quarantine" not in appliance.run("config", "check", "-c", str(appliance.file)).stdout
    assert file.exists()
    with appliance.running() as process:
        assert process.poll() is None
        assert "quarantine.json was damaged" in reasons(appliance)


def test_an_appliance_that_has_run_goes_on_without_its_way_to_the_headend(appliance: Appliance) -> None:
    tls = "tls: {certificate: c.pem, key: k.pem, ca: a.pem}"
    appliance.file.write_text(f"{appliance.file.read_text()}headend: {{urls: 'https://127.0.0.1:1', {tls}}}\n")
    with appliance.running() as process:
        assert process.poll() is None, appliance.log.read_text()
        assert "c.pem" in reasons(appliance)


def a_file_instead(state: Path) -> None:
    state.write_text("")


def a_link_to_nowhere(state: Path) -> None:
    state.symlink_to("/nowhere")


@pytest.mark.parametrize("spoil", [a_file_instead, a_link_to_nowhere])
def test_without_a_state_directory_start_and_check_refuse_in_one_sentence(
    appliance: Appliance, spoil: Callable[[Path], None]
) -> None:
    shutil.rmtree(appliance.state)
    spoil(appliance.state)
    ending = appliance.run("run", "--config", str(appliance.file))
    said = ending.stdout + ending.stderr
    assert ending.returncode == 1
    assert "is no directory; move it away" in said
    assert not [word for word in FORBIDDEN if word in said]
    assert appliance.run("config", "check", "-c", str(appliance.file)).returncode == 2


@root
@pytest.mark.root
@pytest.mark.parametrize("name", [".", *(pytest.param(name, marks=pytest.mark.long) for name in MADE_ANEW[3:5])])
def test_what_is_protected_against_changes_is_named_with_its_remedy(appliance: Appliance, name: str) -> None:
    path = (appliance.state / name).resolve()
    if subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no immutable files")
    try:
        with appliance.running() as process:
            assert process.poll() is None
            assert f"chattr -ia {path}" in reasons(appliance)
    finally:
        subprocess.run(["chattr", "-i", path], check=True)


@root
@pytest.mark.root
def test_a_full_disk_is_no_health(appliance: Appliance) -> None:
    kept = appliance.folder / "kept"
    appliance.state.rename(kept)
    appliance.state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", appliance.state], check=True)
    try:
        for name in ("state.db", "series.db", "master.key"):
            shutil.copy2(kept / name, appliance.state / name)
        with appliance.running() as process:
            assert process.poll() is None
            assert "its disk is full; make room" in reasons(appliance)
    finally:
        subprocess.run(["umount", "-l", appliance.state], check=True)


def test_an_edit_while_the_agent_is_off_is_a_revision_of_the_next_start(appliance: Appliance) -> None:
    with appliance.running():
        pass
    appliance.file.write_text(appliance.file.read_text() + "# edited while it was off\n")
    with appliance.running():
        kept = RevisionFiles(appliance.file.parent)
        assert [revision.number for revision in kept.revisions()] == [2, 1]
        assert kept.text(2) == appliance.file.read_text()
