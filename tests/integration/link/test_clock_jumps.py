"""The running agent behind a real tunnel while its wall clock jumps by a day to and fro, and its link is cut meanwhile.

The clock is that of two processes, the agent's and the tunnel's, by a preloaded library; the machine's is left alone.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.agent.test_lifecycle import until as eventually
from tests.integration.cli.test_agent import PROGRAM
from tests.integration.link.test_tunnel import APP, HEAD, LINK, Two, pytestmark, run, two, until, within
from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import Workspace
from tests.lab.disk.journal import compiler

__all__ = ["two"]
SOURCE = Path(__file__).parents[2] / "lab" / "wall_clock.c"
pytestmark = [
    *pytestmark,
    pytest.mark.long,
    pytest.mark.timeout(300),
    pytest.mark.skipif(compiler() is None, reason="needs a C compiler"),
]
DAY = 86_400
HEADEND = """
import sys, threading
from pathlib import Path
from tests.lab.certificates import DAY, Authority
from tests.lab.headend import control
from tests.lab.headend.server import Headend
folder = Path(sys.argv[1])
with Headend(folder, Authority(folder / "ca", before=3 * DAY), 8444, address="10.99.0.1", days=30) as headend:
    headend.client("demo")
    control.start(headend, 8445)
    print("ready", flush=True)
    threading.Event().wait()
"""
ASK = (
    "import sys, urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8445/' + sys.argv[1]).read().decode())"
)
SITE = """\
appliance: {{name: demo, secrets: {at}, storage: {{state: {at}/state, backups: {at}/backups}}}}
headend:
  urls: ["https://10.99.0.1:8444"]
  tunnel: external
  heartbeat: 5s
  tls: {{certificate: {ca}/demo.crt, key: {ca}/demo.key, ca: {ca}/ca.crt}}
api: {{listen: off, socket: {at}/run/api.sock}}
listen: {{traps: off, syslog: off, syslog_tcp: off, syslog_tls: off}}
customer: {{people: 10, sites: 1, components: 1}}
sites: {{lab: {{people: 10}}}}
components: {{}}
"""


def asked(what: str) -> Any:
    """What the head-end says of the appliance."""
    return json.loads(run(*within(HEAD, sys.executable, "-c", ASK, f"{what}appliance=demo")).stdout)


def incidents() -> list[str]:
    """The titles of the incidents that the head-end knows of, in its order."""
    return list(dict.fromkeys(record["data"]["title"] for record in asked("records?type=cmsp.incident.v1&")))


def stepped() -> bool:
    """Whether the head-end knows that the clock was set."""
    return any(each["data"]["type"] == "clock.stepped" for each in asked("records?type=cmsp.event.v1&"))


@pytest.fixture
def headend(two: Two) -> Iterator[Path]:
    folder = two.folder / "headend"
    folder.mkdir()
    process = subprocess.Popen(within(HEAD, sys.executable, "-c", HEADEND, str(folder)), stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield folder
    process.kill()
    process.wait()
    process.stdout.close()


def tunnel_anew(two: Two, begin: tuple[str, ...]) -> None:
    """Start the tunnel's process again, with these words before it."""
    two.process.terminate()
    two.process.wait(10)
    options = ("--directory", str(two.folder), "--interface", LINK, "--health", str(two.folder / "health.json"))
    two.process = subprocess.Popen(within(APP, *begin, str(PROGRAM), "tunnel", "run", *options, "--every", "0.3"))


async def test_a_clock_that_jumps_by_a_day_loses_nothing_and_keeps_the_tunnel_up(two: Two, headend: Path) -> None:
    offset, workspace = two.folder / "offset", Workspace(two.folder / "agent")
    offset.write_text("0")
    library = two.folder / "wall_clock.so"
    run(str(compiler()), "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE))
    faked = ("env", f"LD_PRELOAD={library}", f"WALL_CLOCK={offset}")
    tunnel_anew(two, faked)
    workspace.write(SITE.format(at=workspace.folder, ca=headend / "ca"), {})
    socket = ("--socket", str(workspace.api_socket))

    def report(title: str) -> None:
        run(str(PROGRAM), *socket, "incident", "report", title)

    async def reported(*titles: str) -> None:
        await eventually(lambda: incidents() == list(titles), 60)
        before = len(asked("heartbeats?"))
        await eventually(lambda: len(asked("heartbeats?")) > before, 30)
        assert two.up(), two.health()

    until(two.up)
    async with AgentProcess(workspace, ("ip", "netns", "exec", APP, *faked)):
        report("before")
        await reported("before")
        offset.write_text(f"{DAY}")
        report("a day on")
        await reported("before", "a day on")
        await eventually(stepped, 80)  # the agent looks at its clock once a minute
        run("ip", "-n", HEAD, "link", "set", "vh", "down")
        until(two.down)
        report("while cut")
        offset.write_text(f"-{DAY}")
        await asyncio.sleep(5)
        report("a day back")
        run("ip", "-n", HEAD, "link", "set", "vh", "up")
        until(two.up, 40)
        await reported("before", "a day on", "while cut", "a day back")
        offset.write_text("0")
        report("right again")
        await reported("before", "a day on", "while cut", "a day back", "right again")
        assert asked("summary?")["holes"] == []
