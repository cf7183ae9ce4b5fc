"""Translates errors of SQLite and of file systems: full, corrupt, or something else."""

import errno
import sqlite3

from cmsp_agent.model.errors import DatabaseCorrupt, StorageError, StorageFull

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""A quota or a file size limit shows as a failed write; only ENOSPC shows as SQLITE_FULL."""
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def _is(error: BaseException, codes: frozenset[int]) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code in codes or code & 0xFF in codes)


def is_corruption(error: BaseException) -> bool:
    """The file is damaged, or not a database at all."""
    return isinstance(error, DatabaseCorrupt) or _is(error, _CORRUPT)


def is_full(error: BaseException) -> bool:
    """Nothing more can be written: disk, quota or file size limit."""
    return (
        isinstance(error, StorageFull) or _is(error, _FULL) or (isinstance(error, OSError) and error.errno in NO_ROOM)
    )


def translated(error: BaseException, where: str) -> BaseException:
    """The error as callers know it; one that says nothing about storage (a bug in a work) is left as it is."""
    if is_full(error):
        return StorageFull(f"{where}: no room left to write ({error})")
    if is_corruption(error):
        return DatabaseCorrupt(f"{where}: damaged ({error})")
    if isinstance(error, sqlite3.OperationalError):
        return StorageError(f"{where}: {error}")
    return error
