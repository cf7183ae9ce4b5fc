"""Contents of backups as files: compressed, then sealed, named by a keyed hash, each stored once, verified when read.

Without the key, a name reveals nothing about the content. Sealed with each content is a note of what it is, from
which a lost manifest is made again; before it stands the wrapped data key that opens it.
"""

import contextlib
import hmac
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.compression import SMALL, compress, decompress
from cmsp_agent.storage.sealed.data_keys import DataKey, DataKeys
from cmsp_agent.storage.sealed.master_key import MasterKey

T = TypeVar("T")

MOST_BYTES = 64 * 1024 * 1024
"""Of one content, before compression."""
SECONDS = 60.0
"""For one file: the partner's storage may be a mount that hangs."""
SUFFIX = ".cmsp"
MAGIC = b"cmsp-content-2\n"
_SHORT, _LONG = struct.Struct(">H"), struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a file holds: the wrapped data key, and what that key sealed."""

    wrapped: bytes
    sealed: bytes

    def encoded(self) -> bytes:
        """As it is in the file."""
        return MAGIC + _SHORT.pack(len(self.wrapped)) + self.wrapped + self.sealed


def parts_of(file: bytes) -> Parts:
    """Read a file. Raises StorageError where it has another form."""
    start = len(MAGIC) + _SHORT.size
    if not file.startswith(MAGIC) or len(file) < start:
        raise StorageError("damaged: not a sealed content")
    (size,) = _SHORT.unpack(file[len(MAGIC) : start])
    return Parts(file[start : start + size], file[start + size :])


class BlobStore:
    """Files in a directory; blocking. `Blobs` is the same for the event loop."""

    def __init__(self, directory: Path, key: MasterKey) -> None:
        self._directory = directory
        self._keys = DataKeys(directory, key)

    def fingerprint(self, component: str, content: bytes) -> str:
        """A keyed hash: equal for equal contents of a component, and revealing nothing without the key.

        Raises:
            StorageError: the component has no key yet, and it can't be written.
        """
        return self._keys.of(component).fingerprint(content)

    def put(self, component: str, content: bytes, note: bytes = b"") -> str:
        """Make the content durable and return its address; what is there already, and whole, is not written again.

        Args:
            component: whose data key seals it.
            content: what to store.
            note: what it is, sealed with it.

        Raises:
            StorageFull: no room left; nothing was written.
            StorageError: too large, or the directory can't be written.
        """
        if len(content) > MOST_BYTES:
            raise StorageError(f"a content of {len(content)} bytes; at most {MOST_BYTES} are stored")
        key = self._keys.of(component)
        address = key.address(content)
        if not self._whole(address):
            path = self._path(address)
            files.make_folder(path.parent)
            files.write_atomically(path, _sealed(key, address, content, note))
        return address

    def get(self, address: str) -> bytes:
        """The content.

        Raises:
            StorageError: it is missing or damaged.
        """
        return self._opened(address)[0]

    def note(self, address: str) -> bytes:
        """What was said of the content when it was stored. Raises StorageError as `get`."""
        return self._opened(address)[1]

    def _opened(self, address: str) -> tuple[bytes, bytes]:
        path = self._path(address)
        file = files.read(path, MOST_BYTES + 4096)
        if file is None:
            raise StorageError(f"{path}: there is no such content")
        try:
            parts = parts_of(file)
            key = self._keys.unwrapped(parts.wrapped)
            opened = key.sealer().open(parts.sealed, address.encode())
            (size,) = _LONG.unpack_from(opened)
            content = decompress(opened[_LONG.size + size :], MOST_BYTES)
        except (StorageError, ValueError, struct.error) as error:
            raise StorageError(f"{path}: {error}") from error
        if not hmac.compare_digest(key.address(content), address):
            raise StorageError(f"{path}: not the content of this address")
        return content, opened[_LONG.size : _LONG.size + size]

    def wrap_again(self, address: str, other: MasterKey) -> None:
        """Let another master key open the content; nothing happens where it does already.

        Raises:
            StorageError: the file is missing or damaged, or can't be written.
        """
        path = self._path(address)
        parts = parts_of(files.read(path, MOST_BYTES + 4096) or b"")
        wrapped = self._keys.wrapped_by(other, parts.wrapped)
        if wrapped != parts.wrapped:
            files.write_atomically(path, Parts(wrapped, parts.sealed).encoded())

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


def _sealed(key: DataKey, address: str, content: bytes, note: bytes) -> bytes:
    inside = _LONG.pack(len(note)) + note + compress(content, SMALL)
    return Parts(key.wrapped, key.sealer().seal(inside, address.encode())).encoded()


class Blobs:
    """The store for the event loop: a hanging disk costs its own callers a deadline, and others nothing."""

    def __init__(self, directory: Path, key: MasterKey, threads: Threads = SYSTEM_THREADS) -> None:
        self._store = BlobStore(directory, key)
        self._pool = BlockingPool("blobs", threads=2, waiting=256, source=threads)

    async def fingerprint(self, component: str, content: bytes) -> str:
        """As `BlobStore.fingerprint`."""
        return await self._run(partial(self._store.fingerprint, component, content))

    async def put(self, component: str, content: bytes, note: bytes = b"") -> str:
        """As `BlobStore.put`.

        Raises:
            StorageFull: no room left; nothing was written.
            StorageError: too large, or the directory can't be written in time.
        """
        return await self._run(partial(self._store.put, component, content, note))

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
