"""Ten thousand versions of two hundred devices: how long list and diff take, and the size beside plain files and git.

Run as `python -m tests.bench.backup.versions FOLDER COUNT`; prints one JSON line.
"""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups import Backups, Directory, Manifest, ManifestCopies
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.state import open_state
from cmsp_plugins.cisco_ios.cli import CLI
from tests.bench.backup.devices import COUNT, configuration

QUESTIONS = 50


def changed(text: str, number: int) -> str:
    """The text with a few lines changed, as a day's work leaves it."""
    chance, lines = random.Random(number), text.split("\n")
    for place in chance.sample(range(5, len(lines) - 5), 3):
        lines[place] = f"{lines[place][:60]} ! {number}"
    return "\n".join(lines)


class Git:
    """A repository of the same texts."""

    def __init__(self, folder: Path) -> None:
        self._git = ["git", "-C", str(folder), "-c", "user.name=b", "-c", "user.email=b@example.net", "-c", "gc.auto=0"]
        self.run("init", "-q")

    def run(self, *words: str) -> None:
        """Run git there."""
        subprocess.run([*self._git, *words], check=True)


def size_of(folder: Path) -> int:
    """Bytes on the disk of all files in a folder."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


async def measure(folder: Path, count: int) -> dict[str, float]:
    """Store them by the agent's own way, then ask."""
    clock, counters = SystemClock(), Counters()
    database = await open_state(folder / "state.db", "apl-bench", clock=clock, counters=counters)
    (store := folder / "backups").mkdir()
    (plain := folder / "git").mkdir()
    key, texts = master_key(folder), BlockingPool("texts", 1, 500)
    blobs, copies = Blobs(store, key), ManifestCopies(store, key)
    components = {f"gw-{n}": Component(f"gw-{n}", ("192.0.2.1",), "lab") for n in range(1, COUNT + 1)}
    current = {name: configuration(place) for place, name in enumerate(components)}

    async def read(component: Component, platform: CliPlatform) -> str:
        return current[component.name]

    async def tell(signal: AgentSignal) -> None:
        assert not signal.raised, signal

    directory = Directory(components.get, lambda name: CLI)
    backups = Backups(directory, read, Manifest(database, blobs, copies), tell, texts, clock, counters)
    git, size = Git(plain), 0
    for turn in range(max(1, count // COUNT)):
        for name, text in current.items():
            current[name] = changed(text, turn)
            (plain / name).write_text(current[name])
            size += -(-len(current[name]) // 4096) * 4096
        outcomes = await asyncio.gather(*(backups.run(name, "schedule") for name in components))
        assert all(each.error is None for each in outcomes)
        git.run("add", "-A")
        git.run("commit", "-qm", f"{turn}")
    listed, compared = list[float](), list[float]()
    chance = random.Random(3)
    for _ in range(QUESTIONS):
        name = chance.choice(list(components))
        started = time.perf_counter()
        versions = await backups.versions(name, 1000)
        listed.append(time.perf_counter() - started)
        one, other = chance.choice(versions), chance.choice(versions)
        started = time.perf_counter()
        await backups.difference(name, one.id, other.id)
        compared.append(time.perf_counter() - started)
    loose = size_of(plain / ".git")
    git.run("gc", "-q", "--prune=now")
    figures = {
        "versions": float(max(1, count // COUNT) * COUNT),
        "list_s": max(listed),
        "diff_s": max(compared),
        "list_median_s": statistics.median(listed),
        "diff_median_s": statistics.median(compared),
        "ours_mb": size_of(store) / 2**20,
        "plain_mb": size / 2**20,
        "git_mb": loose / 2**20,
        "git_packed_mb": size_of(plain / ".git") / 2**20,
    }
    await texts.close()
    await copies.close()
    await blobs.close()
    await database.close()
    return figures


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2])))), flush=True)
