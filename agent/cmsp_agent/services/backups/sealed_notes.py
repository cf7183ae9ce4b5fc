"""What is sealed with each content: the version that it was stored for, so that a lost manifest is made again."""

import contextlib
from collections.abc import Container, Iterator
from dataclasses import replace
from typing import Protocol

from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.backups.copies import ManifestFiles
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode
from cmsp_agent.storage.sealed.blobs import BlobStore


class NotedContents(Protocol):
    """Contents with their notes."""

    def note(self, address: str) -> bytes:
        """What was said of a content when it was stored. Raises StorageError: it is missing or damaged."""
        ...


def noted(backup: Backup) -> bytes:
    """The note of a content that is stored for a version."""
    return encode(replace(backup, blob=""))


def version_of(store: NotedContents, address: str) -> Backup:
    """The version that a content was first stored for; blocking.

    Raises:
        StorageError: the content is missing or damaged, or has no note.
    """
    try:
        return replace(decode(store.note(address), Backup), blob=address)
    except DocumentInvalid as error:
        raise StorageError(f"the content {address} has no note of its version") from error


def all_versions(manifests: ManifestFiles, store: BlobStore) -> list[Backup]:
    """The versions of all components, the oldest first; a lost manifest is made again of the contents; blocking."""
    found = manifests.everything()
    found += versions_without_manifest(store, {version.blob for version in found})
    return sorted(found, key=lambda version: (version.taken_at, version.id))


def versions_without_manifest(store: BlobStore, named: Container[str]) -> Iterator[Backup]:
    """The versions of contents that no manifest names, where the contents open; blocking."""
    for address in sorted(store.addresses()):
        if address not in named:
            with contextlib.suppress(StorageError):
                yield version_of(store, address)
