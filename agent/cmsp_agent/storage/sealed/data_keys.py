"""A data key for each component, wrapped by the master key; every content carries the wrapped key that opens it.

So a master key is replaced without opening a content, and a lost file of keys loses no content.
"""

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed import sealing
from cmsp_agent.storage.sealed.master_key import MasterKey

FOLDER = "keys"
SUFFIX = ".cmsp"
MOST_BYTES = 1024
_CONTEXT = b"data key"


@dataclass(frozen=True, slots=True)
class DataKey:
    """What seals the contents of one component, and names them. Its value is not shown."""

    wrapped: bytes
    """The key, sealed with the master key."""
    _value: bytes = field(repr=False)

    def sealer(self) -> sealing.Sealer:
        """Seals and opens contents."""
        return sealing.Sealer(sealing.derived(self._value, "content"))

    def address(self, content: bytes) -> str:
        """The name of a content: says nothing of it without the key."""
        return sealing.keyed_hash(sealing.derived(self._value, "address"), content)

    def fingerprint(self, content: bytes) -> str:
        """Equal for equal contents, and revealing nothing without the key."""
        return sealing.keyed_hash(sealing.derived(self._value, "fingerprint"), content)


class DataKeys:
    """The keys of a set of backups, in files beside the contents; blocking."""

    def __init__(self, directory: Path, key: MasterKey) -> None:
        self._directory = directory / FOLDER
        self._sealer = key.sealer("data keys")
        self._known: dict[str, DataKey] = {}
        self._lock = Lock()

    def of(self, component: str) -> DataKey:
        """The component's key; a new one if it has none or its own can't be opened.

        Raises:
            StorageError: it can't be written.
        """
        with self._lock:
            if component not in self._known:
                self._known[component] = self._read(component) or self._make(component)
            return self._known[component]

    def unwrapped(self, wrapped: bytes) -> DataKey:
        """The key that a content carries.

        Raises:
            StorageError: damaged, or wrapped by another master key.
        """
        return DataKey(wrapped, self._sealer.open(wrapped, _CONTEXT))

    def wrapped_by(self, other: MasterKey, wrapped: bytes) -> bytes:
        """A wrapped key, wrapped by another master key instead; one that is so already stays.

        Raises:
            StorageError: neither opens it.
        """
        fresh = other.sealer("data keys")
        try:
            value = self._sealer.open(wrapped, _CONTEXT)
        except StorageError:
            fresh.open(wrapped, _CONTEXT)
            return wrapped
        return fresh.seal(value, _CONTEXT)

    def paths(self) -> list[Path]:
        """The files of all keys."""
        return sorted(path for path in self._directory.glob(f"*{SUFFIX}") if not path.name.startswith("."))

    def _path(self, component: str) -> Path:
        return self._directory / f"{quote(component, safe='')}{SUFFIX}"

    def _read(self, component: str) -> DataKey | None:
        wrapped = files.read(self._path(component), MOST_BYTES)
        try:
            return self.unwrapped(wrapped) if wrapped else None
        except StorageError:
            return None

    def _make(self, component: str) -> DataKey:
        made, path = sealing.new_key(), self._path(component)
        wrapped = self._sealer.seal(made, _CONTEXT)
        files.make_folder(path.parent)
        files.write_atomically(path, wrapped)
        return DataKey(wrapped, made)
