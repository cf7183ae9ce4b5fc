"""`make bench-poll`: SNMP polling beside collectd (v2c) and prometheus-snmp-exporter (v3), in the same run.

Every poller gets the same site on the same core, one after the other, three times (with 5,000 devices once); medians
are compared. RATIO is the one at 1,000 devices. The link is a veth pair of MTU 1500 between two networks, on which no
answer is longer than 1,472 octets, whoever asks; over loopback the pollers of v2c use larger ones. braa stands beside
them as the fastest plain walker: see `walker` for what it does not do.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from statistics import median

from tests.bench.poll import collectd, exporter, lateness, walker
from tests.bench.poll.measure import Measurement
from tests.bench.poll.responder import MEASURED_CORE, Site, compiled, linked_site, own_network, pin, site
from tests.bench.poll.site import LINK

SCALES = (100, 1000, 5000)
POLLS = 5000
"""Polls of ours in one measurement, about."""
REPEATS = {100: 3, 500: 3, 1000: 3, 5000: 1}
JUDGED = 1000
COLLECTD_PACE = {100: (1, 10), 500: (1, 10), 1000: (2, 10), 5000: (6, 18)}
"""By devices: seconds between polls, seconds measured."""
EXPORTER_ROUNDS = {100: 10, 500: 2, 1000: 1, 5000: 1}
BARS = {"poll-v2c-1472-vs-collectd": 0.6, "poll-v2c-vs-collectd": 0.35, "poll-v3-vs-snmp_exporter": 0.09}
"""The fourth line, v3 on the link, has none: it is shown for honesty."""
OUT = Path("build/bench/poll.json")


def ours(site_: Site, version: str, devices: int) -> Measurement:
    """Run our poller in a process of its own."""
    rounds = max(1, POLLS // devices)
    where = [version, str(site_.port), site_.network, str(devices), str(rounds)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.poll.ours", *where],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        preexec_fn=lambda: pin(MEASURED_CORE),
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    reported = json.loads(done.stdout)
    figures = {key: reported[key] for key in ("polls", "varbinds", "lost", "cpu", "wall", "rss_mb")}
    return Measurement(_name("ours", site_), version, devices, **figures)


def _name(poller: str, site_: Site) -> str:
    return f"{poller}, MTU 1500" if site_.network == LINK else poller


def jobs(loopback: Site, link: Site, work: Path, scales: list[int]) -> list[Callable[[], Measurement]]:
    """What is measured, in order: ours and the peer next to each other, so that both see the same machine."""
    out: list[Callable[[], Measurement]] = []
    for devices in scales:
        interval, seconds = COLLECTD_PACE[devices]
        for site_ in (link, loopback):
            out += [
                partial(ours, site_, "2c", devices),
                partial(_collectd, site_, work, devices, interval, seconds),
            ]
            out += [
                partial(ours, site_, "3", devices),
                partial(_exporter, site_, work, devices, EXPORTER_ROUNDS[devices]),
            ]
        out.append(partial(walker.measure, link, devices))
    return out


def _collectd(site_: Site, work: Path, devices: int, interval: int, seconds: int) -> Measurement:
    found = collectd.measure(site_, work / "collectd", devices, interval=interval, seconds=seconds)
    return replace(found, name=_name(found.name, site_))


def _exporter(site_: Site, work: Path, devices: int, rounds: int) -> Measurement:
    found = exporter.measure(site_, work / "exporter", "3", devices, rounds)
    return replace(found, name=_name(found.name, site_))


Key = tuple[str, str, int]


def grouped(found: Iterable[Measurement]) -> dict[Key, list[Measurement]]:
    """All measurements of the same thing together."""
    groups: dict[Key, list[Measurement]] = {}
    for one in found:
        groups.setdefault((one.name, one.version, one.devices), []).append(one)
    return groups


def cost(groups: dict[Key, list[Measurement]], name: str, version: str, devices: int) -> float:
    """The median CPU seconds per million varbinds."""
    return median(one.per_million for one in groups[name, version, devices])


def slope(groups: dict[Key, list[Measurement]], name: str, version: str, scales: list[int]) -> float:
    """How the cost of a round grows with the number of devices: the exponent; 1 is linear."""
    first, last = scales[0], scales[-1]
    if first == last:
        return 1.0
    ratio = cost(groups, name, version, last) * last / (cost(groups, name, version, first) * first)
    return math.log(ratio) / math.log(last / first)


def table(groups: dict[Key, list[Measurement]], scales: list[int]) -> Iterable[str]:
    """The table, line by line."""
    yield f"{'poller':<26}{'SNMP':>5}{'devices':>9}{'polls':>8}{'lost':>6}{'CPU s/1M':>10}{'spread':>14}{'RSS MB':>8}"
    for (name, version, devices), runs in sorted(groups.items(), key=lambda item: (item[0][1], item[0][0], item[0][2])):
        costs = sorted(one.per_million for one in runs)
        polls, lost = sum(one.polls for one in runs), sum(one.lost for one in runs)
        spread = f"{costs[0]:.2f}-{costs[-1]:.2f}"
        rss = max(one.rss_mb for one in runs)
        yield f"{name:<26}{version:>5}{devices:>9}{polls:>8}{lost:>6}{median(costs):>10.2f}{spread:>14}{rss:>8.0f}"
    yield ""
    for name, version in sorted({(name, version) for name, version, _ in groups}):
        exponent = slope(groups, name, version, scales)
        yield f"slope {name} v{version}: CPU of a round grows with devices^{exponent:.2f}"


PEERS = {
    "poll-v2c-1472-vs-collectd": ("2c", "ours, MTU 1500", "collectd, MTU 1500"),
    "poll-v2c-vs-collectd": ("2c", "ours", "collectd"),
    "poll-v3-1472-vs-snmp_exporter": ("3", "ours, MTU 1500", "snmp_exporter, MTU 1500"),
    "poll-v3-vs-snmp_exporter": ("3", "ours", "snmp_exporter"),
}


def ratio(groups: dict[Key, list[Measurement]], bar: str, devices: int) -> float:
    """Ours by the peer's."""
    version, mine, peer = PEERS[bar]
    return cost(groups, mine, version, devices) / cost(groups, peer, version, devices)


