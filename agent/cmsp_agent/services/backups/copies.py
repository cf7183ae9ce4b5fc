"""Copies of the manifest beside the contents: with them a recovery key opens everything, without `state.db`."""

import contextlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.backup import Backup
from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode
from cmsp_agent.storage.sealed.master_key import MasterKey

FOLDER = "manifests"
SUFFIX = ".cmsp"
PURPOSE = "backup manifests"
MOST_BYTES = 16 * 1024 * 1024
SECONDS = 30.0


class ManifestFiles:
    """One sealed file for each component in the directory of the backups; blocking."""

    def __init__(self, directory: Path, key: MasterKey) -> None:
        self._directory = directory / FOLDER
        self._sealer = key.sealer(PURPOSE)

    def write(self, component: str, versions: Sequence[Backup]) -> None:
        """Replace the component's file.

        Raises:
            StorageFull: no room left; the old file stays.
            StorageError: it can't be written.
        """
        path = self._path(component)
        files.make_folder(path.parent)
        files.write_atomically(path, self._sealer.seal(encode(list(versions)), component.encode()))

    def read(self, component: str) -> list[Backup]:
        """The component's versions, as they were when the file was written.

        Raises:
            StorageError: it is missing or damaged, or was sealed with another key.
        """
        path = self._path(component)
        sealed = files.read(path, MOST_BYTES)
        if sealed is None:
            raise StorageError(f"{path}: there is no such manifest")
        try:
            return decode(self._sealer.open(sealed, component.encode()), list[Backup])
        except (StorageError, DocumentInvalid) as error:
            raise StorageError(f"{path}: {error}") from error

    def everything(self) -> list[Backup]:
        """The versions of all components, the oldest first; a damaged manifest is passed over."""
        found: list[Backup] = []
        for component in self.components():
            with contextlib.suppress(StorageError):
                found += self.read(component)
        return sorted(found, key=lambda version: (version.taken_at, version.id))

    def all_open(self) -> bool:
        """Whether there are manifests and each of them was sealed with this key; a damaged one counts as another's."""
        names = list(self.components())
        return bool(names) and all(self._opens(name) for name in names)

    def _opens(self, component: str) -> bool:
        try:
            self.read(component)
        except StorageError:
            return False
        return True

    def components(self) -> Iterator[str]:
        """The components that have a file, by name."""
        paths = sorted(self._directory.glob(f"*{SUFFIX}"))
        return (unquote(path.stem) for path in paths if not path.name.startswith("."))

    def _path(self, component: str) -> Path:
        return self._directory / f"{quote(component, safe='')}{SUFFIX}"


class ManifestCopies:
    """The same for the event loop."""

    def __init__(self, directory: Path, key: MasterKey, threads: Threads = SYSTEM_THREADS) -> None:
        self._files = ManifestFiles(directory, key)
        self._pool = BlockingPool("manifests", threads=1, waiting=256, source=threads)

    async def write(self, component: str, versions: Sequence[Backup]) -> None:
        """As `ManifestFiles.write`; a disk that hangs is a StorageError after half a minute."""
        try:
            await self._pool.run(partial(self._files.write, component, versions), within=SECONDS)
        except (TimeoutError, PoolFull) as error:
            why = f"no answer in {SECONDS:g} s" if isinstance(error, TimeoutError) else str(error)
            raise StorageError(f"the backup storage did not take the manifest of {component}: {why}") from error

    async def close(self) -> None:
        """Wait shortly for what runs."""
        await self._pool.close()
