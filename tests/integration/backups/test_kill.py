"""Kill -9 between any two writes of taking and removing: no torn file, nothing lost that was called stored."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.backup import Backup
from cmsp_agent.services.backups.copies import ManifestFiles
from cmsp_agent.storage.sealed.blobs import BlobStore
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import backups as table
from tests.integration.backups.victim import KEPT, TAKEN, text_of

ROOT = Path(__file__).resolve().parents[3]


def life(folder: Path, first: int, step: int) -> list[str]:
    """One life of the victim; what it said."""
    words = [sys.executable, "-m", "tests.integration.backups.victim", str(folder), str(first), str(step)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert done.returncode == (-9 if step else 0), done.stderr
    return done.stdout.split("\n")


async def stored(folder: Path) -> list[Backup]:
    """The versions of the database, the newest first."""
    database = await open_state(folder / "state.db", "apl", clock=SystemClock(), counters=Counters())
    try:
        return await database.read(lambda connection: table.of_component(connection, "gw-1", 1000))
    finally:
        await database.close()


def look(folder: Path, acknowledged: list[str]) -> None:
    """Whatever lies there is whole, and what was called stored is there unless the retention removed it."""
    key = master_key(folder)
    store, manifests = BlobStore(folder / "backups", key), ManifestFiles(folder / "backups", key)
    versions = asyncio.run(stored(folder))
    known = {text_of(number).encode() for number in range(1, 100_000, 1000) for number in range(number, number + TAKEN)}
    for address in store.addresses():
        assert store.get(address) in known, "a torn content"
    for version in versions:
        assert store.get(version.blob).decode().count("\n") == version.lines
    for component in manifests.components():
        assert manifests.read(component)
    kept = {version.id for version in versions}
    assert {one for one in acknowledged if one >= min(kept, default="")} <= kept, "a newer one is lost"


def kill_often(times: int, folder: Path) -> None:
    (whole := folder / "whole").mkdir(parents=True)
    *_, said, _ = life(whole, 1, 0)
    steps = int(said.removeprefix("steps "))
    assert steps > 40
    chance, acknowledged = random.Random(5), list[str]()
    (cut := folder / "cut").mkdir()
    for turn in range(times):
        # spread over all steps, each time somewhere else
        step = turn * steps // times + 1 + chance.randrange(max(1, steps // times))
        acknowledged += [word for word in life(cut, 1 + 1000 * (turn % 90), min(step, steps)) if "-" in word]
        look(cut, acknowledged)
    *new, last, _ = life(cut, 99_001, 0)
    look(cut, acknowledged + new)
    versions = asyncio.run(stored(cut))
    assert len(versions) == KEPT.last
    assert set(BlobStore(cut / "backups", master_key(cut)).addresses()) >= {each.blob for each in versions}
    assert last.startswith("steps")


def test_a_backup_that_is_killed_at_any_step_leaves_nothing_torn(tmp_path: Path) -> None:
    kill_often(10, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_hundred_times(tmp_path: Path) -> None:
    kill_often(100, tmp_path)
