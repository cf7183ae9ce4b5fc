"""Contents of backups as files: compressed, then sealed, named by a keyed hash, each stored once, verified when read.

Without the key, a name reveals nothing about the content. What belongs to which component is in the manifest.
"""

import contextlib
import hmac
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.compression import SMALL, compress, decompress
from cmsp_agent.storage.sealed.master_key import MasterKey
from cmsp_agent.storage.sealed.sealing import keyed_hash

T = TypeVar("T")

MOST_BYTES = 64 * 1024 * 1024
"""Of one content, before compression."""
SECONDS = 60.0
"""For one file: the partner's storage may be a mount that hangs."""
SUFFIX = ".cmsp"


class BlobStore:
    """Files in a directory; blocking. `Blobs` is the same for the event loop."""

    def __init__(self, directory: Path, key: MasterKey) -> None:
        self._directory = directory
        self._sealer = key.sealer("blobs")
        self._address_key = key.derived("blob addresses")
        self._fingerprint_key = key.derived("fingerprints")

    def fingerprint(self, content: bytes) -> str:
        """A keyed hash: equal for equal contents, and revealing nothing without the key."""
        return keyed_hash(self._fingerprint_key, content)

    def put(self, content: bytes) -> str:
        """Make the content durable and return its address; what is there already, and whole, is not written again.

        Raises:
            StorageFull: no room left; nothing was written.
            StorageError: too large, or the directory can't be written.
        """
        if len(content) > MOST_BYTES:
            raise StorageError(f"a content of {len(content)} bytes; at most {MOST_BYTES} are stored")
        address = keyed_hash(self._address_key, content)
        if not self._whole(address):
            path = self._path(address)
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise files.storage_error(error, path) from error
            files.write_atomically(path, self._sealer.seal(compress(content, SMALL), address.encode()))
        return address

    def get(self, address: str) -> bytes:
        """The content.

        Raises:
            StorageError: it is missing or damaged.
        """
        path = self._path(address)
        sealed = files.read(path, MOST_BYTES + 4096)
        if sealed is None:
            raise StorageError(f"{path}: there is no such content")
        try:
            content = decompress(self._sealer.open(sealed, address.encode()), MOST_BYTES)
        except (StorageError, ValueError) as error:
            raise StorageError(f"{path}: {error}") from error
        if not hmac.compare_digest(keyed_hash(self._address_key, content), address):
            raise StorageError(f"{path}: not the content of this address")
        return content

    def delete(self, address: str) -> bool:
        """Take a content away; False where it was not there.

        Raises:
            StorageError: it can't be deleted.
        """
        path = self._path(address)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise files.storage_error(error, path) from error
        return True

    def addresses(self) -> Iterator[str]:
        """The addresses of all contents."""
        return (path.stem for path in self._directory.glob(f"??/*{SUFFIX}") if not path.name.startswith("."))

    def size(self) -> int:
        """Bytes that all contents take on disk."""
        total = 0
        for address in self.addresses():
            with contextlib.suppress(OSError):
                total += self._path(address).stat().st_size
        return total

    def _whole(self, address: str) -> bool:
        if not self._path(address).exists():
            return False
        try:
            self.get(address)
        except StorageError:
            return False
        return True

    def _path(self, address: str) -> Path:
        if len(address) != 64 or not set(address) <= set("0123456789abcdef"):
            raise StorageError(f"{address!r} is not the address of a content")
        return self._directory / address[:2] / f"{address}{SUFFIX}"


class Blobs:
    """The store for the event loop: a hanging disk costs its own callers a deadline, and others nothing."""

    def __init__(self, directory: Path, key: MasterKey, threads: Threads = SYSTEM_THREADS) -> None:
        self._store = BlobStore(directory, key)
        self._pool = BlockingPool("blobs", threads=2, waiting=256, source=threads)

    def fingerprint(self, content: bytes) -> str:
        """A keyed hash: equal for equal contents, and revealing nothing without the key."""
        return self._store.fingerprint(content)

    async def put(self, content: bytes) -> str:
        """As `BlobStore.put`.

        Raises:
            StorageFull: no room left; nothing was written.
            StorageError: too large, or the directory can't be written in time.
        """
        return await self._run(partial(self._store.put, content))

    async def get(self, address: str) -> bytes:
        """As `BlobStore.get`.

        Raises:
            StorageError: it is missing or damaged, or could not be read in time.
        """
        return await self._run(partial(self._store.get, address))

    async def delete(self, address: str) -> bool:
        """As `BlobStore.delete`.

        Raises:
            StorageError: it can't be deleted.
        """
        return await self._run(partial(self._store.delete, address))

    async def size(self) -> int:
        """Bytes that all contents take on disk."""
        return await self._run(self._store.size)

    async def close(self) -> None:
        """Wait shortly for what runs."""
        await self._pool.close()

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await self._pool.run(work, within=SECONDS)
        except TimeoutError as error:
            raise StorageError(f"the backup storage did not answer in {SECONDS:g} s") from error
        except PoolFull as error:
            raise StorageError("too many contents wait for the backup storage") from error
