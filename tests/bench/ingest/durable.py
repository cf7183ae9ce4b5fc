"""The real agent under load that it must make durable: its own process, database and configuration, 500 sources.

The rules of the manual's page about rules are in force. The mix: 90 % repeats of a few serious lines, 9 % that no rule
wants, 1 % that nobody has seen before. Then distinct lines alone. The rates are a little above the bars, so that the
figure can reach them. The agent has one core, as the peers have in their runs.
"""

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.ingest import payloads
from tests.bench.ingest.processes import Flood, Load, ended, pinned
from tests.bench.poll.measure import cpu_of, peak_rss_mb
from tests.lab.agent.api import AgentApi
from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import Workspace, free_udp_ports

SOURCES = 500
MIX_RATE, MIX_SECONDS = 21_000, 60.0
DISTINCT_RATE, DISTINCT_SECONDS = 8_500, 10.0
DRAINED_WITHIN = 60.0

SITE = """\
appliance:
  {{name: load, secrets: {folder}/secrets, next_hop: 127.0.0.1, storage: {{state: {state}, backups: {backups}}}}}
api: {{listen: off, socket: {socket}}}
listen: {{traps: off, syslog: "127.0.0.1:{port}", syslog_tcp: off, syslog_tls: off}}
sites: {{lab: {{people: 1}}}}
rules: {{files: [rules-*.yaml]}}
components:
{components}"""
MANUAL = Path(__file__).parents[3] / "docs" / "rules.md"
COMPONENT = """\
  dev-{n}: {{address: {address}, site: lab, type: reachability, reach: {{icmp: false, tcp: 9}}, poll: {{every: 1h}}}}
"""


def mixed(count: int) -> Iterator[bytes]:
    """Lines in the proportions of the mix, evenly spread."""
    for number in range(count):
        if number % 100 == 50:
            yield _distinct(number)
        elif number % 11 == 0:
            yield f"<190>{number}: Nov 27 10:00:00.000: %SYS-6-LOGGINGHOST_STARTSTOP: Logging started".encode()
        else:
            text = f"%LINK-3-UPDOWN: Interface Serial0/1/{number % 4}, changed state to down"
            yield f"<187>{number}: Nov 27 10:00:00.000: {text}".encode()


def distinct(count: int) -> Iterator[bytes]:
    """Lines of which each is an event of its own."""
    return (_distinct(number) for number in range(count))


def _distinct(number: int) -> bytes:
    return f"<187>{number}: Nov 27 10:00:00.000: %APP{number}-3-FAILED: Process {number} has failed".encode()


def measure(flood: Flood, work: Path, seconds: float = MIX_SECONDS) -> dict[str, float]:
    """Both runs, each on an agent of its own."""
    mix_load = Load(MIX_RATE, seconds, payloads.write(mixed(400_000), work / "mix.bin"), SOURCES)
    alone = round(DISTINCT_RATE * DISTINCT_SECONDS)
    load = Load(DISTINCT_RATE, DISTINCT_SECONDS, payloads.write(distinct(alone), work / "distinct.bin"), SOURCES)
    mix, apart = asyncio.run(_run(flood, mix_load)), asyncio.run(_run(flood, load))
    return {
        "ingest-mix-per-s": mix["per_s"],
        "ingest-mix-lost": mix["lost"],
        "ingest-mix-cpu": mix["cpu"],
        "ingest-mix-rss-mb": mix["rss_mb"],
        "ingest-distinct-per-s": apart["per_s"],
        "ingest-distinct-lost": apart["lost"],
    }


async def _run(flood: Flood, load: Load) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="bench-durable-") as folder:
        workspace, port = Workspace(Path(folder)), free_udp_ports().syslog
        workspace.write(_site(workspace, port), {})
        for number, rules in enumerate(sample_rules()):
            (workspace.folder / f"rules-{number}.yaml").write_text(rules, encoding="utf-8")
        async with AgentProcess(workspace, pinned()) as agent, AgentApi(workspace.api_socket) as api:
            pid = agent.pid
            before, begun = cpu_of(pid), time.monotonic()
            sent = int((await asyncio.to_thread(ended, flood.start(port, load)))["sent"])
            read = await _drained(api, sent)
            took = time.monotonic() - begun
            used, rss = cpu_of(pid) - before, peak_rss_mb(pid)
            counters = await api.counters()
    lost = sent - read
    dropped = {name: value for name, value in counters.items() if "dropped" in name and value}
    print(f"  durable: {sent} sent at {load.rate}/s, {read} read, {lost} lost in {took:.1f} s", dropped, flush=True)
    print(f"           {used:.1f} CPU-s, {rss:.0f} MB", flush=True)
    return {"per_s": read / took, "lost": lost, "cpu": used / max(read, 1) * 1e6, "rss_mb": rss}


def sample_rules() -> list[str]:
    """The files of rules that the manual shows."""
    examples: list[str] = re.findall(r"```yaml\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    return [each for each in examples if each.startswith(("filter", "timing", "correlation"))]


async def _drained(api: AgentApi, sent: int) -> int:
    """Wait until all is read and committed, or nothing more is read; how many were read."""
    deadline, last, read = time.monotonic() + DRAINED_WITHIN, -1.0, 0.0
    while time.monotonic() < deadline:
        counters = await api.counters()
        read = counters.get("syslog_messages", 0.0)
        if read >= sent or read == last:
            break
        last = read
        await asyncio.sleep(0.2)
    return int(max(last, read))


def _site(workspace: Workspace, port: int) -> str:
    base = (127 << 24) + (1 << 8) + 1
    addresses = (".".join(str(base + number >> shift & 255) for shift in (24, 16, 8, 0)) for number in range(SOURCES))
    components = "".join(COMPONENT.format(n=n, address=address) for n, address in enumerate(addresses))
    return SITE.format(
        folder=workspace.folder,
        state=workspace.state,
        backups=workspace.backups,
        socket=workspace.api_socket,
        port=port,
        components=components,
    )


if __name__ == "__main__":
    here = Path(tempfile.mkdtemp(prefix="bench-durable-work-"))
    for name, figure in measure(Flood(here), here, float(sys.argv[1]) if len(sys.argv) > 1 else MIX_SECONDS).items():
        print(f"RATIO {name} {figure:.3f}")
