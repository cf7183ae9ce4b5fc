"""A plugin that blocks the event loop is named within a second, ends its process, and is quarantined at the restart."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXIT_AFTER = 2.0
BEAT = 0.5
"""Seconds by which the loop may have shown itself last before the block began."""

AGENT = """
import asyncio, logging, sys
from pathlib import Path
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.last_resort import LastResort
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.plugin.last_run import judge_last_run
from cmsp_agent.plugin.watchdog import LoopWatchdog

async def main(state):
    clock, counters = SystemClock(), Counters()
    quarantine = Quarantine(state / "quarantine.json")
    resort = LastResort(state)
    judge_last_run(resort, quarantine, clock.now(), lambda plugin: False)
    host = PluginHost(quarantine, clock, counters)
    watchdog = LoopWatchdog(host.calls, quarantine, clock, counters, exit_after=%s, last_resort=resort)
    watchdog.start()
    await asyncio.sleep(0.3)
    host.load()
    for kind in host.registry:
        if kind.normalise:
            kind.normalise(SyslogSignal("gw", 1, "X-1-Y", "x"))
    await asyncio.sleep(0.3)
    watchdog.stop()
    for report in host.reports():
        print(report.name, report.state, report.reason, flush=True)

logging.basicConfig(format="%%(message)s", stream=sys.stderr)
asyncio.run(main(Path(sys.argv[1])))
"""

PLUGIN = """
import re, time
from cmsp_agent.plugin.api import DeviceType, hook
API_VERSION = 1
%s

def read(signal):
    %s

@hook
def device_types():
    %s
    return [DeviceType("acme", "Acme", normalise=read)]
"""

SITE = """
appliance: {name: lab}
customer: {name: Lab, people: 1, sites: 1, components: 1}
sites: {lab: {people: 1, timezone: Europe/Paris}}
components: {gw-1: {address: 192.0.2.1, site: lab, tier: monitored-only}}
"""

SAYS_SO = 'print("blocking", flush=True)'
"""When the block begins: what comes before it, a slow import say, is no time of the watchdog's."""

HANGS_AT = {
    "import": (f"{SAYS_SO}; time.sleep(60)", "pass", "pass"),
    "device_types": ("", "pass", f"{SAYS_SO}\n    while True: pass"),
    "normalise of acme": ("", f"{SAYS_SO}; time.sleep(60)", "pass"),
}


@pytest.fixture
def agent(tmp_path: Path) -> list[str]:
    script = tmp_path / "agent.py"
    script.write_text(AGENT % EXIT_AFTER)
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cmsp_agent.plugins]\nacme = outside_acme\n")
    return [sys.executable, str(script), str(tmp_path / "state")]


def run(command: list[str]) -> tuple[int, float, float, str, str]:
    """(exit code, seconds until named, seconds until gone, standard output, standard error)."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    started, named, reported = 0.0, 0.0, ""
    first = process.stdout.readline()
    if first == "blocking\n":
        started = time.monotonic()
        for line in process.stderr:
            reported += line
            if not named and "acme" in line:
                named = time.monotonic() - started
    out = first + process.stdout.read()
    reported += process.stderr.read()
    code = process.wait(timeout=30)
    process.stdout.close()
    process.stderr.close()
    return code, named, time.monotonic() - started, out, reported


@pytest.mark.parametrize("where", HANGS_AT)
def test_a_plugin_that_blocks_is_named_and_quarantined(agent: list[str], tmp_path: Path, where: str) -> None:
    (tmp_path / "outside_acme.py").write_text(PLUGIN % HANGS_AT[where])
    code, named, gone, _, reported = run(agent)
    assert code == 1
    assert f"event loop blocked by acme in {where}" in reported
    assert 0 < named < 1.0
    assert EXIT_AFTER - BEAT <= gone < EXIT_AFTER + 4  # the process has to end too, beside whatever else runs
    kept = json.loads((tmp_path / "state" / "quarantine.json").read_text())
    assert where in kept["acme"]["reason"]
    assert "outside_acme.py" in kept["acme"]["stack"]
    code, _, _, out, _ = run(agent)
    assert code == 0
    assert "acme quarantined blocked the event loop" in out


def test_a_regular_expression_that_never_ends_is_found_out_too(agent: list[str], tmp_path: Path) -> None:
    """It keeps the interpreter's lock, so that no thread of ours can run: C timers name it and end the process."""
    (tmp_path / "outside_acme.py").write_text(PLUGIN % ("", f"{SAYS_SO}; re.search('(a+)+$', 'a' * 60 + 'b')", "pass"))
    code, named, gone, _, reported = run(agent)
    assert code == 1
    assert "outside_acme.py" in reported
    assert 0 < named < 4.0  # half a second of processor time, which takes longer where others want it too
    assert gone < EXIT_AFTER + 8
    code, _, _, out, _ = run(agent)
    assert code == 0
    assert "acme quarantined held the interpreter until the process ended, in normalise of acme" in out


