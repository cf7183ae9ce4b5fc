"""The store through the nights: what the retention removes, what is damaged, and a key that is replaced."""

import errno
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import BackupsKept
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import ConfigurationError, StorageError
from cmsp_agent.services.backups.copies import ManifestCopies, ManifestFiles
from cmsp_agent.services.backups.manifest import Manifest
from cmsp_agent.services.backups.nightly import NIGHTS, VERSION_DAMAGED, Nightly
from cmsp_agent.services.backups.recovery import recover
from cmsp_agent.services.backups.removal import Removal
from cmsp_agent.services.backups.rotation import rotate
from cmsp_agent.services.backups.sealed_notes import all_versions, noted
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed.backup_set import MARK, BackupSet
from cmsp_agent.storage.sealed.blobs import Blobs, BlobStore
from cmsp_agent.storage.sealed.kept_keys import AUDIT
from cmsp_agent.storage.sealed.master_key import FILE, NEXT, MasterKey, install, master_key, recovered_keys
from cmsp_agent.storage.sealed.sealing import recovery_pair
from cmsp_agent.storage.sealed.vault import Vault
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import backups as table
from cmsp_agent.storage.tables import unneeded
from tests.lab.clock import ManualClock

DAY = 86_400_000
KEEP = BackupsKept(last=3, daily=0, weekly=0, monthly=0, yearly=0)


@dataclass
class Alarms:
    """The alarms that hold, by component and name."""

    held: dict[tuple[str, str], str] = field(default_factory=dict)

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        assert kind == VERSION_DAMAGED
        if raised:
            self.held[component, name] = text
        else:
            self.held.pop((component, name))


@dataclass
class Store:
    """A set of backups of one component, with everything that cares for it."""

    nightly: Nightly
    manifest: Manifest
    database: Database
    alarms: Alarms
    counters: Counters
    folder: Path
    clock_is_right: bool = True

    async def add(self, count: int) -> list[Backup]:
        """So many versions, a day apart."""
        found = []
        for number in range(count):
            draft = Backup(f"v{number:03}", "gw-1", number * DAY, 0, "", 10, "f")
            blob = await self.manifest.contents.put("gw-1", f"hostname gw-{number}\n".encode(), noted(draft))
            found.append(replace(draft, blob=blob))
            await self.database.write(lambda tx, one=found[-1]: table.save(tx, one))  # type: ignore[misc]
        await self.manifest.copy("gw-1")
        return found

    def files(self) -> set[str]:
        return {path.stem for path in (self.folder / "backups").glob("??/*.cmsp")}


@asynccontextmanager
async def closing_state(folder: Path) -> AsyncIterator[Database]:
    opened = await open_state(folder / "state.db", "apl", clock=ManualClock(), counters=Counters())
    yield opened
    await opened.close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    folder = tmp_path / "backups"
    folder.mkdir()
    key = master_key(tmp_path)
    BackupSet(folder, key, None, lambda: True).claim()
    blobs, copies, alarms, counters = Blobs(folder, key), ManifestCopies(folder, key), Alarms(), Counters()
    async with closing_state(tmp_path) as database:
        manifest = Manifest(database, blobs, copies)

        def turn(component: str) -> AbstractAsyncContextManager[object]:
            return nullcontext()

        async def believed() -> bool:
            return made.clock_is_right

        removal = Removal(manifest, database, turn, counters)
        conditions = Conditions(VERSION_DAMAGED, alarms)
        nightly = Nightly(manifest, removal, conditions, lambda: ["gw-1"], lambda: KEEP, ManualClock(), believed)
        made = Store(nightly, manifest, database, alarms, counters, tmp_path)
        yield made
        await blobs.close()
        await copies.close()


async def test_what_is_kept_no_more_goes_with_its_content(store: Store) -> None:
    versions, changed = await store.add(10), list[str]()
    store.manifest.follow(changed.append)
    await store.nightly.run()
    assert changed == ["gw-1"]
    left = await store.manifest.versions("gw-1")
    assert [each.id for each in left] == ["v009", "v008", "v007"]
    assert store.files() == {each.blob for each in versions[7:]}
    assert store.counters.value("backups.removed", "gw-1") == 7
    copied = ManifestFiles(store.folder / "backups", master_key(store.folder)).read("gw-1")
    assert [each.id for each in copied] == ["v009", "v008", "v007"]


async def test_a_clock_that_is_not_believed_removes_nothing(store: Store) -> None:
    await store.add(10)
    store.clock_is_right = False
    await store.nightly.run()
    assert len(await store.manifest.versions("gw-1")) == len(store.files()) == 10


async def test_a_content_that_another_version_needs_stays(store: Store) -> None:
    versions = await store.add(5)
    again = replace(versions[0], id="v900", taken_at=900 * DAY)
    await store.database.write(lambda tx: table.save(tx, again))
    await store.nightly.run()
    assert {each.id for each in await store.manifest.versions("gw-1")} == {"v900", "v004", "v003"}
    assert versions[0].blob in store.files()


async def test_what_a_killed_run_left_is_removed_by_the_next(store: Store) -> None:
    versions = await store.add(4)

    def removed_from_the_manifest_alone(tx: sqlite3.Connection) -> None:
        table.delete(tx, versions[0].id)
        unneeded.add(tx, "gw-1", [versions[0].blob])

    await store.database.write(removed_from_the_manifest_alone)
    await store.nightly.run()
    assert versions[0].blob not in store.files()


