"""Where the master key is: a systemd credential, else a file of mode 0600 that is made once; and its wrapped copy."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cmsp_agent.model.errors import ConfigurationError, Problem, StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed import sealing
from cmsp_agent.storage.sqlite.connections import sync_directory

FILE = "master.key"
NEXT = "master.key.next"
CREDENTIAL = "cmsp-master-key"
WRAPPED = "master.key.wrapped"
WRAPPED_NEXT = "master.key.next.wrapped"
"""While the master key is replaced: some contents are opened by the next one already."""
MOST_BYTES = 16 * 1024
REMEDY = "put the right file back, or move this one away and recover the key: cmsp-agent backup restore-key"


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key that all others are derived from. Its value is not shown."""

    source: str
    """Where it was read: a path."""
    _value: bytes = field(repr=False)
    problem: str = ""
    """Why it only stands in for a key that can't be used, and what helps; nothing is kept that it sealed."""

    def derived(self, purpose: str) -> bytes:
        """The key for a purpose."""
        return sealing.derived(self._value, purpose)

    def sealer(self, purpose: str) -> sealing.Sealer:
        """Seals and opens for a purpose."""
        return sealing.Sealer(self.derived(purpose))

    def wrapped(self, recovery_key: bytes) -> bytes:
        """This key, wrapped for a recovery key (see sealing.wrap)."""
        return sealing.wrap(self._value, recovery_key)


def master_key(directory: Path, credentials: Path | None = None) -> MasterKey:
    """Read the master key, or make it where there is none yet.

    Args:
        directory: of the state; the key's file is in it unless it comes as a credential.
        credentials: systemd's directory of credentials ($CREDENTIALS_DIRECTORY).

    Raises:
        ConfigurationError: others may read the file, or what is in it is not a key.
        StorageError: it can't be read or written.
    """
    if credentials is not None:
        given = credentials / CREDENTIAL
        content = files.read(given, MOST_BYTES)
        if content is not None:
            return _from(content, given)
    path = directory / FILE
    if _is_there(directory / NEXT):
        raise _unusable(
            directory / NEXT, "a change of the master key was interrupted; run: cmsp-agent backup rotate-key"
        )
    content = files.read(path, MOST_BYTES)
    if content is None:
        _create(path)
        content = files.read(path, MOST_BYTES)
    elif stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise _unusable(path, f"others may read the master key; run: chmod 600 {path}")
    return _from(content or b"", path)


def stand_in(problem: str) -> MasterKey:
    """A key for this run, where the appliance's own can't be used: nothing that was sealed is opened by it."""
    return MasterKey("", sealing.new_key(), problem)


def keys_of_rotation(directory: Path, require: Callable[[MasterKey], None]) -> tuple[MasterKey, MasterKey]:
    """The master key, and the one that will replace it: made now, or before the change was interrupted.

    Args:
        directory: of the state.
        require: is asked with the present key before another one is made: from then on the change must be ended.

    Raises:
        ConfigurationError: there is no key in a file here that could be replaced.
        StorageError: it can't be read or written.
    """
    path, coming = directory / FILE, directory / NEXT
    present = files.read(path, MOST_BYTES)
    if present is None:
        raise _unusable(path, "there is no master key in this file that could be replaced")
    if not coming.exists():
        require(_from(present, path))
        _create(coming)
    return _from(present, path), _from(files.read(coming, MOST_BYTES) or b"", coming)


def keep_wrapped(key: MasterKey, recovery_key: Path, beside: Path, name: str = WRAPPED) -> Path:
    """Write the wrapped master key beside what it opens, so that the partner needs nothing else of the appliance.

    Args:
        key: the master key.
        recovery_key: file of the partner's public key, PEM.
        beside: the directory of the backups.
        name: of the file.

    Returns:
        The file that was written.

    Raises:
        ConfigurationError: no such file, or not a usable public key.
        StorageFull: no room left.
        StorageError: it can't be written.
    """
    path = beside / name
    files.write_atomically(path, _wrapped(key, recovery_key), 0o644)
    return path


def check_recovery_key(recovery_key: Path) -> None:
    """Try the recovery key on a throwaway key.

    Raises:
        ConfigurationError: no such file, or not a usable public key.
        StorageError: it can't be read.
    """
    _wrapped(MasterKey("", sealing.new_key()), recovery_key)


def _wrapped(key: MasterKey, recovery_key: Path) -> bytes:
    pem = files.read(recovery_key, MOST_BYTES)
    if pem is None:
        raise _unusable(recovery_key, "there is no such file; it should hold the recovery key's public half")
    try:
        return key.wrapped(pem)
    except ValueError as error:
        raise _unusable(recovery_key, str(error)) from error


def recovered(wrapped: Path, private_key: bytes, password: bytes | None = None) -> MasterKey:
    """The master key from its wrapped copy and the partner's private key, PEM: a replacement appliance starts with it.

    Raises:
        StorageError: there is no copy, it is damaged, or it was wrapped for another key.
        ValueError: the private key can't be read, or the password is wrong.
    """
    content = files.read(wrapped, MOST_BYTES)
    if content is None:
        raise StorageError(f"{wrapped}: there is no such file")
    try:
        return MasterKey(str(wrapped), sealing.unwrap(content, private_key, password))
    except StorageError as error:
        raise StorageError(f"{wrapped}: damaged, or made for another recovery key than this one") from error


def recovered_keys(beside: Path, private_key: bytes, password: bytes | None = None) -> list[MasterKey]:
    """The master key, and the next one where its change was interrupted. Raises as `recovered`."""
    names = [WRAPPED, *([WRAPPED_NEXT] if (beside / WRAPPED_NEXT).exists() else [])]
    return [recovered(beside / name, private_key, password) for name in names]


def install(key: MasterKey, directory: Path, name: str = FILE) -> None:
    """Make a recovered key the master key of an appliance that has none yet, or the one that will replace it.

    Raises:
        StorageError: it has one, or the file can't be written.
    """
    path = directory / name
    if path.exists():
        raise StorageError(f"{path}: there is a master key already")
    files.write_atomically(path, key._value.hex().encode() + b"\n")  # noqa: SLF001 - nobody else may see it


def _create(path: Path) -> None:
    # link, unlike rename, fails where another process was faster: its key is in use already
    draft = path.with_name(f".{path.name}.new.{os.getpid()}")
    try:
        files.write_atomically(draft, sealing.new_key().hex().encode() + b"\n")
    except StorageError as error:
        raise type(error)(str(error).replace(str(draft), str(path))) from error
    try:
        os.link(draft, path)
        sync_directory(path.parent)  # what it seals elsewhere must not outlive it
    except FileExistsError:
        pass
    except OSError as error:
        raise files.storage_error(error, path) from error
    finally:
        draft.unlink(missing_ok=True)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise files.storage_error(error, path) from error


def _from(content: bytes, path: Path) -> MasterKey:
    try:
        value = bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        raise _unusable(path, f"not a key in hexadecimal; {REMEDY}") from None
    if len(value) != sealing.KEY:
        raise _unusable(path, f"a master key has {sealing.KEY} bytes, this has {len(value)}; {REMEDY}")
    return MasterKey(str(path), value)


def _unusable(path: Path, text: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), 0, "", text)])
