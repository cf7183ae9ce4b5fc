"""The commands against the agent itself: what a person types on an appliance, from the first file to the stop."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("cmsp-agent")
CANARY = "c4n4ry-0f-1337"
FILE = """\
appliance: {name: lab, storage: {state: STATE, backups: STATE/backups}, secrets: STATE/secrets}
api: {socket: STATE/api.sock}
sites: {paris: {people: 100}}
credentials: {ro: {snmp: {version: 2c, community: !secret ro}}}
components:
  gw-1: {address: 127.0.0.77, site: paris, credentials: ro, type: generic_snmp, poll: 1h}
  sw-1: {address: 127.0.0.78, site: paris, type: reachability, poll: 1h, tier: monitored-only}
listen: {traps: "127.0.0.1:0", syslog: "127.0.0.1:0", syslog_tls: off}
"""


class Appliance:
    """A folder with a file, and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "site.yaml"
        self.file.write_text(FILE.replace("STATE", str(folder / "s")))
        self.socket = folder / "s" / "api.sock"

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [str(PROGRAM), "--socket", str(self.socket), *arguments]
        return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60)


@pytest.fixture(scope="module")
def appliance(tmp_path_factory: pytest.TempPathFactory) -> Appliance:
    appliance = Appliance(tmp_path_factory.mktemp("a"))
    assert appliance.run("secret", "set", "ro", "-c", str(appliance.file), typed=f"{CANARY}\n").returncode == 0
    return appliance


@pytest.fixture(scope="module")
def agent(appliance: Appliance) -> Iterator[Appliance]:
    with subprocess.Popen(
        [PROGRAM, "run", "--config", appliance.file], stderr=subprocess.STDOUT, stdout=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 30
        while appliance.run("status").returncode not in (0, 1):
            assert process.poll() is None
            assert time.monotonic() < deadline
        yield appliance
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=15)
    assert process.returncode == 0
    assert CANARY.encode() not in output
    assert appliance.run("status").returncode == 4


def test_a_secret_that_is_missing_stops_the_start_with_its_line_and_remedy(tmp_path: Path) -> None:
    appliance = Appliance(tmp_path)
    ending = appliance.run("run", "--config", str(appliance.file))
    assert ending.returncode == 2
    assert f"{appliance.file}:4: credentials.ro.snmp.community: there is no secret 'ro'" in ending.stderr
    assert "cmsp-agent secret set ro" in ending.stderr


@pytest.mark.parametrize(
    "command",
    [
        "status",
        "component list",
        "component show gw-1",
        "component kpis gw-1",
        "events",
        "incident list",
        "incident list --all",
        "backup list gw-1",
        "job list",
        "plugin list",
    ],
)
def test_every_read_works_for_people_and_for_programs(agent: Appliance, command: str) -> None:
    ending = agent.run(*command.split())
    assert (ending.returncode, ending.stderr) == (0, "")
    assert max(len(line) for line in ending.stdout.splitlines()) <= 80
    json.loads(agent.run(*command.split(), "--json").stdout)
    assert CANARY not in ending.stdout


def test_a_poll_is_a_job_that_shows_its_progress(agent: Appliance) -> None:
    ending = agent.run("component", "poll", "sw-1")
    assert ending.returncode == 4, "nothing is permitted to ask here"
    assert "100%" in ending.stderr
    assert "sw-1 could not be asked" in ending.stderr
    (job,) = [
        row for row in json.loads(agent.run("job", "list", "--json").stdout)["items"] if row["component"] == "sw-1"
    ]
    assert job["id"] in agent.run("job", "show", job["id"]).stdout
    ending = agent.run("job", "cancel", job["id"])
    assert (ending.returncode, "is over (done)" in ending.stderr) == (1, True)


@pytest.mark.parametrize(
    ("command", "code", "text"),
    [
        ("backup run sw-1", 3, "monitored-only"),
        ("component show nobody", 2, "nobody"),
        ("events --severity terrible", 2, "severity"),
        ("incident show INC-999999", 2, "INC-999999"),
        ("incident acknowledge INC-999999", 2, "INC-999999"),
        ("job cancel nothing", 2, "nothing"),
        ("backup show gw-1", 1, ""),
        ("backup diff gw-1", 1, "no backup yet"),
    ],
)
def test_what_is_refused_or_not_there_ends_with_its_code(agent: Appliance, command: str, code: int, text: str) -> None:
    ending = agent.run(*command.split())
    assert (ending.returncode, ending.stdout) == (code, "")
    assert text in ending.stderr
    assert "Traceback" not in ending.stderr


def test_events_are_followed_until_interrupted(agent: Appliance) -> None:
    command = [str(PROGRAM), "--socket", str(agent.socket), "events", "--follow"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}) as process:
        assert process.stdout
        select.select([process.stdout], [], [], 1.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert errors == b""
