"""A gateway's command line over asyncssh, and servers that hang, babble or hang up at a chosen stage."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import asyncssh

USER, PASSWORD, ENABLE = "noc", "s3cret-pass", "s3cret-enable"

CONFIGURATION = """Building configuration...

Current configuration : 512 bytes
!
! Last configuration change at 08:00:00 UTC Mon Nov 23 2026 by noc
!
version 15.7
hostname gw-1
!
enable secret 9 $9$abcdefghijk
snmp-server community hidden-community RO
!
interface GigabitEthernet0/0
 description uplink gw-1#not-a-prompt
 ip address 10.1.0.1 255.255.255.0
!
{extra}end"""


class Fault(Enum):
    """Where the server goes wrong."""

    NONE = "none"
    LOGIN_HANGS = "login hangs"
    LOGIN_HANGS_UP = "login hangs up"
    SHELL_HANGS = "no prompt"
    CONFIG_HANGS = "hangs in the middle of the configuration"
    CONFIG_CUT = "hangs up in the middle of the configuration"
    CONFIG_ENDLESS = "never ends"
    CONFIG_GARBAGE = "garbage"
    CONFIG_REFUSED = "invalid input"
    ENABLE_REFUSED = "enable refused"


@dataclass
class Gateway:
    """What one server does, and what it saw. Change it while it runs."""

    fault: Fault = Fault.NONE
    hostname: str = "gw-1"
    configuration: str = CONFIGURATION.format(extra="")
    enabled: bool = True
    """Whether a login lands in privileged mode."""
    logins: int = 0
    refused: int = 0
    port: int = 0
    commands: list[str] = field(default_factory=list)
    peers: set[str] = field(default_factory=set)

    def server(self) -> asyncssh.SSHServer:
        return _Server(self)


class _Server(asyncssh.SSHServer):
    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._connection: Any = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._gateway.peers.add(str(conn.get_extra_info("peername")[0]))

    def password_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        if self._gateway.fault is Fault.LOGIN_HANGS:
            await asyncio.sleep(3600)
        if self._gateway.fault is Fault.LOGIN_HANGS_UP:
            self._connection.abort()
            return False
        good = (username, password) == (USER, PASSWORD)
        self._gateway.logins += good
        self._gateway.refused += not good
        return good


async def _shell(gateway: Gateway, process: asyncssh.SSHServerProcess[bytes]) -> None:
    if gateway.fault is Fault.SHELL_HANGS:
        await asyncio.sleep(3600)
    privileged, configuring = gateway.enabled, False

    def prompt() -> bytes:
        mode = "(config)" if configuring else ""
        return f"{gateway.hostname}{mode}{'#' if privileged else '>'}".encode()

    process.stdout.write(b"\r\nAuthorised people only. Call gw-1# for help\r\n" + prompt())
    while line := await process.stdin.readline():
        text = line.decode().strip()
        process.stdout.write(line.rstrip(b"\r\n") + b"\r\n")
        if text:
            gateway.commands.append(text)
        if text == "enable":
            process.stdout.write(b"Password: ")
            given = (await process.stdin.readline()).decode().strip()
            privileged = given == ENABLE and gateway.fault is not Fault.ENABLE_REFUSED
            process.stdout.write(b"\r\n" if privileged else b"\r\n% Bad secrets\r\n\r\n")
        elif text == "show running-config":
            await _show(gateway, process, privileged)
        elif text in ("configure terminal", "end"):
            configuring = text == "configure terminal"
        elif configuring and text.startswith("bogus"):
            process.stdout.write(b"             ^\r\n% Invalid input detected at '^' marker.\r\n\r\n")
        elif text == "write memory":
            process.stdout.write(b"Building configuration...\r\n[OK]\r\n")
        process.stdout.write(prompt())


async def _show(gateway: Gateway, process: asyncssh.SSHServerProcess[bytes], privileged: bool) -> None:
    text = gateway.configuration.replace("\n", "\r\n").encode("utf-8", "surrogateescape") + b"\r\n"
    if gateway.fault is Fault.CONFIG_REFUSED or not privileged:
        process.stdout.write(b"              ^\r\n% Invalid input detected at '^' marker.\r\n\r\n")
        return
    if gateway.fault is Fault.CONFIG_GARBAGE:
        process.stdout.write(bytes(range(32, 127)) * 20 + b"\r\n\xff\xfe\x00\x01\r\n")
        return
    if gateway.fault is Fault.CONFIG_HANGS:
        process.stdout.write(text[: len(text) // 2])
        await asyncio.sleep(3600)
    if gateway.fault is Fault.CONFIG_CUT:
        process.stdout.write(text[: len(text) // 2])
        await process.stdout.drain()
        process.channel.get_connection().abort()
        await asyncio.sleep(3600)
    while gateway.fault is Fault.CONFIG_ENDLESS:
        process.stdout.write(b"! and so on\r\n" * 1000)
        await process.stdout.drain()
    process.stdout.write(text)


@contextlib.asynccontextmanager
async def ssh_server(
    gateway: Gateway, key: Any, port: int = 0, host: str = "127.0.0.1", **options: Any
) -> AsyncIterator[Gateway]:
    """Run the gateway's SSH server, port 0 being any; `options` go to asyncssh.listen."""

    async def shell(process: asyncssh.SSHServerProcess[bytes]) -> None:
        with contextlib.suppress(asyncssh.Error, ConnectionError, asyncio.CancelledError):
            await _shell(gateway, process)

    listener = await asyncssh.listen(
        host,
        port,
        server_factory=gateway.server,
        server_host_keys=[key],
        process_factory=shell,
        encoding=None,
        line_editor=False,
        login_timeout=0,
        **options,
    )
    gateway.port = listener.get_port()
    try:
        yield gateway
    finally:
        listener.close()
        await listener.wait_closed()


@contextlib.asynccontextmanager
async def raw_server(say: bytes = b"", *, endless: bool = False, drip: float = 0.0) -> AsyncIterator[int]:
    """A TCP server that is no SSH server: it says something (once, for ever, or byte by byte), then nothing."""
    talks: set[asyncio.Task[Any] | None] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        try:
            for byte in say if drip else b"":
                writer.write(bytes([byte]))
                await asyncio.sleep(drip)
            writer.write(b"" if drip else say)
            while endless:
                writer.write(say)
                await writer.drain()
            await reader.read()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talks:
            if task is not None:
                task.cancel()
        await server.wait_closed()
