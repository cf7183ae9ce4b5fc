"""SSH in front of a simulated IOS command line: password login, a shell with echo, and commands by exec channel.

Can be told to misbehave as bad devices do. Decides nothing about commands: see `ios_shell`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import asyncssh

from tests.lab.site.ios_shell import IosDevice, IosSession, Mode

_LEGACY = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}
"""All that an IOS 15 device of the old kind offers."""


class Misbehaviour(Enum):
    """How an SSH server can fail the one who connects."""

    NONE = "none"
    SILENT_AT_BANNER = "takes the connection and sends nothing"
    SILENT_AT_AUTHENTICATION = "never decides about the password"
    SILENT_IN_CONFIGURATION = "stops in the middle of show running-config"
    CUT_IN_CONFIGURATION = "closes the connection in the middle of show running-config"
    CUT_IN_UPLOAD = "closes the connection while it takes a file"
    GARBAGE = "answers commands with random bytes"


@dataclass(slots=True)
class SshAccount:
    """Who may log in."""

    user: str
    password: str = field(repr=False)


class _Login(asyncssh.SSHServer):
    def __init__(self, server: IosSshServer) -> None:
        self._server = server

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._server.connections.add(conn)
        self._conn = conn

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self._conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        if self._server.misbehaviour is Misbehaviour.SILENT_AT_AUTHENTICATION:
            await asyncio.Event().wait()
        account = self._server.account
        right = (username, password) == (account.user, account.password)
        self._server.logged_in(right)
        return right

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Channel(self._server, self._conn.get_extra_info("username"))


class _Channel(asyncssh.SSHServerSession[bytes]):
    """One channel: bytes in, lines to the session, text out with CR LF."""

    def __init__(self, server: IosSshServer, user: str) -> None:
        self._server = server
        self._session = IosSession(server.device, user)
        self._typed = b""
        self._command: str | None = None
        self._length = 0

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: object, term_modes: object) -> bool:
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return True

    def session_started(self) -> None:
        if self._command is None:
            self._print(f"\n{self._session.prompt}")
            return
        if self._command.startswith("scp -t "):
            self._channel.write(b"\0")
            return
        if self._run(self._command):
            self._channel.exit(0)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self._command is not None:
            self._typed += data
            self._receive_file(self._command.removeprefix("scp -t ").strip("'"))
            return
        self._typed += data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        while b"\n" in self._typed and self._session.mode is not Mode.CLOSED:
            line, self._typed = self._typed.split(b"\n", 1)
            self._line(line.decode(errors="replace"))

    def _receive_file(self, path: str) -> None:
        """The sink of SCP: a line with the length, so many octets, a zero; each is answered."""
        head, line_end, rest = self._typed.partition(b"\n")
        if not line_end:
            return
        if self._server.misbehaviour is Misbehaviour.CUT_IN_UPLOAD:
            self._channel.get_connection().abort()
            return
        if not self._length:
            self._length = int(head.split()[1])
            self._channel.write(b"\0")
        rollback = self._server.device.rollback
        if len(rest) > self._length and rollback is not None:
            refused = rollback.store(path, rest[: self._length])
            self._channel.write(f"\x02{refused}\n".encode() if refused else b"\0")
            self._channel.exit(1 if refused else 0)

    def eof_received(self) -> bool:
        return False

    def _line(self, line: str) -> None:
        self._print(f"{line}\n" if self._session.echoes else "\n")
        if not self._run(line):
            return
        if self._session.mode is Mode.CLOSED:
            self._channel.exit(0)
        else:
            self._print(self._session.prompt)

    def _run(self, line: str) -> bool:
        """Carry out `line`; False if the device stops speaking in the middle of the answer."""
        answer = self._session.answer(line)
        match self._server.misbehaviour:
            case Misbehaviour.SILENT_IN_CONFIGURATION if len(answer) > 200:
                self._print(answer[: len(answer) // 2])
                return False
            case Misbehaviour.CUT_IN_CONFIGURATION if len(answer) > 200:
                self._print(answer[: len(answer) // 2])
                self._channel.abort()
                return False
            case Misbehaviour.GARBAGE:
                self._channel.write(bytes((31 * i + 7) % 256 for i in range(4096)))
        self._print(answer)
        return True

    def _print(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            self._channel.write(text.replace("\n", "\r\n").encode())


@dataclass(slots=True)
class IosSshServer:
    """An SSH server of one device.

    Attributes:
        device: whose command line it serves.
        account: who may log in.
        legacy: offer only the algorithms of an old IOS.
        logged_in: called with True or False at each password.
    """

    device: IosDevice
    account: SshAccount
    legacy: bool = False
    logged_in: Callable[[bool], None] = lambda accepted: None
    misbehaviour: Misbehaviour = Misbehaviour.NONE
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)
    _key: asyncssh.SSHKey | None = None
    _listener: asyncio.Server | asyncssh.SSHAcceptor | None = None

    @property
    def listening(self) -> bool:
        """Whether it was started and not stopped since."""
        return self._listener is not None

    async def start(self, address: str, port: int) -> int:
        """Listen, with the host key that it had before if it was started before; returns the port."""
        if self.misbehaviour is Misbehaviour.SILENT_AT_BANNER:
            server = await asyncio.start_server(_say_nothing, address, port)
            self._listener = server
            return int(server.sockets[0].getsockname()[1])
        if self._key is None:
            self._key = asyncssh.generate_private_key("ssh-rsa" if self.legacy else "ecdsa-sha2-nistp256")
        acceptor = await asyncssh.listen(
            address,
            port,
            server_factory=lambda: _Login(self),
            server_host_keys=[self._key],
            encoding=None,
            line_editor=False,
            reuse_address=True,
            **(_LEGACY if self.legacy else {}),
        )
        self._listener = acceptor
        return acceptor.get_port()

    async def stop(self) -> None:
        """Stop listening and cut every connection without a word, as a device that loses its power does."""
        if self._listener is not None:
            self._listener.close()
            for connection in list(self.connections):
                connection.abort()
            self._listener = None


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        await reader.read()
    writer.close()