def in_time(devices: int, seconds: float) -> int:
    """The whole agent, by v2c and by v3; 1 where a poll was too late."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-poll-")))
        running = stack.enter_context(site(compiled(folder)))
        good = [lateness.report(running, folder / version, devices, seconds, version) for version in ("2c", "3")]
    return int(not all(good))


def main() -> int:
    """Measure, print, write; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scales", type=int, nargs="+", default=list(SCALES), choices=sorted(REPEATS))
    parser.add_argument("--repeats", type=int, help="instead of 3, 3 and 1")
    parser.add_argument("--site", type=int, default=0, help="the whole agent polls so many devices: how late is it?")
    parser.add_argument("--seconds", type=float, default=190.0, help="with --site: for how long")
    options = parser.parse_args()
    found: list[Measurement] = []
    own_network()
    if options.site:
        return in_time(options.site, options.seconds)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-poll-"))
        program = compiled(Path(folder))
        sites = stack.enter_context(site(program)), stack.enter_context(linked_site(program))
        for turn in range(options.repeats or max(REPEATS.values())):
            due = [devices for devices in options.scales if turn < (options.repeats or REPEATS[devices])]
            for job in jobs(*sites, Path(folder), due):
                found.append(job())
                print(
                    f"  {found[-1].name}, v{found[-1].version}, {found[-1].devices}: {found[-1].per_million:.2f}",
                    flush=True,
                )
    groups = grouped(found)
    print("\n" + "\n".join(table(groups, options.scales)) + "\n")
    judged = JUDGED if JUDGED in options.scales else options.scales[-1]
    for bar in PEERS:
        for devices in options.scales:
            print(f"{bar} at {devices} devices: {ratio(groups, bar, devices):.3f}")
    figures = {bar: ratio(groups, bar, judged) for bar in PEERS}
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"ratios": figures, "runs": [asdict(one) for one in found]}, indent=1) + "\n")
    for bar, figure in figures.items():
        print(f"RATIO {bar} {figure:.3f}")
    return int(any(figures[bar] > most for bar, most in BARS.items()))


if __name__ == "__main__":
    sys.exit(main())
