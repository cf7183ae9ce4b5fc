"""Two hundred devices that answer SSH on 127.1.0.1 to 127.1.0.200, each way delayed: one server, one delaying proxy.

Run as `python -m tests.bench.backup.devices KEY RTT_MS` in a network namespace of its own; prints `ready`.
"""

import asyncio
import contextlib
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh

COUNT = 200
USER, PASSWORD = "noc", "bench-pw"
PROMPT = b"gw#"
SIZE = 30_000
HEAD = (
    "Building configuration...\n\nCurrent configuration : 30000 bytes\n!\n"
    "! Last configuration change at 09:00:00 UTC Mon Nov 23 2026 by noc\n!\n"
)
VERSION = """Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.7(3)M4b, RELEASE SOFTWARE (fc1)
gw uptime is 3 weeks, 2 days
System image file is "flash0:c2900-universalk9-mz.SPA.157-3.M4b.bin"
Cisco CISCO2911/K9 (revision 1.0) with 483328K/40960K bytes of memory.
Processor board ID FTX1234ABCD
Configuration register is 0x2102
"""


def address(number: int) -> str:
    """Of a device, from 1 on."""
    return f"127.1.0.{number}"


def configuration(seed: int = 7, size: int = SIZE) -> str:
    """A gateway's configuration of about that many bytes."""
    chance, lines = random.Random(seed), ["version 15.7", "service password-encryption", "!", "hostname gw", "!"]
    number = 0
    while sum(map(len, lines)) < size:
        number += 1
        lines += [
            f"interface GigabitEthernet0/{number}",
            f" description customer port {number} cust-{chance.randrange(10**6)}",
            f" ip address 10.{number % 250}.{chance.randrange(250)}.1 255.255.255.0",
            " duplex auto",
            "!",
            f"ip access-list extended ACL-{number}",
            *(f" permit tcp any host 10.0.{number % 250}.{k} eq {chance.randrange(1, 65000)}" for k in range(5)),
            "!",
        ]
    return "\n".join([*lines, "line vty 0 4", " transport input ssh", "!", "end", ""])


class _Server(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def session_requested(self) -> Any:
        return _Session()


class _Session(asyncssh.SSHServerSession[bytes]):
    answers: dict[bytes, bytes] = {}  # noqa: RUF012 - set once, before the first session

    def connection_made(self, chan: Any) -> None:
        self._channel, self._typed = chan, b""

    def pty_requested(self, *_: Any) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        self._channel.write(b"\r\n" + PROMPT)

    def data_received(self, data: bytes, datatype: Any) -> None:
        self._typed += data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        out = b""
        while b"\n" in self._typed:
            line, self._typed = self._typed.split(b"\n", 1)
            out += line + b"\r\n"
            if line.strip() in (b"exit", b"quit", b"logout"):
                self._channel.write(out)
                self._channel.exit(0)
                return
            out += self.answers.get(line.strip(), b"") + PROMPT
        if out:
            self._channel.write(out)


class _Delayed(asyncio.Protocol):
    """One side of a connection; what comes in leaves at the other side half a round trip later."""

    def __init__(self, half: float, dial: Callable[["_Delayed"], Any] | None) -> None:
        self._half, self._dial = half, dial
        self.peer: _Delayed | None = None
        self.transport: asyncio.Transport | None = None
        self._waiting: list[bytes | None] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self._dial is not None:
            self._task = asyncio.get_running_loop().create_task(self._dial(self))

    def linked(self, peer: "_Delayed") -> None:
        self.peer = peer
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self._forward(data)

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(self._half, self._forward, data)

    def connection_lost(self, exc: Exception | None) -> None:
        asyncio.get_running_loop().call_later(self._half, self._forward, None)

    def _forward(self, data: bytes | None) -> None:
        if self.peer is None or self.peer.transport is None:
            self._waiting.append(data)
        elif data is None:
            self.peer.transport.close()
        else:
            self.peer.transport.write(data)


async def serve(key: Path, rtt: float) -> None:
    """Answer until killed. `rtt`: seconds."""
    text = (HEAD + configuration()).replace("\n", "\r\n").encode()
    version = VERSION.replace("\n", "\r\n").encode()
    _Session.answers = {b"show running-config": text, b"show version": version, b"show running": text}
    server = await asyncssh.create_server(
        _Server, "127.0.0.1", 0, server_host_keys=[str(key)], encoding=None, line_editor=False, backlog=512,
        login_timeout=60, kex_algs=["curve25519-sha256", "ecdh-sha2-nistp256"],
        encryption_algs=["aes128-gcm@openssh.com", "aes128-ctr"], compression_algs=["none"],
    )  # fmt: skip
    port, loop = server.get_port(), asyncio.get_running_loop()

    async def dial(side: _Delayed) -> None:
        await asyncio.sleep(rtt)
        other = _Delayed(rtt / 2, None)
        with contextlib.suppress(OSError):
            await loop.create_connection(lambda: other, "127.0.0.1", port)
            other.linked(side)
            side.linked(other)

    await loop.create_server(lambda: _Delayed(rtt / 2, dial), "0.0.0.0", 22, backlog=512)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2]) / 1000))
