"""`config check` and the start agree: what a start refuses, the check refuses; what the check finds good, starts."""

import io
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cmsp_agent.api.listener import ListenFailed, unix_socket
from cmsp_agent.cli.application import run
from cmsp_agent.cli.output import Output
from tests.integration.cli.test_agent import PROGRAM
from tests.lab.certificates import Authority

FILE = """\
appliance: {name: lab, storage: {state: STATE, backups: STATE/backups}, secrets: STATE/secrets}
customer: {name: Lab, people: 100, sites: 1, components: 1}
api: {socket: STATE/api.sock}
sites: {paris: {people: 100}}
credentials: {ro: {snmp: {version: 2c, community: !secret ro}}}
components:
  gw-1: {address: 127.0.0.77, site: paris, credentials: ro, type: generic_snmp, poll: 1h}
listen: {traps: "127.0.0.1:0", syslog: "127.0.0.1:0", syslog_tls: off}
"""


class Place:
    """A folder with a file, its secrets and its state."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state, self.file = folder, folder / "s", folder / "site.yaml"
        (self.state / "secrets").mkdir(parents=True, mode=0o700)
        self.secret("ro", "public")
        self.file.write_text(FILE.replace("STATE", str(self.state)))

    def secret(self, name: str, value: str) -> None:
        path = self.state / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(value)

    def replace(self, old: str, new: str) -> None:
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    def check(self) -> subprocess.CompletedProcess[str]:
        """`config check` as the program runs it, without a process of its own."""
        out, errors = io.StringIO(), io.StringIO()
        command = ["config", "check", str(self.file)]
        code = run(command, Output(out, errors))
        return subprocess.CompletedProcess(command, code, out.getvalue(), errors.getvalue())

    def start(self) -> tuple[int | None, str]:
        """(None where it comes up, else its exit code; what it said)."""
        command = (str(PROGRAM), "run", "--config", str(self.file))
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            end = time.monotonic() + 30
            while process.poll() is None and not self._answers():
                assert time.monotonic() < end
                time.sleep(0.05)
            up = process.poll() is None
            if up:
                process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=15)
            return (None if up else process.returncode), output

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.state / "api.sock")) == 0


def missing_secret(place: Place) -> None:
    (place.state / "secrets" / "ro").unlink()


def secret_for_all(place: Place) -> None:
    (place.state / "secrets" / "ro").chmod(0o644)


def open_master_key(place: Place) -> None:
    key = place.state / "master.key"
    key.write_text("00" * 32)
    key.chmod(0o644)


def no_api_certificate(place: Place) -> None:
    tls = "tls: {certificate: c.pem, key: k.pem, ca: a.pem}"
    place.replace("api: {", f"api: {{listen: '127.0.0.1:0', {tls}, ")


def wrong_api_certificate(place: Place) -> None:
    for name in ("c.pem", "k.pem", "a.pem"):
        (place.folder / name).write_text("no certificate")
    no_api_certificate(place)


def no_syslog_certificate(place: Place) -> None:
    place.replace("syslog_tls: off", "syslog_tls: '127.0.0.1:0', tls: {certificate: c.pem, key: k.pem, ca: a.pem}")


def no_headend_certificate(place: Place) -> None:
    tls = "tls: {certificate: c.pem, key: k.pem, ca: a.pem}"
    place.file.write_text(f"{place.file.read_text()}headend: {{urls: 'https://127.0.0.1:1', {tls}}}\n")


def no_recovery_key(place: Place) -> None:
    place.replace("backups: ", "recovery_key: recovery.pem, backups: ")


def rule_with_a_mistake(place: Place) -> None:
    (place.folder / "a.rules").write_text("filter:\n  - {name: x, if: 'sit == 3', do: drop}\n")
    place.file.write_text(f"{place.file.read_text()}rules: {{files: [a.rules]}}\n")


def no_rules(place: Place) -> None:
    place.file.write_text(f"{place.file.read_text()}rules: {{files: [none.rules]}}\n")


def short_key(place: Place) -> None:
    place.replace("version: 2c, community: !secret ro", "version: 3, user: u, auth: sha, auth_key: !secret ro")
    place.secret("ro", "short")


def state_below_a_file(place: Place) -> None:
    (place.folder / "f").write_text("")
    place.replace(f"state: {place.state}", f"state: {place.folder}/f/state")


def unknown_site(place: Place) -> None:
    place.replace("site: paris", "site: pari")


def not_yaml(place: Place) -> None:
    place.file.write_text("appliance: [\n")


REFUSED = (
    missing_secret,
    secret_for_all,
    open_master_key,
    no_api_certificate,
    wrong_api_certificate,
    no_syslog_certificate,
    no_headend_certificate,
    no_recovery_key,
    rule_with_a_mistake,
    no_rules,
    short_key,
    state_below_a_file,
    unknown_site,
    not_yaml,
)


@pytest.mark.parametrize("spoil", REFUSED, ids=lambda each: each.__name__)
def test_what_a_start_refuses_the_check_refuses(tmp_path: Path, spoil: Callable[[Place], None]) -> None:
    place = Place(tmp_path)
    spoil(place)
    checked = place.check()
    code, said = place.start()
    assert code not in (None, 0), said
    assert checked.returncode == 2, checked.stdout + checked.stderr
    assert "please report" not in said + checked.stderr


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: judges by the rights of another user")
@pytest.mark.parametrize("name", ["site.yaml", "a.rules", "s/secrets/ro"])
def test_the_check_by_root_names_what_the_service_may_not_read(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        (place.folder / "a.rules").write_text("filter: []\n")
        place.file.write_text(f"{place.file.read_text()}rules: {{files: [a.rules]}}\n")
        for path in (place.folder, *place.folder.rglob("*")):
            shutil.chown(path, "nobody")
        assert place.check().returncode == 0
        (place.folder / name).chmod(0o600)
        shutil.chown(place.folder / name, "root")
        checked = place.check()
        assert checked.returncode == 2
        assert f"{place.folder / name} can't be read by the user nobody; as root: chown nobody: " in checked.stderr


def nothing(_: Place) -> None:
    """The file as it is."""


def with_an_api(place: Place) -> None:
    authority = Authority(place.folder)
    server = authority.server("api")
    tls = f"tls: {{certificate: {server.certificate}, key: {server.key}, ca: {authority.path}}}"
    place.replace("api: {", f"api: {{listen: '127.0.0.1:0', {tls}, ")


def with_a_name_that_leads_nowhere(place: Place) -> None:
    place.replace("127.0.0.77", "gw.invalid")


def with_a_directory_as_master_key(place: Place) -> None:
    (place.state / "master.key").mkdir()


@pytest.mark.parametrize(
    "change", [nothing, with_an_api, with_a_name_that_leads_nowhere, with_a_directory_as_master_key]
)
def test_what_the_check_finds_good_starts(tmp_path: Path, change: Callable[[Place], None]) -> None:
    place = Place(tmp_path)
    change(place)
    checked = place.check()
    assert checked.returncode == 0, checked.stderr
    assert place.start()[0] is None


def test_a_name_that_leads_nowhere_is_a_note(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with_a_name_that_leads_nowhere(place)
    assert "components.gw-1.address: note: the name 'gw.invalid' leads nowhere now" in place.check().stdout


def test_a_backup_storage_that_can_not_be_used_is_a_note(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "f").write_text("")
    place.replace(f"backups: {place.state}/backups", f"backups: {tmp_path}/f/backups")
    checked = place.check()
    assert checked.returncode == 0, checked.stderr
    assert "appliance.storage.backups: note: " in checked.stdout
    assert place.start()[0] is None


def test_a_port_that_is_taken_is_said_with_who_has_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        place.replace('traps: "127.0.0.1:0"', f'traps: "127.0.0.1:{port}"')
        checked = place.check()
    assert checked.returncode == 2
    assert f"listen.traps: port {port}/udp is in use by" in checked.stderr
    assert str(os.getpid()) in checked.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("people: 100, sites: 1", "people: 99, sites: 1", "customer.people: 99, but this file names 100 people"),
        ("sites: 1,", "sites: 0,", "customer.sites: 0, but this file names 1 site:"),
        ("type: generic_snmp", "type: generic_snmp, people: 500", "components.gw-1.people: 500, but the customer has"),
        ("type: generic_snmp", "type: generic_smnp", "did you mean 'generic_snmp'?"),
    ],
)
def test_what_contradicts_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    place = Place(tmp_path)
    place.replace(old, new)
    checked = place.check()
    assert checked.returncode == 2
    assert said in checked.stderr


def test_what_is_no_file_is_called_what_it_is(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "a.rules").mkdir()
    place.file.write_text(f"{place.file.read_text()}rules: {{files: [a.rules]}}\n")
    assert "a.rules: rules.files: a directory, not a file: move it away" in place.check().stderr
    missing_secret(place)
    (place.state / "secrets" / "ro").mkdir()
    assert "secrets/ro: a directory, not a file: move it away" in place.check().stderr


def test_a_file_at_the_place_of_the_socket_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("somebody else's")
    with pytest.raises(ListenFailed, match="something else than a socket lies there; move it away"):
        unix_socket(tmp_path / "kept")
    assert (tmp_path / "kept").read_text() == "somebody else's"


def test_notes_of_one_kind_are_one_line_with_a_count(tmp_path: Path) -> None:
    place = Place(tmp_path)
    more = "".join(
        f"  x-{number}: {{address: 127.0.1.{number}, site: paris, type: cisco_ios, credentials: ro}}\n"
        for number in range(1, 6)
    )
    place.replace("components: 1}", "components: 6}")
    place.replace("listen:", f"{more}listen:")
    (line,) = [line for line in place.check().stdout.splitlines() if "is not saved" in line]
    assert line.endswith("(5 more of this kind)")


def test_a_component_whose_configuration_can_not_be_read_is_named(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.replace("components: 1}", "components: 2}")
    place.replace("listen:", "  x-1: {address: 127.0.1.1, site: paris, type: cisco_ios}\nlisten:")
    lines = [line for line in place.check().stdout.splitlines() if "is not saved" in line]
    assert lines, place.check().stdout


def test_a_running_agent_is_asked_what_waits_for_its_next_start(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with subprocess.Popen([PROGRAM, "run", "--config", place.file], stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 30
            while not place._answers():
                assert time.monotonic() < end
                time.sleep(0.05)
            assert "next start" not in place.check().stdout
            place.replace('syslog: "127.0.0.1:0"', "syslog: off")
            assert "listen: note: takes effect at the next start only" in place.check().stdout
            shown = subprocess.run([PROGRAM, "config", "show", place.file], capture_output=True, text=True, check=True)
            assert "something else is in force" in shown.stdout
            asked = (str(PROGRAM), "config", "show", str(place.file), "--running", "--path", "listen")
            shown = subprocess.run(asked, capture_output=True, text=True, check=True)
            assert shown.stdout.startswith("# what is in force in the running agent")
            assert "127.0.0.1:0" in shown.stdout
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(15)
