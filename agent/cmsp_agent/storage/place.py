"""Where the databases are: in the state directory, or, where that can't be written, in a stand-in for this run only.

An agent that can't store anything still watches the site and reports to the head-end. One sentence says what is wrong
and what helps. A copy of `state.db` continues its epoch; at the next start the original is found to be behind.
"""

import errno
import getpass
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

LARGEST_COPY = 256 * 1024 * 1024
"""Bytes of a `state.db` that is copied to a stand-in, which may be in memory."""
FILES = ("state.db", "state.db-wal", "quarantine.json", "series.db")
KEYS = ("master.key", "audit.key", "vault.json")
"""What is read only."""
COPIED = FILES[:3]
REFUSALS = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class StatePlace:
    """A directory that can be written."""

    directory: Path
    problem: str = ""
    """Why it is a stand-in, and what helps; empty where it is the state directory itself."""
    copied: bool = False
    """The stand-in began with a copy of `state.db`."""


def place_for(state: Path, stack: ExitStack, environment: Mapping[str, str] = os.environ) -> StatePlace:
    """The state directory, or a stand-in that is deleted when `stack` ends.

    Args:
        state: the state directory; it exists.
        stack: what ends with the run.
        environment: RUNTIME_DIRECTORY of systemd is taken from it.
    """
    problem = problem_of(state)
    if not problem:
        return StatePlace(state)
    within = environment.get("RUNTIME_DIRECTORY")
    directory = Path(
        stack.enter_context(tempfile.TemporaryDirectory(prefix="state-", dir=within, ignore_cleanup_errors=True))
    )
    return StatePlace(directory, problem, _copied(state, directory))


def problem_of(state: Path) -> str:
    """Why the state directory can't be written, and what helps; empty where it can."""
    probe = state / f".writable.{os.getpid()}"
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        probe.unlink()
    except OSError as error:
        if error.errno in REFUSALS:
            return _sentence(state, state, error)
    for name in FILES:
        file = state / name
        if file.exists() and not os.access(file, os.R_OK | os.W_OK):
            return _sentence(state, file, PermissionError(errno.EACCES, "not permitted"))
    return ""


def closed_to(state: Path, may: Callable[[Path, int], bool]) -> Iterator[Path]:
    """The files of a state directory that a user can't use as the agent must.

    Args:
        state: the directory.
        may: whether the user may read (`os.R_OK`) or write (`os.W_OK`) a file.
    """
    for names, wanted in ((FILES, os.R_OK | os.W_OK), (KEYS, os.R_OK)):
        yield from (state / name for name in names if (state / name).exists() and not may(state / name, wanted))


def _sentence(state: Path, path: Path, error: OSError) -> str:
    if error.errno == errno.EROFS:
        return (
            f"{state} is on a file system that is mounted read-only: nothing is kept over a restart; look for errors"
            f" of the disk (dmesg), then: mount -o remount,rw {_mount_of(state)} && systemctl restart cmsp-agent"
        )
    return (
        f"{path} belongs to {_owner(path)} and can't be written by {getpass.getuser()}: nothing is kept over a restart;"
        f" as root: chown -R {getpass.getuser()}: {state} && systemctl restart cmsp-agent"
    )


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, OSError):
        return "another user"


def _mount_of(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.is_mount())


def _copied(state: Path, directory: Path) -> bool:
    try:
        if sum((state / name).stat().st_size for name in COPIED if (state / name).exists()) > LARGEST_COPY:
            return False
        for name in COPIED:
            if (state / name).exists():
                shutil.copyfile(state / name, directory / name)
    except OSError:
        for name in COPIED:
            (directory / name).unlink(missing_ok=True)
        return False
    return (directory / FILES[0]).exists()