def test_quarantine_can_be_cleared_and_the_plugin_is_loaded_again(agent: list[str], tmp_path: Path) -> None:
    from cmsp_agent.plugin.quarantine import Quarantine, Quarantined

    (tmp_path / "outside_acme.py").write_text(PLUGIN % ("", "pass", "pass"))
    quarantine = Quarantine(tmp_path / "state" / "quarantine.json")
    quarantine.add(Quarantined("acme", 1, "x"))
    assert "acme quarantined x" in run(agent)[3]
    quarantine.clear("acme")
    assert "acme loaded" in run(agent)[3]


ENDS = {
    "exits by its C library": "import ctypes; ctypes.CDLL(None)._exit(0)",
    "is killed, for want of memory say": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "crashes": "import os; os.abort()",
}


@pytest.mark.parametrize("how", ENDS)
def test_a_plugin_that_ends_the_process_at_its_import_is_left_out_of_the_next(
    agent: list[str], tmp_path: Path, how: str
) -> None:
    (tmp_path / "outside_acme.py").write_text(PLUGIN % (ENDS[how], "pass", "pass"))
    assert run(agent)[3] == ""
    code, _, _, out, _ = run(agent)
    assert code == 0
    assert "acme quarantined the agent's process ended in its import" in out
    assert "acme quarantined" in run(agent)[3]


def test_a_plugin_that_ends_the_process_elsewhere_is_left_out_once_it_did_so_twice_in_a_row(
    agent: list[str], tmp_path: Path
) -> None:
    (tmp_path / "outside_acme.py").write_text(PLUGIN % ("", "import os; os._exit(0)", "pass"))
    assert run(agent)[3] == ""
    assert run(agent)[3] == ""
    assert "twice in a row in its normalise of acme" in run(agent)[3]


def test_a_check_says_which_plugins_a_start_goes_on_without(tmp_path: Path, agent: list[str]) -> None:
    (tmp_path / "outside_acme.py").write_text(PLUGIN % ("import os; os._exit(0)", "pass", "pass"))
    site = tmp_path / "site.yaml"
    site.write_text(SITE)
    command = [str(Path(sys.executable).with_name("cmsp-agent")), "config", "check", str(site)]
    said = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert "the plugin acme is not loaded: import failed: it ends the agent's process: os._exit(0)" in said.stdout
    assert run(agent)[3].startswith("acme refused import failed: it ends the agent's process: os._exit(0)")


def test_a_process_that_ended_in_no_plugin_accuses_none(agent: list[str], tmp_path: Path) -> None:
    (tmp_path / "outside_acme.py").write_text(PLUGIN % ("import sys; sys.exit(3)", "pass", "pass"))
    for _ in range(2):
        assert "acme refused import failed: SystemExit: 3" in run(agent)[3]
