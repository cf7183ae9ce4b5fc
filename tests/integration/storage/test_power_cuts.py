"""The power is cut at enumerated points of a run under load; the disk is found in any state that its syncs permit."""

import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import AgentError
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.services.backups.copies import ManifestFiles
from cmsp_agent.storage import outbox
from cmsp_agent.storage.identity import CERTIFICATE, KEY, IdentityFiles
from cmsp_agent.storage.revisions import APPLIED, RevisionFiles
from cmsp_agent.storage.sealed.blobs import BlobStore
from cmsp_agent.storage.sealed.master_key import MasterKey, master_key
from cmsp_agent.storage.sealed.vault import Vault
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from tests.integration.storage.cut_victim import APPLIANCE
from tests.lab.disk import Disk, Loss, Step, compiler, recorded_run

COMMITS = 220
"""Enough for a checkpoint of the WAL in the middle of the load."""

pytestmark = pytest.mark.skipif(compiler() is None, reason="there is no C compiler for the recorder")


Look = Callable[[Path, "Said"], Awaitable[list[str]]]


@dataclass
class Said:
    """What the victim said before the cut."""

    events: dict[str, int] = field(default_factory=dict)
    sent: dict[int, str] = field(default_factory=dict)
    marked: int = 0
    secrets: dict[str, int] = field(default_factory=dict)
    contents: dict[str, int] = field(default_factory=dict)
    key: str = ""
    manifest: int = -1
    revisions: dict[int, int] = field(default_factory=dict)
    identity: int = -1
    quarantined: set[str] = field(default_factory=set)

    def take(self, line: str) -> None:
        match json.loads(line):
            case ["event", name, sequence]:
                self.events[name] = sequence
            case ["sent", name, sequence, marked]:
                self.sent[sequence] = name
                self.marked = marked
            case ["secret", name, number]:
                self.secrets[name] = number
            case ["content", address, number]:
                self.contents[address] = number
            case ["manifest", "gw", number]:
                self.manifest = number
            case ["key", key]:
                self.key = key
            case ["revision", revision, number]:
                self.revisions[revision] = number
            case ["identity", number]:
                self.identity = number
            case ["quarantined", plugin]:
                self.quarantined.add(plugin)


@pytest.fixture(scope="module")
def recorded(place: Path) -> list[Step]:
    """What a victim did, from the creation of everything on."""
    return recorded_run(place, "tests.integration.storage.cut_victim", COMMITS)


async def problems(directory: Path, said: Said) -> list[str]:
    """What is wrong with a state that was found, once the product has opened it."""
    database = await open_state(directory / "state.db", APPLIANCE, clock=SystemClock(), counters=Counters(), reserve=0)
    try:
        found = await problems_of_records(database, said)
    finally:
        await database.close()
    return found + await problems_beside(directory, said)


async def problems_beside(directory: Path, said: Said) -> list[str]:
    """What is wrong with the files beside the database."""
    try:
        return problems_of_files(directory, said)
    except (AgentError, KeyError) as error:
        return [f"{type(error).__name__}: {error}"]


async def problems_of_records(database: Database, said: Said) -> list[str]:
    if database.opening.set_aside is not None:
        return [f"set aside: {database.opening.damage}"]
    kept = await database.read(
        lambda connection: {str(name) for (name,) in connection.execute("select id from events")}
    )
    found = [f"acknowledged and lost: {name}" for name in said.events.keys() - kept]
    backlog = await database.read(outbox.backlog)
    if await database.read(outbox.sent) < said.marked:
        found.append("more was sent than is remembered")
    waiting: dict[int, str] = {}
    after = backlog.durable
    while batch := await database.read(lambda connection, after=after: outbox.read_batch(connection, after)):  # type: ignore[misc]
        waiting.update((int(record["sequence"]), record["id"]) for record in json.loads(batch.body))
        after = batch.last
    found += [
        f"{sequence} was {name} and is {waiting.get(sequence)}"
        for sequence, name in {**{number: name for name, number in said.events.items()}, **said.sent}.items()
        if sequence > backlog.durable and waiting.get(sequence) != name
    ]
    return found


def problems_of_files(directory: Path, said: Said) -> list[str]:
    key = master_key(directory)
    vault, blobs = Vault(directory / "vault.json", key), BlobStore(directory / "backups" / "blobs", key)
    found: list[str] = ["the master key is another one"] if said.key not in ("", _mark_of(key)) else []
    for name, number in said.secrets.items():
        value = vault.find(name)
        if value is None or int(value.removeprefix("value ")) < number:
            found.append(f"secret {name} is {value}, was {number}")
    for address, number in said.contents.items():
        if blobs.get(address) != (f"hostname gw\n! {number}\n" * 50).encode():
            found.append(f"content {address}")
    if said.manifest >= 0:
        versions = ManifestFiles(directory / "backups", key).read("gw")
        if versions[0].taken_at < said.manifest:
            found.append("the manifest is not what was said")
    return found + problems_of_identity(directory, said) + problems_of_lists(directory, said)


