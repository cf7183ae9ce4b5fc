"""Recovers every stored configuration without the appliance, from the partner's storage and recovery key.

Needs neither the agent nor `state.db`: the contents, their manifests and the wrapped master key lie side by side.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.backups.either_key import EitherContents, EitherManifests
from cmsp_agent.services.backups.sealed_notes import version_of
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed.master_key import recovered_keys

LOST = "(no manifest)"


@dataclass(frozen=True, slots=True)
class Recovered:
    """One version: where it was written to, or what is wrong with it, or both."""

    component: str
    version: str
    taken_at: int
    path: Path | None
    error: str = ""


def recover(backups: Path, private_key: bytes, into: Path | None, password: bytes | None = None) -> list[Recovered]:
    """Open every version with the recovery key's private half and write it out in plain text.

    Args:
        backups: the directory of the backups, copied from the partner's storage or mounted.
        private_key: PEM.
        into: where to write; a folder for each component is made there, files of mode 0600: they hold secrets.
            None: everything is read and verified, and nothing is written.
        password: of the private key, where it has one.

    Raises:
        StorageError: there is no wrapped key, or it was wrapped for another recovery key, or `into` can't be written.
        ValueError: the private key can't be read, or the password is wrong.
    """
    keys = recovered_keys(backups, private_key, password)
    manifests, store = EitherManifests(backups, keys), EitherContents(backups, keys)
    found = [each for component in manifests.components() for each in _component(manifests, store, component, into)]
    return found + list(_without_manifest(manifests, store, into))


def _without_manifest(manifests: EitherManifests, store: EitherContents, into: Path | None) -> Iterator[Recovered]:
    """Contents that no manifest names: one was lost. Their notes say whose they are, and which version."""
    named = set[str]()
    for component in manifests.components():
        with contextlib.suppress(StorageError):
            named |= {backup.blob for backup in manifests.read(component)}
    for address in sorted(set(store.addresses()) - named):
        yield _orphan(store, address, into)


def _orphan(store: EitherContents, address: str, into: Path | None) -> Recovered:
    try:
        found = _version(store, version_of(store, address), into)
    except StorageError as error:
        return Recovered(LOST, address, 0, None, str(error))
    return replace(found, error=found.error or "no manifest names it: known by the note that is sealed with it")


def _component(
    manifests: EitherManifests, store: EitherContents, component: str, into: Path | None
) -> Iterator[Recovered]:
    try:
        versions = manifests.read(component)
    except StorageError as error:
        yield Recovered(component, "", 0, None, str(error))
        return
    for backup in versions:
        yield _version(store, backup, into)


def _version(store: EitherContents, backup: Backup, into: Path | None) -> Recovered:
    try:
        content = store.get(backup.blob)
    except StorageError as error:
        return Recovered(backup.component, backup.id, backup.taken_at, None, str(error))
    if into is None:
        return Recovered(backup.component, backup.id, backup.taken_at, None)
    good = ".known-good" if backup.known_good else ""
    folder = into / quote(backup.component, safe=" ")
    path = folder / f"{rfc3339(backup.taken_at)[:19].replace(':', '')}Z-{backup.id[-12:]}{good}.cfg"
    files.make_folder(folder)
    files.write_atomically(path, content)
    return Recovered(backup.component, backup.id, backup.taken_at, path)
