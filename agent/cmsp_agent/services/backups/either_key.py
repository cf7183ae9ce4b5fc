"""A set whose master key is being replaced: each manifest and each content is opened by the one key or by the other."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.backups.copies import ManifestFiles
from cmsp_agent.storage.sealed.blobs import BlobStore
from cmsp_agent.storage.sealed.master_key import MasterKey

T = TypeVar("T")


class EitherManifests:
    """Reads the manifests.

    Args:
        directory: of the backups.
        keys: the present one first.
    """

    def __init__(self, directory: Path, keys: Sequence[MasterKey]) -> None:
        self._each = [ManifestFiles(directory, key) for key in keys]

    def components(self) -> Iterator[str]:
        """The components that have a manifest."""
        return self._each[0].components()

    def read(self, component: str) -> list[Backup]:
        """A component's versions. Raises StorageError where no key opens it."""
        return _opened([partial(each.read, component) for each in self._each])


class EitherContents:
    """Reads the contents. Takes what `EitherManifests` takes."""

    def __init__(self, directory: Path, keys: Sequence[MasterKey]) -> None:
        self._each = [BlobStore(directory, key) for key in keys]

    def addresses(self) -> Iterator[str]:
        """The addresses of all contents."""
        return self._each[0].addresses()

    def get(self, address: str) -> bytes:
        """The content. Raises StorageError where no key opens it."""
        return _opened([partial(each.get, address) for each in self._each])

    def note(self, address: str) -> bytes:
        """What was said of the content when it was stored. Raises StorageError as `get`."""
        return _opened([partial(each.note, address) for each in self._each])


def _opened(works: Sequence[Callable[[], T]]) -> T:
    """The first answer; where there is none, the first error."""
    errors = list[StorageError]()
    for work in works:
        try:
            return work()
        except StorageError as error:
            errors.append(error)
    raise errors[0]