def problems_of_identity(directory: Path, said: Said) -> list[str]:
    """The one that was installed or a later one, whole."""
    if said.identity < 0:
        return []
    kept = IdentityFiles(directory)
    numbers = {(kept.content(name) or b"none -1").split()[-1] for name in (KEY, CERTIFICATE)}
    return [] if len(numbers) == 1 and int(*numbers) >= said.identity else [f"identity {said.identity} is {numbers}"]


def _mark_of(key: MasterKey) -> str:
    return key.derived("power cuts").hex()


def problems_of_lists(directory: Path, said: Said) -> list[str]:
    """What became of the versions of the site file, and of the plugins that are kept out."""
    kept, found = RevisionFiles(directory), []
    for revision, number in said.revisions.items():
        if kept.text(revision) != f"# {number}\n" * 300:
            found.append(f"revision {revision} is not what was said")
    fresh = kept.add("# after the cut\n", 0, "noc", APPLIED).number
    if fresh in said.revisions:
        found.append(f"revision {fresh} is there twice")
    if lost := said.quarantined - Quarantine(directory / "quarantine.json").entries().keys():
        found.append(f"loaded again: {lost}")
    if (directory / "quarantine.unreadable").exists():
        found.append("the list of plugins that are kept out can't be read")
    return found


async def cut(
    recorded: list[Step], place: Path, states: int, upto: int = 0, look: Look = problems, **disk: Any
) -> tuple[int, list[str]]:
    """Cut the power so many times, at points that are spread over the run; the states that were wrong, and why.

    Args:
        recorded: what the victim did.
        place: where the states are laid.
        states: how many, at least.
        upto: the steps of the beginning to which the cuts are confined; 0: all.
        look: finds what is wrong with a state.
        disk: how the disk behaves.
    """
    recorded = recorded[:upto] if upto else recorded
    victim, directory = str(place / "victim"), place / "found"
    dice, rebuilt, said = Random(20261127), Disk(**disk), Said()
    points = {int(number * len(recorded) / states) for number in range(states)}
    each = -(-states // len(points))
    done, wrong = 0, []
    for number, step in enumerate(recorded):
        if step.path.endswith("/said"):
            if step.what == "write":
                said.take(step.data.decode())
        elif not step.path.endswith("-shm"):
            rebuilt.take(step)
        if number not in points:
            continue
        for _ in range(each):
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            loss = list(Loss)[done % len(Loss)]
            rebuilt.found(victim, directory, loss, dice)
            done += 1
            wrong += [f"step {number}, {loss.value}: {text}" for text in (await look(directory, said))[:3]]
    return done, wrong


@pytest.mark.timeout(400)
async def test_2000_power_cuts(recorded: list[Step], place: Path) -> None:
    done, wrong = await cut(recorded, place, 2000)
    assert wrong == []
    assert done >= 2000


def steps_until(recorded: list[Step], word: str) -> int:
    """How many steps there are until the victim says a word for the first time."""
    return next(number for number, step in enumerate(recorded) if step.data.startswith(f'["{word}"'.encode())) + 1


@pytest.mark.parametrize("each", [2, pytest.param(64, marks=pytest.mark.long)])
@pytest.mark.timeout(400)
async def test_every_step_of_the_first_creation(recorded: list[Step], place: Path, each: int) -> None:
    first = steps_until(recorded, "open")
    done, wrong = await cut(recorded, place, first * each, upto=first)
    assert wrong == []
    assert done >= first * each


@pytest.mark.parametrize("each", [1, pytest.param(16, marks=pytest.mark.long)])
@pytest.mark.timeout(400)
async def test_every_step_until_each_file_was_made_once(recorded: list[Step], place: Path, each: int) -> None:
    first = steps_until(recorded, "quarantined")
    done, wrong = await cut(recorded, place, first * each, upto=first)
    assert wrong == []
    assert done >= first * each


@pytest.mark.long
@pytest.mark.timeout(3000)
async def test_10000_power_cuts(recorded: list[Step], place: Path) -> None:
    done, wrong = await cut(recorded, place, 10_000)
    assert wrong == []
    assert done >= 10_000


async def test_a_disk_that_ignores_syncs_is_found_out(recorded: list[Step], place: Path) -> None:
    _, wrong = await cut(recorded, place, 60, ignoring_syncs=True)
    assert len(wrong) > 30
    first = steps_until(recorded, "quarantined")
    _, wrong = await cut(recorded, place, 400, upto=first, look=problems_beside, ignoring_syncs=True)
    assert len(wrong) > 10


async def test_a_run_has_all_that_can_be_cut(recorded: list[Step]) -> None:
    """The load is one: the WAL is checkpointed in it, files are replaced, and it says thousands of things."""
    into = {(step.what, Path(step.path).name) for step in recorded}
    assert {("write", "state.db"), ("write", "state.db-wal"), ("sync", "state.db"), ("sync", "state.db-wal")} <= into
    assert sum(step.what == "rename" for step in recorded) > 20
    assert sum(step.path.endswith("/said") for step in recorded) > 1000
