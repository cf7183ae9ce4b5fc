"""Who holds a port, read from the kernel's tables."""

import os
import socket
from pathlib import Path

import pytest

from cmsp_agent.transports.port_holder import NOTE, holders, port_holder


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_this_process_is_named(kind: socket.SocketKind, family: socket.AddressFamily, address: str) -> None:
    with socket.socket(family, kind) as sock:
        sock.bind((address, 0))
        if kind is socket.SOCK_STREAM:
            sock.listen()
        assert port_holder(kind, sock.getsockname()[1]).endswith(f"(process {os.getpid()})")


def test_nobody_is_named_for_a_free_port() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        free = sock.getsockname()[1]
    assert port_holder(socket.SOCK_DGRAM, free) == ""


def test_a_process_that_only_root_sees_is_named_by_the_note_of_the_start(tmp_path: Path) -> None:
    # a copy of the kernel's tables, without the processes that an unprivileged user is not shown
    (tmp_path / "net").mkdir()
    note = tmp_path / NOTE
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        (tmp_path / "net" / "udp").write_bytes(Path("/proc/net/udp").read_bytes())
        note.write_text(holders())
    assert port_holder(socket.SOCK_DGRAM, port, tmp_path, note).endswith(f"(process {os.getpid()})")
    for unusable in ("", "[1]", "{"):
        note.write_text(unusable)
        assert port_holder(socket.SOCK_DGRAM, port, tmp_path, note).startswith("a process of the user ")
