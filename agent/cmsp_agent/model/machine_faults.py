"""What errors of the machine mean to people: a permission, a disk, a damaged database. Says no class name."""

import errno
import os
import re
import sqlite3

_NOT_THEIRS = (
    "run this as root or as a member of cmsp-agent; what the agent itself needs belongs to it: chown cmsp-agent: {path}"
)
HELP = {
    errno.EACCES: _NOT_THEIRS,
    errno.EPERM: _NOT_THEIRS,
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room on that disk",
    errno.EROFS: "its file system is mounted read-only: look for errors of the disk (dmesg)",
    errno.EISDIR: "a directory lies where a file is needed: move it away",
    errno.ENOTDIR: "a file lies where a directory is needed: move it away",
    errno.EIO: "the disk fails: look for its errors (dmesg)",
    errno.EMFILE: "too many files and connections are open: restart the agent",
}
_DATABASE = "a database is damaged or locked by somebody else; see: journalctl -u cmsp-agent, and check the disk"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def machine_fault(error: BaseException) -> str:
    """What is wrong with a file, a disk or a database, with what helps; empty for any other error.

    The file's path is said, never what is in it.
    """
    if isinstance(error, sqlite3.DatabaseError):
        return _DATABASE
    # what threading raises where the system refuses a thread
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and "start new thread" in str(error)):
        return "the machine has no memory left: look at what uses it"
    if isinstance(error, UnicodeError):
        return "a text is not UTF-8"
    if not isinstance(error, OSError):
        return ""
    path = error.filename
    where = f"{path}: " if isinstance(path, str | os.PathLike) else ""
    help_text = help_for(error.errno or 0, path or "FILE")
    silent = "no answer in time" if isinstance(error, TimeoutError) else "it can't be used"
    return f"{where}{error.strerror or silent}{f'; {help_text}' if help_text else ''}"


def help_for(number: int, path: object) -> str:
    """What helps where a call of the system failed with this `errno` at a path; empty where nothing is known."""
    return HELP.get(number, "").format(path=path)


def reason_of(error: BaseException) -> str:
    """Why something failed, in words: the error's own, or what it means; never empty."""
    return str(error) or machine_fault(error) or "it gave no reason"


def kind_in_words(error: BaseException) -> str:
    """The kind of one of our errors as people write it: `device unreachable`."""
    return _CAPITAL.sub(" ", type(error).__name__).lower()
