"""Replaces the master key while the agent is stopped: what the old one opened, the new one opens, and the old none.

Each step can be done again: a change that was interrupted goes on where it stopped. The key's own file is last.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cmsp_agent.model.errors import ConfigurationError, StorageError
from cmsp_agent.services.backups.copies import ManifestFiles
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed import vault
from cmsp_agent.storage.sealed.backup_set import MARK, BackupSet
from cmsp_agent.storage.sealed.blobs import BlobStore
from cmsp_agent.storage.sealed.data_keys import DataKeys
from cmsp_agent.storage.sealed.kept_keys import keep_keys
from cmsp_agent.storage.sealed.master_key import (
    FILE,
    NEXT,
    WRAPPED_NEXT,
    MasterKey,
    check_recovery_key,
    keep_wrapped,
    keys_of_rotation,
)
from cmsp_agent.storage.sealed.vault import Vault
from cmsp_agent.storage.sqlite.connections import sync_directory


@dataclass(frozen=True, slots=True)
class Rotated:
    """What the new key opens now, and what neither key opened."""

    contents: int
    components: int
    secrets: int
    damaged: tuple[str, ...]


def rotate(state: Path, backups: Path, recovery_key: Path | None) -> Rotated:
    """Make a new master key and let it open everything.

    Contents are not sealed anew: their data keys are wrapped again, and later contents get new data keys.

    Args:
        state: the directory of the state, with the master key.
        backups: the directory of the backups.
        recovery_key: the partner's public key, for the wrapped copy; None: there is none.

    Raises:
        ConfigurationError: the master key is in no file here, or the recovery key can't be used.
        StorageError: something can't be read or written; the same again goes on.
    """
    if recovery_key is not None:
        check_recovery_key(recovery_key)
    present, fresh = keys_of_rotation(state, partial(_require_ours, backups))
    _require_ours(backups, present, fresh)
    if recovery_key is not None:
        keep_wrapped(fresh, recovery_key, backups, WRAPPED_NEXT)
    secrets = _seal_secrets(state, present, fresh)
    contents, damaged = _contents(backups, present, fresh)
    components, torn = _manifests(backups, present, fresh)
    for path in DataKeys(backups, present).paths():
        path.unlink()
    BackupSet(backups, fresh, recovery_key, lambda: True).claim()
    (backups / WRAPPED_NEXT).unlink(missing_ok=True)
    keep_keys(state, present, fresh)
    draft = state / f"{vault.FILE}.new"
    try:
        if draft.exists():
            draft.replace(state / vault.FILE)
        (state / NEXT).replace(state / FILE)
        sync_directory(state)
    except OSError as error:
        raise files.storage_error(error, state) from error
    return Rotated(contents, components, secrets, (*damaged, *torn))


def _require_ours(backups: Path, *keys: MasterKey) -> None:
    mark = files.read(backups / MARK, 1024)
    names = {BackupSet(backups, key, None, lambda: True).mark for key in keys}
    if mark is None or mark.strip() not in names:
        raise StorageError(f"{backups} does not hold this appliance's backups: mount the backup storage first")


def _contents(backups: Path, present: MasterKey, fresh: MasterKey) -> tuple[int, list[str]]:
    store, done, damaged = BlobStore(backups, present), 0, list[str]()
    for address in sorted(store.addresses()):
        try:
            store.wrap_again(address, fresh)
            done += 1
        except StorageError as error:
            damaged.append(_damage(error))
    return done, damaged


def _damage(error: StorageError) -> str:
    """What is wrong with a file that neither key opens.

    Raises:
        StorageError: the disk is at fault: the old key may not go, it opens the file once the disk answers.
    """
    if isinstance(error.__cause__, OSError):
        kept = "the present key stays in force; then the same again goes on where this stopped"
        raise StorageError(f"{error}: mend it, or take the file away; {kept}") from error.__cause__
    return str(error)


def _manifests(backups: Path, present: MasterKey, fresh: MasterKey) -> tuple[int, list[str]]:
    old, new, damaged = ManifestFiles(backups, present), ManifestFiles(backups, fresh), list[str]()
    names = list(old.components())
    for name in names:
        if _opens(new, name):
            continue
        try:
            new.write(name, old.read(name))
        except StorageError as error:
            damaged.append(_damage(error))
    return len(names), damaged


def _opens(manifests: ManifestFiles, name: str) -> bool:
    try:
        manifests.read(name)
    except StorageError:
        return False
    return True


def _seal_secrets(state: Path, present: MasterKey, fresh: MasterKey) -> int:
    """A vault for the new key, beside the old one until the key itself is in its place."""
    path = state / vault.FILE
    if not path.exists():
        return 0
    old, new = Vault(path, present), Vault(path, fresh)
    values = {name: _secret(new, name) or old.find(name) or "" for name in old.names()}
    draft = state / f"{vault.FILE}.new"
    draft.unlink(missing_ok=True)
    made = Vault(draft, fresh)
    for name, value in values.items():
        made.set(name, value)
    return len(values)


def _secret(secrets: Vault, name: str) -> str | None:
    try:
        return secrets.find(name)
    except ConfigurationError:
        return None
