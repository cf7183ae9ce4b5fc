"""Who holds a port that we want, by the kernel's tables (proc(5)).

They show the processes of other users to root only: what root saw before the start stands in a note (`note_holders`).
"""

import json
import os
import pwd
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
NOTE = "port-holders.json"
"""In the runtime directory: by inode of a socket, who had it before the start."""
MOST_OCTETS = 1 << 20
_LISTEN = "0A"
_TABLES = {socket.SOCK_DGRAM: ("udp", "udp6"), socket.SOCK_STREAM: ("tcp", "tcp6")}


@dataclass(frozen=True, slots=True)
class _Row:
    port: int
    state: str
    user: int
    inode: str


def port_holder(kind: socket.SocketKind, port: int, proc: Path = PROC, note: Path | None = None) -> str:
    """The process that holds a port, such as `snmptrapd (process 812)`; its user where that is all that can be seen.

    Args:
        kind: `SOCK_DGRAM` or `SOCK_STREAM`.
        port: the port.
        proc: where the kernel's tables are.
        note: what root saw; None: the one in the service's runtime directory.

    Returns:
        Empty where nobody is seen to hold it.
    """
    for row in _rows(kind, proc):
        if row.port == port and (kind is socket.SOCK_DGRAM or row.state == _LISTEN):
            known = _processes(proc, {row.inode}) or _noted(note or _place())
            return known.get(row.inode) or f"a process of the user {_user(row.user)}"
    return ""


def holders(proc: Path = PROC) -> str:
    """The text of a note: who has which socket, of all that receive something."""
    inodes = {
        row.inode for kind in _TABLES for row in _rows(kind, proc) if kind is socket.SOCK_DGRAM or row.state == _LISTEN
    }
    return json.dumps(_processes(proc, inodes))


def _place() -> Path:
    return Path(os.environ.get("RUNTIME_DIRECTORY", "/nowhere"), NOTE)


def _noted(note: Path) -> dict[str, str]:
    try:
        with note.open("rb") as file:
            found = json.loads(file.read(MOST_OCTETS))
    except (OSError, ValueError):
        return {}
    return {str(inode): str(name) for inode, name in found.items()} if isinstance(found, dict) else {}


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


def _processes(proc: Path, inodes: set[str]) -> dict[str, str]:
    """By inode, the process that has the socket, of those that we may look into."""
    found: dict[str, str] = {}
    for folder in proc.iterdir():
        if folder.name.isdigit() and (having := _sockets(folder) & inodes):
            with suppress(OSError):
                name = (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
                found |= dict.fromkeys(having, f"{name} (process {folder.name})")
    return found


def _sockets(folder: Path) -> set[str]:
    """The inodes of the sockets that a process has open; none where we may not look into it."""
    found = set()
    with suppress(OSError):
        for descriptor in (folder / "fd").iterdir():
            with suppress(OSError):
                found.add(os.readlink(descriptor).removeprefix("socket:[").removesuffix("]"))
    return found


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
