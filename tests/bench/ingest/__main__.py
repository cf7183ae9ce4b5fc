"""`make bench-ingest`: traps beside snmptrapd, syslog beside rsyslogd, a durable mix, then a storm.

Prints tables, writes build/bench/ingest.json, and ends with one RATIO line for each bar.
"""

import json
import math
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.ingest import durable, ours, payloads, peers
from tests.bench.ingest.peers import Row
from tests.bench.ingest.processes import Flood, Load

OUT = Path("build/bench/ingest.json").resolve()
SECONDS = 4.0
RUNS = 3
BARS = {
    "trap-vs-snmptrapd": 0.06,
    "syslog-vs-rsyslogd": 0.2,
    "trap-commit-vs-snmptrapd": 0.15,
    "syslog-commit-vs-rsyslogd": 0.5,
    "storm-receive-lost": 0,
    "storm-quiet-lost": 0,
    "storm-poll-late-s": 0.02,
    "ingest-mix-lost": 0,
    "ingest-mix-cpu": 15,
    "ingest-mix-rss-mb": 220,
}
"""At most."""
FLOORS = {"ingest-mix-per-s": 20_000, "ingest-distinct-per-s": 8_000}
"""At least."""
TRAP_RATES = (2_500, 5_000, 10_000)
"""snmptrapd manages some 14,000/s on a core."""
SYSLOG_RATES = (5_000, 10_000, 20_000)
FASTER = {"traps": (20_000, 50_000), "syslog": (50_000,)}
"""Rates at which only ours are run, for the slope."""
JUDGED_AT = {"traps": 20_000, "syslog": 10_000}
"""Rates whose figures are set against the peer's."""

Run = Callable[[Flood, Load, Path], Row]


def best_of(run: Run, flood: Flood, load: Load, work: Path) -> Row:
    """The median of several runs by CPU time for each datagram, the losses of all of them shown by the worst."""
    rows = sorted((run(flood, load, work) for _ in range(RUNS)), key=lambda row: row.per_million)
    median = rows[len(rows) // 2]
    print(f"  {median.who:<16} {load.rate:>8}/s  {median.per_million:8.2f} CPU-s/1M  lost {median.lost}", flush=True)
    return median


def compare(kind: str, peer: Run, rates: Sequence[int], file: Path, flood: Flood, work: Path) -> list[Row]:
    """The peer and ours in turn at each rate; then ours alone, faster."""
    rows = []
    for rate in rates:
        load = Load(rate, SECONDS, file)
        rows.append(best_of(peer, flood, load, work))
        rows += [best_of(_ours(kind, stage), flood, load, work) for stage in ("read", "signals")]
    for rate in FASTER[kind]:
        load = Load(rate, SECONDS, file)
        rows += [best_of(_ours(kind, stage), flood, load, work) for stage in ("read", "signals")]
    return rows


def _ours(kind: str, stage: str) -> Run:
    return lambda flood, load, _work: ours.receive(flood, load, kind, stage)


def table(title: str, rows: Sequence[Row]) -> None:
    """Print one comparison."""
    print(f"\n{title}\n{'':<16} {'rate/s':>8} {'sent':>8} {'arrived':>8} {'lost':>7} {'CPU-s/1M':>9} {'vs peer':>8}")
    by_rate = {row.rate: row.per_million for row in rows if not row.who.startswith("agent")}
    for row in rows:
        share = f"{row.per_million / by_rate[row.rate]:8.3f}" if row.rate in by_rate else ""
        print(
            f"{row.who:<16} {row.rate:>8} {row.sent:>8} {row.got:>8} {row.lost:>7} {row.per_million:>9.2f} {share:>8}"
        )
    for who in sorted({row.who for row in rows}):
        print(f"{who}: CPU time grows with the rate to the power of {slope([r for r in rows if r.who == who]):.2f}")


def slope(rows: Sequence[Row]) -> float:
    """The exponent by which CPU time grows with the rate; 1 is linear, less is better."""
    points = [(math.log(row.rate), math.log(max(row.per_million, 1e-9) * row.rate)) for row in rows]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def ratio(rows: Sequence[Row], rate: int, stage: str = "read") -> float:
    """Ours against the peer at the same rate; where the peer can't keep up with it, at the peer's cheapest rate.

    A peer that lost more than one in a thousand did not keep up.
    """
    mine = next(row for row in rows if row.who == f"agent, {stage}" and row.rate == rate)
    theirs = [row for row in rows if not row.who.startswith("agent")]
    honest = [row for row in theirs if row.lost <= row.sent * 0.001] or theirs
    same = [row for row in honest if row.rate == rate] or honest
    return mine.per_million / min(row.per_million for row in same)


def storm_line(storm: dict[str, Any]) -> str:
    """One storm in words."""
    reported = [
        f"storm of {storm['kind']}: {storm['sent']} sent at {storm['rate']:.0f}/s",
        f"{storm['receive_lost']} lost on the way in (buffer {storm['buffer'] >> 20} MiB)",
        f"{storm['shed']} shed by fairness",
        f"{storm['understood']} made signals",
        f"of {storm['quiet_sent']} of quiet senders {storm['quiet_lost']} lost",
        f"worst of {storm['polls']} polls {storm['worst_poll_s']:.3f} s late",
    ]
    return "; ".join(reported)


def main() -> int:
    """Run everything; 1 where a bar is missed."""
    work = OUT.parent / "ingest.work"
    work.mkdir(parents=True, exist_ok=True)
    flood = Flood(work)
    traps = payloads.write(payloads.traps(), work / "traps.bin")
    lines = payloads.write(payloads.lines(), work / "lines.bin")
    print(f"load on the machine before: {os.getloadavg()[0]:.1f}; medians of {RUNS} runs of {SECONDS:g} s")
    trap_rows = compare("traps", peers.snmptrapd, TRAP_RATES, traps, flood, work)
    line_rows = compare("syslog", peers.rsyslogd, SYSLOG_RATES, lines, flood, work)
    durable_figures = durable.measure(flood, work)
    storms = [ours.storm(flood, "traps", traps, work), ours.storm(flood, "syslog", lines, work)]
    table("SNMPv2c traps", trap_rows)
    table("syslog", line_rows)
    print("", *map(storm_line, storms), sep="\n")
    figures = {
        "trap-vs-snmptrapd": ratio(trap_rows, JUDGED_AT["traps"]),
        "syslog-vs-rsyslogd": ratio(line_rows, JUDGED_AT["syslog"]),
        "trap-commit-vs-snmptrapd": ratio(trap_rows, JUDGED_AT["traps"], "signals"),
        "syslog-commit-vs-rsyslogd": ratio(line_rows, JUDGED_AT["syslog"], "signals"),
        "storm-receive-lost": sum(storm["receive_lost"] for storm in storms),
        "storm-quiet-lost": sum(storm["quiet_lost"] for storm in storms),
        "storm-poll-late-s": max(storm["worst_poll_s"] for storm in storms),
        **durable_figures,
    }
    rows = {"traps": trap_rows, "syslog": line_rows}
    reported = {kind: [asdict(row) | {"per_million": row.per_million} for row in its] for kind, its in rows.items()}
    OUT.write_text(
        json.dumps({**reported, "storms": storms, "ratios": figures, "bars": BARS, "floors": FLOORS}, indent=1)
    )
    missed = [name for name, most in BARS.items() if figures[name] > most]
    missed += [name for name, least in FLOORS.items() if figures[name] < least]
    print("\nbars: " + (f"missed: {', '.join(missed)}" if missed else "all reached"))
    for name, figure in figures.items():
        print(f"RATIO {name} {figure:.3f}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
