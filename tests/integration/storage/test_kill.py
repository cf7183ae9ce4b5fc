"""SIGKILL under load, again and again: what was acknowledged is there, and no sequence is used twice."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.link.conftest import Site
from tests.integration.storage import victim
from tests.integration.storage.evidence import problems_of_database, problems_of_headend
from tests.lab.headend import Headend

ROOT = Path(__file__).resolve().parents[3]


def run_and_kill(arguments: list[str], said: Path, after: float) -> list[str]:
    """Start a victim, kill it some time after its first word; return the ids that it called durable."""
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.storage.victim", *arguments], stdout=out, cwd=ROOT
        )
        deadline = time.monotonic() + 20
        while said.stat().st_size == 0 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(after)
        process.kill()
        assert process.wait() == -9, "it ended before it was killed"
    return said.read_text().rpartition("\n")[0].split("\n")


def kill_often(times: int, path: Path, link: list[str], look: Callable[[list[str]], None]) -> list[str]:
    """Kill victims of one database so many times; `look` sees all acknowledged ids after each."""
    acknowledged: list[str] = []
    dice = random.Random(4711)
    for turn in range(times):
        first = 1_000_000 * (turn + 1)
        acknowledged += run_and_kill([str(path), str(first), *link], path.with_suffix(".said"), dice.uniform(0, 0.3))
        look(acknowledged)
    return acknowledged


def check_times(times: int, tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    def look(acknowledged: list[str]) -> None:
        assert problems_of_database(path, acknowledged) == []

    acknowledged = kill_often(times, path, [], look)
    assert len(acknowledged) > 20 * times


def test_acknowledged_events_survive(tmp_path: Path) -> None:
    check_times(8, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_acknowledged_events_survive_100_kills(tmp_path: Path) -> None:
    check_times(100, tmp_path)


async def check_forwarded(times: int, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with Headend(tmp_path, store=str(tmp_path / "headend.db")) as headend:
        identity = headend.client(victim.APPLIANCE)
        link = [headend.url, str(headend.authority.path), str(identity.certificate), str(identity.key)]
        acknowledged = kill_often(times, path, link, lambda _: None)
        survivor = Site(tmp_path, headend, victim.APPLIANCE)
        await survivor.open()
        await survivor.start()
        await survivor.drained(60)
        await survivor.close()
        assert problems_of_headend(headend.store.records(victim.APPLIANCE), acknowledged) == []


async def test_the_head_end_learns_everything_once(tmp_path: Path) -> None:
    await check_forwarded(6, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_the_head_end_learns_everything_once_over_100_kills(tmp_path: Path) -> None:
    await check_forwarded(100, tmp_path)
