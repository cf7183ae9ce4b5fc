"""`make bench-forward`: what an outage left behind is drained to a local head-end over TLS, beside rsyslog's omrelp.

Both have the same number of events in their queue on disk, then get their receiver back, which has the other core. The
head-end checks each batch and makes it durable; the peer's receiver writes a file. OPTIONS="--scales 100000"
does a tenth of the longest outage.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.forward import relp
from tests.bench.forward.outcome import Outcome
from tests.bench.ingest.processes import LOAD_CORE, measured, pinned

OUT = Path("build/bench/forward.json")
SCALES = (100_000, 300_000, 1_000_000)
DRAIN_FLOOR = 120_000
CPU_BAR = 0.6
APPLIANCE = "apl-bench"
LONGEST = 7 * 86_400 * 50
PACE = 0.25 * 10_000_000 / 8
UNIT = Path("systemd/cmsp-agent.service")


def environment(unit: str) -> Iterator[tuple[str, str]]:
    """The variables that a unit sets."""
    for line in unit.splitlines():
        name, _, words = line.partition("=")
        if name == "Environment":
            yield from ((variable, value) for variable, _, value in (word.partition("=") for word in words.split()))


def ours(work: Path, count: int) -> tuple[Outcome, dict[str, float]]:
    """Our outbox and forwarder, in a process of their own; its figures too."""
    work.mkdir()
    command = [sys.executable, "-m", "tests.bench.forward.headend", str(work / "headend"), APPLIANCE]
    with measured(command, core=LOAD_CORE) as headend:
        assert headend.stdout is not None
        where = json.loads(headend.stdout.readline())
        options = {"state": work / "state.db", "appliance": APPLIANCE, "count": count}
        options |= {name: where[name] for name in ("url", "ca", "certificate", "key")}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        command = [*pinned(), sys.executable, "-m", "tests.bench.forward.ours", *words]
        as_shipped = os.environ | dict(environment(UNIT.read_text()))
        did = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=as_shipped).stdout)
    arrived = int(did["acknowledged"])
    done = Outcome("ours", count, arrived, did["append_cpu"], did["drain_cpu"], did["drain_s"], did["rss_mb"])
    return done, did


def extrapolated(figures: dict[str, float], count: int) -> str:
    """The longest outage that the outbox is for, from the longest that was measured; linear, see the slope."""
    factor = LONGEST / count
    disk, wire = figures["disk"] * factor, figures["wire"] * factor
    unpaced, paced = figures["drain_s"] * factor, wire / PACE
    return (
        f"seven days at 50 events/s ({LONGEST}): {disk / 1e9:.1f} GB on disk, {wire / 1e9:.2f} GB sent;"
        f" drained in {unpaced / 60:.0f} min unpaced, {max(unpaced, paced) / 60:.0f} min at a quarter of 10 Mbit/s"
    )


def slope(outcomes: Sequence[Outcome]) -> float:
    """How the CPU time of a drain grows with its events: the exponent; 1 is linear."""
    first, last = outcomes[0], outcomes[-1]
    if first.events == last.events:
        return 1.0
    return math.log(last.drain_cpu / first.drain_cpu) / math.log(last.events / first.events)


def table(outcomes: Sequence[Outcome]) -> None:
    """Print what each did."""
    print(
        f"\n{'':<16}{'events':>9}{'arrived':>9}{'events/s':>10}{'drain CPU-s/1M':>16}{'fill CPU-s/1M':>15}{'RSS MB':>8}"
    )
    for one in outcomes:
        costs = f"{one.drain_per_million:>16.2f}{one.fill_per_million:>15.2f}"
        print(f"{one.name:<16}{one.events:>9}{one.arrived:>9}{one.per_second:>10.0f}{costs}{one.rss_mb:>8.0f}")


def main() -> int:
    """Measure, print, write; 1 where a bar is missed or an event did not arrive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scales", type=int, nargs="+", default=list(SCALES))
    scales = sorted(parser.parse_args().scales)
    print(f"load on the machine before: {os.getloadavg()[0]:.1f}")
    did: dict[str, float] = {}
    mine: list[Outcome] = []
    peers: list[Outcome] = []
    for count in scales:
        with tempfile.TemporaryDirectory(prefix="bench-forward-", dir=".") as folder:
            done, did = ours(Path(folder).resolve() / "ours", count)
            mine.append(done)
            peers.append(relp.measure(Path(folder).resolve() / "relp", count))
        print(f"  {count}: {mine[-1].per_second:.0f}/s, omrelp {peers[-1].per_second:.0f}/s", flush=True)
    table([*mine, *peers])
    for outcomes in (mine, peers):
        print(f"slope {outcomes[0].name}: CPU of a drain grows with events^{slope(outcomes):.2f}")
    print(extrapolated(did, scales[-1]))
    figures = {
        "drain-per-s": mine[-1].per_second,
        "outbox-cpu-vs-omrelp": mine[-1].drain_per_million / peers[-1].drain_per_million,
        "outbox-lost": float(sum(max(0, one.events - one.arrived) for one in mine)),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"ratios": figures, "runs": [asdict(one) for one in (*mine, *peers)]}, indent=1) + "\n")
    for name, figure in figures.items():
        print(f"RATIO {name} {figure:.3f}")
    missed = figures["drain-per-s"] < DRAIN_FLOOR or figures["outbox-cpu-vs-omrelp"] > CPU_BAR
    return int(missed or figures["outbox-lost"] > 0)


if __name__ == "__main__":
    sys.exit(main())