async def test_within_a_week_of_nights_each_version_is_decrypted(store: Store) -> None:
    versions = await store.add(3)
    path = next((store.folder / "backups").glob(f"??/{versions[0].blob}.cmsp"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    for night in range(NIGHTS):
        await store.nightly.verify(night)
    assert list(store.alarms.held) == [("gw-1", "v000")]
    path.write_bytes(whole)
    await store.nightly.verify(NIGHTS)
    assert not store.alarms.held


async def test_a_lost_manifest_is_made_again_of_the_contents(store: Store) -> None:
    versions = await store.add(3)
    folder, key = store.folder / "backups", master_key(store.folder)
    (folder / "manifests" / "gw-1.cmsp").unlink()
    assert all_versions(ManifestFiles(folder, key), BlobStore(folder, key)) == versions


async def test_a_store_that_was_known_is_not_used_without_its_marker(store: Store) -> None:
    await store.add(1)
    folder, key = store.folder / "backups", master_key(store.folder)
    ours = BackupSet(folder, key, None, ManifestFiles(folder, key).all_open)
    ours.require(known=True)
    (folder / MARK).unlink()
    with pytest.raises(StorageError, match=f"lacks the file {MARK}"):
        ours.require(known=True)
    assert ours.put_aside() is None, "what is ours stays where it is"
    ours.claim()
    ours.require(known=True)


class TestRotation:
    """The master key is replaced."""

    async def test_the_new_key_opens_everything_and_the_old_one_nothing(self, store: Store) -> None:
        versions = await store.add(3)
        state, folder = store.folder, store.folder / "backups"
        old = master_key(state)
        Vault(state / "vault.json", old).set("snmp", "hush")
        audited = AUDIT.read(state, old)
        done = rotate(state, folder, None)
        assert (done.contents, done.components, done.secrets, done.damaged) == (3, 1, 1, ())
        new = master_key(state)
        assert [BlobStore(folder, new).get(each.blob) for each in versions] == [
            f"hostname gw-{number}\n".encode() for number in range(3)
        ]
        with pytest.raises(StorageError):
            BlobStore(folder, old).get(versions[0].blob)
        assert len(ManifestFiles(folder, new).read("gw-1")) == 3
        assert Vault(state / "vault.json", new).find("snmp") == "hush"
        assert AUDIT.read(state, new) == audited
        BackupSet(folder, new, None, lambda: False).require(known=True)

    async def test_killed_after_each_step_it_goes_on(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        versions = await store.add(2)
        state, folder = store.folder, store.folder / "backups"
        Vault(state / "vault.json", master_key(state)).set("snmp", "hush")
        steps = ("_seal_secrets", "_contents", "_manifests", "keep_keys", "sync_directory")
        for step in steps:
            with monkeypatch.context() as patch:

                def killed(*given: object) -> None:
                    raise KeyboardInterrupt

                patch.setattr(f"cmsp_agent.services.backups.rotation.{step}", killed)
                with pytest.raises(KeyboardInterrupt):
                    rotate(state, folder, None)
            if (state / NEXT).exists():
                with pytest.raises(ConfigurationError, match="rotate-key"):
                    master_key(state)
        if (state / NEXT).exists():
            rotate(state, folder, None)
        new = master_key(state)
        assert (state / FILE).exists()
        assert BlobStore(folder, new).get(versions[0].blob) == b"hostname gw-0\n"
        assert Vault(state / "vault.json", new).find("snmp") == "hush"
        assert rotate(state, folder, None).damaged == ()

    async def test_a_disk_that_fails_ends_it_before_the_old_key_goes(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        versions = await store.add(3)
        state, folder = store.folder, store.folder / "backups"
        for failing in ("write_atomically", "read"):
            with monkeypatch.context() as patch:
                known = getattr(files, failing)

                def full(path: Path, *given: Any, of: Any = known) -> Any:
                    if path.suffix == ".cmsp" and path.parent.name != "keys":
                        raise files.storage_error(OSError(errno.EIO, "Input/output error"), path) from OSError(
                            errno.EIO
                        )
                    return of(path, *given)

                patch.setattr(files, failing, full)
                with pytest.raises(StorageError, match="the present key stays in force"):
                    rotate(state, folder, None)
        assert rotate(state, folder, None).damaged == ()
        assert BlobStore(folder, master_key(state)).get(versions[0].blob) == b"hostname gw-0\n"

    async def test_interrupted_in_the_middle_the_recovery_key_opens_everything_on_another_machine(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        versions = await store.add(3)
        state, folder, public = store.folder, store.folder / "backups", tmp_path / "recovery.pem"
        private, shown = recovery_pair()
        public.write_bytes(shown)
        BackupSet(folder, master_key(state), public, lambda: True).claim()
        done = list[str]()

        def wrap_again(one: BlobStore, address: str, other: MasterKey, of: Any = BlobStore.wrap_again) -> None:
            if done:
                raise KeyboardInterrupt
            done.append(address)
            of(one, address, other)

        with monkeypatch.context() as patch:
            patch.setattr(BlobStore, "wrap_again", wrap_again)
            with pytest.raises(KeyboardInterrupt):
                rotate(state, folder, public)
        assert [each.error for each in recover(folder, private, None)] == ["", "", ""]
        (machine := tmp_path / "machine").mkdir()
        for key, name in zip(recovered_keys(folder, private), (FILE, NEXT), strict=True):
            install(key, machine, name)
        assert rotate(machine, folder, public).damaged == ()
        assert BlobStore(folder, master_key(machine)).get(versions[2].blob) == b"hostname gw-2\n"
        assert [each.error for each in recover(folder, private, None)] == ["", "", ""]

    async def test_it_refuses_where_the_storage_is_not_mounted(self, store: Store, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(StorageError, match="mount"):
            rotate(store.folder, tmp_path / "empty", None)
        with pytest.raises(ConfigurationError, match="no such file"):
            rotate(store.folder, store.folder / "backups", tmp_path / "gone.pem")
        assert not (store.folder / NEXT).exists(), "the agent starts with the present key"
