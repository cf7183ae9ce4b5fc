"""Writes small files atomically; they are durable when the call returns."""

import contextlib
import os
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cmsp_agent.config.file_kind import in_place_of_a_file, move_away
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.machine_faults import help_for
from cmsp_agent.storage.sqlite.connections import sync_directory
from cmsp_agent.storage.sqlite.faults import translated

Stamp = tuple[int, int, int, int] | None
"""A file as it was at a look: inode, octets, and when it was written and changed (ns)."""


def write_atomically(
    path: Path, content: bytes, mode: int = 0o600, *, some_hex: Callable[[int], str] = secrets.token_hex
) -> None:
    """Replace the file's content; readers see the old or the new one, and no half file stays behind.

    A file written by root belongs to the owner of its directory, so that the agent can read what a person set.

    Args:
        path: the file.
        content: all of it.
        mode: its rights.
        some_hex: names a draft by so many octets; two processes may write the same file at once.

    Raises:
        StorageFull: no room left; the old file is untouched.
        StorageError: another failure; the old file is untouched.
    """
    draft = path.with_name(f".{path.name}.{some_hex(6)}")
    try:
        _write(draft, content, mode)
        draft.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise storage_error(error, path) from error


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, that only their owner may enter; durable when the call returns.

    What root makes belongs to the owner of the folder in which it is made. What is there already stays as it is.

    Raises:
        StorageError: it can't be made.
    """
    try:
        make_durably(folder)
    except OSError as error:
        raise storage_error(error, folder) from error


def read(path: Path, at_most: int) -> bytes | None:
    """The file's content; None where there is no such file.

    Raises:
        StorageError: it is no file, can't be read, or is larger than `at_most` bytes.
    """
    try:
        if kind := in_place_of_a_file(path):
            raise StorageError(f"{path} is {kind}, not a file: {move_away(path)}")
        with path.open("rb") as file:
            content = file.read(at_most + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise storage_error(error, path) from error
    if len(content) > at_most:
        raise StorageError(f"{path}: larger than {at_most} bytes, so it is not what belongs there; {move_away(path)}")
    return content


def stamp(path: Path) -> Stamp:
    """What differs once the file was written or replaced; None where it is not there or can't be looked at."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def storage_error(error: OSError, path: Path) -> StorageError:
    """The error as callers know it."""
    known = translated(error, str(path))
    if isinstance(known, StorageError):
        return known
    helps = help_for(error.errno or 0, path)
    return StorageError(f"{path}: {error.strerror or error}{f'; {helps}' if helps else ''}")


def make_durably(folder: Path) -> None:
    """As `make_folder`, for those who say in their own words what an OSError means."""
    if folder.is_dir():
        _outlast_a_kill(folder)
        return
    make_durably(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        owner = folder.parent.stat()
        os.chown(folder, owner.st_uid, owner.st_gid)
    sync_directory(folder.parent)


@lru_cache(maxsize=4_096)
def _outlast_a_kill(folder: Path) -> None:
    """Sync what is there already, once in a process: whoever made it may have been killed before it did."""
    with contextlib.suppress(OSError):  # where its parent can't be read, it is not ours that was made
        sync_directory(folder.parent)


def _write(draft: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if os.geteuid() == 0:
            owner = draft.parent.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        os.fsync(file.fileno())
