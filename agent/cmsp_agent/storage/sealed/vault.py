"""The vault: secrets of the site by name, each sealed with AES-256-GCM. Values leave it only through `find`."""

import base64
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cmsp_agent.model.errors import Problem, SecretUnusable, StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode
from cmsp_agent.storage.sealed.master_key import MasterKey

FILE = "vault.json"
MOST_BYTES = 4 * 1024 * 1024
LONGEST_NAME = 128
LONGEST_SECRET = 64 * 1024
DAMAGED = (
    "the vault is damaged and none of its secrets can be read; set each of them again: cmsp-agent secret set NAME "
    "(the damaged file is kept beside the new one)"
)


class VaultDamaged(StorageError):
    """The file is there, and is no vault."""


@dataclass(frozen=True, slots=True)
class VaultContent:
    """The file's content: each secret sealed, in base64, under its name."""

    secrets: dict[str, str]
    version: int = 1


class Vault:
    """A file of sealed secrets. Read anew when it changed, so that `secret set` needs no restart."""

    called = "vault"

    def __init__(self, path: Path, key: MasterKey) -> None:
        self._path = path
        self._sealer = key.sealer("vault")
        self._problem = key.problem
        self._seen: files.Stamp = None
        self._sealed: dict[str, str] = {}

    def find(self, name: str) -> str | None:
        """The secret of this name, or None.

        Raises:
            SecretUnusable: there is one that can't be opened, or the vault can't be read.
        """
        try:
            sealed = self._read().get(name)
        except StorageError as error:
            text = str(error).removeprefix(f"{self._path}: ")
            raise SecretUnusable([Problem(str(self._path), 0, "", text)]) from error
        if sealed is None:
            return None
        if self._problem:
            raise SecretUnusable([Problem(str(self._path), 0, "", f"it can't be opened: {self._problem}")])
        try:
            return self._sealer.open(base64.b64decode(sealed), name.encode()).decode()
        except (StorageError, ValueError):
            text = f"the secret '{name}' can't be opened with this appliance's key; set it again"
            raise SecretUnusable([Problem(str(self._path), 0, name, text)]) from None

    def has(self, name: str) -> bool:
        """Whether there is a secret of this name. Raises as `find`."""
        return self.find(name) is not None

    def names(self) -> list[str]:
        """The names, sorted.

        Raises:
            StorageError: the vault can't be read.
        """
        return sorted(self._read())

    def set(self, name: str, value: str) -> None:
        """Keep or replace a secret.

        Raises:
            ValueError: the name or the value is empty or too long.
            StorageFull: no room left; the vault is as before.
            VaultDamaged: see `set_aside`.
            StorageError: the vault can't be read or written.
        """
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise ValueError(f"a secret's name has 1 to {LONGEST_NAME} printable characters")
        if not 0 < len(value) <= LONGEST_SECRET:
            raise ValueError(f"a secret has 1 to {LONGEST_SECRET} characters")
        sealed = base64.b64encode(self._sealer.seal(value.encode(), name.encode())).decode()
        self._change(lambda secrets: secrets.update({name: sealed}))

    def delete(self, name: str) -> bool:
        """Forget a secret; False where there was none."""
        if name not in self._read():
            return False
        self._change(lambda secrets: secrets.pop(name, None))
        return True

    def set_aside(self) -> Path:
        """Move a damaged vault out of the way, to begin a new one; returns where it is kept.

        Raises:
            StorageError: it can't be moved.
        """
        kept = self._path.with_name(f"{self._path.name}.damaged-{self._path.stat().st_mtime_ns // 1_000_000}")
        try:
            self._path.replace(kept)
        except OSError as error:
            raise files.storage_error(error, self._path) from error
        return kept

    def _change(self, change: Callable[[dict[str, str]], object]) -> None:
        with self._locked():
            secrets = dict(self._read())
            change(secrets)
            files.write_atomically(self._path, encode(VaultContent(secrets)))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two people may set secrets at the same time."""
        try:
            descriptor = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise files.storage_error(error, self._path) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> dict[str, str]:
        stamp = files.stamp(self._path)
        if stamp is None or stamp != self._seen:
            content = files.read(self._path, MOST_BYTES)
            self._sealed, self._seen = {} if content is None else self._parsed(content), stamp
        return self._sealed

    def _parsed(self, content: bytes) -> dict[str, str]:
        try:
            return decode(content, VaultContent).secrets
        except DocumentInvalid as error:
            raise VaultDamaged(f"{self._path}: {DAMAGED}") from error
