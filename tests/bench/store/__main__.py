"""`make bench-store`: poll, rates, thresholds, store, beside Debian's zabbix-proxy-sqlite3 in the same run.

Both poll the same devices at the same pace on the same core, one after the other, and keep seven figures of each of 49
interfaces; ours watch three thresholds of each interface as well, which a proxy leaves to its server.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.poll.responder import MEASURED_CORE, Site, compiled, own_network, pin, site
from tests.bench.store import zabbix
from tests.lab.ports import free_port

BAR = 0.25
OUT = Path("build/bench/store.json")


def ours(site_: Site, devices: int, every: int, rounds: int) -> zabbix.Cost:
    """Run ours in a process of its own."""
    where = [str(site_.port), site_.network, str(devices), str(every), str(rounds)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.store.ours", *where],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        preexec_fn=lambda: pin(MEASURED_CORE),
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    found = json.loads(done.stdout)
    return zabbix.Cost(found["values"], found["cpu"], found["wall"], found["octets"])


def per_million(cost: zabbix.Cost) -> float:
    """CPU seconds for a million values."""
    return cost.cpu / cost.values * 1e6 if cost.values else float("inf")


def shown(name: str, cost: zabbix.Cost) -> str:
    """A line of the table."""
    size = cost.octets / cost.values if cost.values else 0.0
    return (
        f"{name:<14}{cost.values:>10} values{cost.cpu:>9.2f} CPU s{per_million(cost):>9.2f} CPU s/1M{size:>8.1f} MB/1M"
    )


def main() -> int:
    """Measure, print, write; 1 where the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    pace = options.devices, options.every, options.rounds
    own_network()
    found: dict[str, list[zabbix.Cost]] = {"ours": [], "zabbix_proxy": []}
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder, site(compiled(Path(folder))) as site_:
        for turn in range(options.repeats):
            found["ours"].append(ours(site_, *pace))
            found["zabbix_proxy"].append(zabbix.measure(site_, Path(folder) / f"zabbix{turn}", *pace, free_port()))
            print("\n".join(shown(name, costs[-1]) for name, costs in found.items()), flush=True)
    costs = {name: median(map(per_million, each)) for name, each in found.items()}
    figure = costs["ours"] / costs["zabbix_proxy"]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"ratio": figure, "runs": found}, indent=1) + "\n")
    print(f"RATIO store-vs-zabbix_proxy {figure:.3f}")
    return int(figure > BAR)


if __name__ == "__main__":
    sys.exit(main())
