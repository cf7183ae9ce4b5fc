"""`make bench-poll SITE=500`: the whole agent polls so many devices, a tenth of them dead; how late is the latest poll?

The agent runs as it is shipped, without a head-end, on one core; the devices are the simulated site on the other. A
dead device is a port that nobody answers from. The first rounds count: every inventory is read in them.
"""

import asyncio
import json
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.app.loading import load
from tests.bench.poll.responder import MEASURED_CORE, Site, pin
from tests.bench.poll.site import AUTH, PRIV, USER, addresses
from tests.lab.agent.workspace import Workspace

EVERY = 60.0
DEAD_SHARE = 10
"""One in so many is dead."""
MOST_LATE = 2.0


@contextmanager
def nobody() -> Iterator[int]:
    """A port of every address of loopback that takes datagrams and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.bind(("0.0.0.0", 0))
        yield int(deaf.getsockname()[1])


def site_yaml(workspace: Workspace, site: Site, devices: int, deaf: int, version: str) -> str:
    """The partner's file."""
    snmp = (
        "{version: 2c, community: !secret community}"
        if version == "2c"
        else f"{{version: 3, user: {USER}, auth: SHA-1, auth_key: !secret auth, priv: AES-128, priv_key: !secret priv}}"
    )
    ports = (deaf if is_dead(number) else site.port for number in range(devices))
    lines = "\n".join(
        f"  dev-{number:04}: {{address: {address}, site: lab, snmp: {{port: {port}}}}}"
        for number, (address, port) in enumerate(zip(addresses(devices), ports, strict=True))
    )
    return f"""\
appliance:
  name: bench
  storage: {{state: {workspace.state}, backups: {workspace.backups}}}
  secrets: {workspace.secrets}
api: {{listen: off, socket: {workspace.api_socket}}}
listen: {{traps: off, syslog: off}}
sites: {{lab: {{people: 1}}}}
credentials: {{ro: {{snmp: {snmp}}}}}
components:
{lines}
groups:
  - {{match: {{}}, set: {{type: generic_snmp, credentials: [ro], reach: {{icmp: no}}, poll: {{every: {EVERY:g}s}}}}}}
"""


def is_dead(number: int) -> bool:
    """Whether nobody answers there."""
    return number % DEAD_SHARE == 0


async def follow(agent: Agent, seconds: float) -> dict[str, float]:
    """Let it poll, and say how that went."""
    counters, begun, before = agent.runtime.counters, time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.sleep(seconds)
    used = resource.getrusage(resource.RUSAGE_SELF)
    wall = time.monotonic() - begun
    worst = counters.gauge_value("polls.worst_lateness_s")
    assert worst is not None
    return {
        "polls": counters.total("polls.done"),
        "late": counters.total("polls.late"),
        "skipped": counters.total("polls.skipped"),
        "failed": counters.total("polls.failed"),
        "worst_lateness_s": worst,
        "cpu_share": (used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime) / wall,
        "rss_mb": used.ru_maxrss / 1024,
    }


async def measure(site: Site, folder: Path, devices: int, seconds: float, version: str) -> dict[str, float]:
    """Start the agent in a folder and follow it."""
    workspace = Workspace(folder)
    with nobody() as deaf:
        text = site_yaml(workspace, site, devices, deaf, version)
        workspace.write(text, {"community": "public", "auth": AUTH, "priv": PRIV})
        async with running(load(workspace.site_yaml, environment={})) as agent:
            return await follow(agent, seconds)


def report(site: Site, folder: Path, devices: int, seconds: float, version: str) -> bool:
    """Measure and print; whether no poll was too late."""
    pin(MEASURED_CORE)
    found = asyncio.run(measure(site, folder, devices, seconds, version))
    rounds = found["polls"] / devices
    print(json.dumps(found))
    print(
        f"{devices} devices, one in {DEAD_SHARE} dead, SNMP v{version}, every {EVERY:g} s: {found['polls']:.0f} polls"
        f" ({rounds:.1f} rounds), worst {found['worst_lateness_s']:.2f} s late, {found['skipped']:.0f} skipped,"
        f" {100 * found['cpu_share']:.0f} % of a core, {found['rss_mb']:.0f} MB"
    )
    print(f"RATIO poll-lateness-v{version} {found['worst_lateness_s'] / MOST_LATE:.3f}")
    return found["worst_lateness_s"] <= MOST_LATE and not found["skipped"]
