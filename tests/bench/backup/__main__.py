"""`make bench-backup`: 200 devices with 50 ms of latency are saved, twenty at a time, beside Debian's RANCID.

Equal work: the host key is checked, two commands, lines that change by themselves left out, stored. What asyncssh alone
costs stands beside it as the floor. Then ten thousand versions are listed and compared. As root: the devices answer in
a network namespace of their own. OPTIONS="--versions 2000 --latency 20" does less.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.bench.backup.devices import COUNT
from tests.bench.backup.outcome import Saved
from tests.bench.backup.rancid import Rancid
from tests.bench.ingest.processes import LOAD_CORE, measured, pinned, program

OUT = Path("build/bench/backup.json")
CPU_BAR, SPEED_BAR, MEMORY_BAR, ANSWER_BAR = 0.15, 4.0, 60.0, 0.2
NAMESPACE = "cmsp-bench-backup"


@contextmanager
def devices(work: Path, latency: float) -> Iterator[list[str]]:
    """The devices, answering; the words that run a command where they do."""
    key = work / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    ip = program("ip")
    subprocess.run([ip, "netns", "delete", NAMESPACE], check=False, stderr=subprocess.DEVNULL)
    subprocess.run([ip, "netns", "add", NAMESPACE], check=True)
    inside = [ip, "netns", "exec", NAMESPACE]
    try:
        subprocess.run([ip, "-n", NAMESPACE, "link", "set", "lo", "up"], check=True)
        command = [*inside, sys.executable, "-m", "tests.bench.backup.devices", str(key), str(latency)]
        with measured(command, core=LOAD_CORE) as process:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise RuntimeError("the devices do not answer")
            yield inside
    finally:
        subprocess.run([ip, "netns", "delete", NAMESPACE], check=False)


def run(name: str, inside: Sequence[str], module: str, argument: Path) -> Saved:
    """A way of ours, in a process of its own."""
    words = [*inside, *pinned(), sys.executable, "-m", f"tests.bench.backup.{module}", str(argument)]
    did = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True).stdout)
    return Saved(name, int(did["devices"]), did["cpu"], did["seconds"], did["grown_mb"])


def table(outcomes: Sequence[Saved]) -> None:
    """Print what each did."""
    print(f"\n{'':<14}{'devices':>8}{'CPU ms/device':>15}{'seconds':>9}{'grown MB':>10}")
    for one in outcomes:
        print(f"{one.name:<14}{one.devices:>8}{one.cpu_per_device:>15.1f}{one.seconds:>9.1f}{one.grown_mb:>10.1f}")


def main() -> int:
    """Measure, print, write; 1 where a bar is missed or a device was not saved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=50.0, help="ms there and back")
    parser.add_argument("--versions", type=int, default=10_000)
    asked = parser.parse_args()
    print(f"load on the machine before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-backup-") as folder:
        work = Path(folder)
        work.chmod(0o755)
        for part in ("ours", "versions"):
            (work / part).mkdir()
        with devices(work, asked.latency) as inside:
            ours = run("ours", inside, "ours", work / "ours")
            floor = run("asyncssh", inside, "floor", work / "host_key.pub")
            rancid = Rancid(work / "rancid", work / "host_key.pub", [*inside, *pinned()])
            rancid.collect()
            peer = rancid.collect()
            if peer.devices < COUNT:
                print(rancid.said())
        words = [*pinned(), sys.executable, "-m", "tests.bench.backup.versions", str(work / "versions")]
        done = subprocess.run([*words, str(asked.versions)], stdout=subprocess.PIPE, check=True, text=True)
        kept: dict[str, float] = json.loads(done.stdout)
    table((ours, floor, peer))
    print("\n" + "  ".join(f"{name} {figure:.3f}" for name, figure in kept.items()))
    figures = {
        "backup-cpu-vs-rancid": ours.cpu / max(peer.cpu, 0.001),
        "backup-speed-vs-rancid": peer.seconds / max(ours.seconds, 0.001),
        "backup-grown-mb": ours.grown_mb,
        "backup-cpu-vs-asyncssh": ours.cpu / max(floor.cpu, 0.001),
        "backup-list-s": kept["list_s"],
        "backup-diff-s": kept["diff_s"],
        "backup-size-vs-plain": kept["ours_mb"] / kept["plain_mb"],
        "backup-size-vs-git": kept["ours_mb"] / kept["git_packed_mb"],
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    runs = [asdict(one) for one in (ours, floor, peer)]
    OUT.write_text(json.dumps({"ratios": figures, "runs": runs, "versions": kept}, indent=1) + "\n")
    for name, figure in figures.items():
        print(f"RATIO {name} {figure:.3f}")
    good = (
        ours.devices == floor.devices == peer.devices == COUNT
        and figures["backup-cpu-vs-rancid"] <= CPU_BAR
        and figures["backup-speed-vs-rancid"] >= SPEED_BAR
        and ours.grown_mb <= MEMORY_BAR
        and max(kept["list_s"], kept["diff_s"]) <= ANSWER_BAR
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
