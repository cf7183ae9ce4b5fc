"""Who holds a port that we want, by the kernel's tables (proc(5)), as far as they show other users' processes."""

import os
import pwd
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_LISTEN = "0A"
_TABLES = {socket.SOCK_DGRAM: ("udp", "udp6"), socket.SOCK_STREAM: ("tcp", "tcp6")}


@dataclass(frozen=True, slots=True)
class _Row:
    port: int
    state: str
    user: int
    inode: str


def port_holder(kind: socket.SocketKind, port: int, proc: Path = PROC) -> str:
    """The process that holds a port, such as `snmptrapd (process 812)`; its user where that is all that can be seen.

    Args:
        kind: `SOCK_DGRAM` or `SOCK_STREAM`.
        port: the port.
        proc: where the kernel's tables are.

    Returns:
        Empty where nobody is seen to hold it.
    """
    for row in _rows(kind, proc):
        if row.port == port and (kind is socket.SOCK_DGRAM or row.state == _LISTEN):
            return _process(row.inode, proc) or f"a process of the user {_user(row.user)}"
    return ""


def _rows(kind: socket.SocketKind, proc: Path) -> Iterator[_Row]:
    for table in _TABLES.get(kind, ()):
        try:
            lines = (proc / "net" / table).read_text(encoding="ascii", errors="replace").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if len(words) > 9:
                port = words[1].rpartition(":")[2]
                yield _Row(int(port, 16), words[3], int(words[7]), words[9])


def _process(inode: str, proc: Path) -> str:
    wanted = f"socket:[{inode}]"
    for folder in proc.iterdir():
        if folder.name.isdigit() and _has(folder, wanted):
            with suppress(OSError):
                name = (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
                return f"{name} (process {folder.name})"
    return ""


def _has(folder: Path, wanted: str) -> bool:
    """Whether a process that we may look into has this socket open."""
    try:
        descriptors = list((folder / "fd").iterdir())
    except OSError:
        return False
    for descriptor in descriptors:
        with suppress(OSError):
            if os.readlink(descriptor) == wanted:
                return True
    return False


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
