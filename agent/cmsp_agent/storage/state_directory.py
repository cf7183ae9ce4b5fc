"""Where the databases are: in the state directory, or, where that can't be written, in a stand-in for this run only.

An agent that can't store anything still watches the site and reports to the head-end. One sentence says what is wrong
and what helps. A copy of `state.db` continues its epoch; at the next start the original is found to be behind.
"""

import errno
import getpass
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from cmsp_agent.storage.obstacles import DATABASES, QUARANTINE, SetAside, obstacles, set_obstacles_aside
from cmsp_agent.storage.sqlite.faults import NO_ROOM

LARGEST_COPY = 256 * 1024 * 1024
"""Bytes of a `state.db` that is copied to a stand-in, which may be in memory."""
FILES = (*DATABASES, QUARANTINE)
KEYS = ("master.key", "audit.key", "vault.json")
"""What is read only."""
STATE_DATABASE = DATABASES[0]
COPIED = (STATE_DATABASE, f"{STATE_DATABASE}-wal", QUARANTINE)
FIRST_BYTES = 1024 * 1024
"""What both databases need to be made, with their WALs."""
REFUSALS = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """A directory that can be written."""

    path: Path
    problem: str = ""
    """Why it is a stand-in, and what helps; empty where it is the state directory itself."""
    copied: bool = False
    """The stand-in began with a copy of `state.db`."""
    set_aside: Sequence[SetAside] = ()
    """What lay where a file is needed, and was moved away."""


def usable_state_directory(
    state: Path, stack: ExitStack, now: int, environment: Mapping[str, str] = os.environ
) -> StateDirectory:
    """The state directory, or a stand-in that is deleted when `stack` ends.

    Args:
        state: the state directory; it exists.
        stack: what ends with the run.
        now: names what is set aside (ms since the epoch).
        environment: RUNTIME_DIRECTORY of systemd is taken from it.
    """
    set_aside = set_obstacles_aside(state, now)
    problem = problem_of(state)
    if not problem:
        return StateDirectory(state, set_aside=set_aside)
    within = environment.get("RUNTIME_DIRECTORY")
    directory = Path(
        stack.enter_context(tempfile.TemporaryDirectory(prefix="state-", dir=within, ignore_cleanup_errors=True))
    )
    return StateDirectory(directory, problem, _copied(state, directory), set_aside)


def problem_of(state: Path) -> str:
    """Why the state directory can't be written, and what helps; empty where it can."""
    probe = state / f".writable.{os.getpid()}"
    try:
        _try(probe, 0 if (state / STATE_DATABASE).exists() else FIRST_BYTES)
    except OSError as error:
        if error.errno in NO_ROOM:
            return (
                f"{state} has no room for the agent's databases: nothing is kept over a restart; make room on that disk"
                " (df), then: systemctl restart cmsp-agent"
            )
        if error.errno in REFUSALS:
            return _sentence(state, state, error)
    for path, kind in obstacles(state):
        return (
            f"{path} is {kind} and can't be moved away by {getpass.getuser()}: nothing is kept over a"
            f" restart; as root: mv {path} {path}.away && systemctl restart cmsp-agent"
        )
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
    if error.errno == errno.EPERM or _ours(path):
        return (
            f"{path} can't be changed by {getpass.getuser()}, whose it is: nothing is kept over a restart; as root:"
            f" chattr -ia {path} && {_opened(path)} && systemctl restart cmsp-agent"
        )
    return (
        f"{path} belongs to {_owner(path)} and can't be written by {getpass.getuser()}: nothing is kept over a restart;"
        f" as root: chown -R {getpass.getuser()}: {state} && systemctl restart cmsp-agent"
    )


def _try(probe: Path, size: int) -> None:
    descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if size:
            os.posix_fallocate(descriptor, 0, size)
    finally:
        os.close(descriptor)
        probe.unlink()


def _ours(path: Path) -> bool:
    """Whether the rights are not at fault: it is ours to write, and can't be written all the same."""
    found = path.stat()
    return os.geteuid() in (0, found.st_uid)


def _opened(path: Path) -> str:
    return f"chmod u+rw{'x' if path.is_dir() else ''} {path}"


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
    return (directory / STATE_DATABASE).exists()
