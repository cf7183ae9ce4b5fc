"""One played device: an asyncssh server that behaves as its description says, and keeps what it received."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncssh

USER, PASSWORD = "adm", "pw-1"
CONFIGURATION = """version 15.7
service timestamps log datetime msec
!
hostname gw-lab
!
enable secret 9 $9$abcdefgh$XYZ
!
interface GigabitEthernet0/0
 description uplink # to PE > core
 ip address 10.9.8.1 255.255.255.0
!
snmp-server community s3cr3tRO RO
!
line vty 0 4
 login local
 transport input ssh
!
end
"""
Script = Callable[["Shell", "Played"], Awaitable[None]]


@dataclass
class Played:
    """What the device does; the names are those of the descriptions."""

    conf: str = CONFIGURATION
    prompt: str | Callable[[], str] = "gw-lab#"
    motd: str = ""
    prompt_delay: float = 0
    pre_delay: float = 0
    pause_at: tuple[str, float] = ("", 0)
    page: int = 0
    refuse_paging: bool | str = False
    enable: str = ""
    raw: str | None = None
    after_show: str = ""
    post_show_prompt: str = ""
    echo: bool | str = True
    eol: str = "\r\n"
    rate: int = 0
    passwd: bool | str = True
    kbd: list[Any] = field(default_factory=list)
    shell: Script | None = None
    auth_banner: str = ""
    header: Callable[[str], str] = lambda conf: (
        f"Building configuration...\n\nCurrent configuration : {len(conf)} bytes\n!\n"
        f"! Last configuration change at {time.time()} by noc\n!\n"
    )
    received: list[str] = field(default_factory=list)
    """Lines that were typed in the shell, and answers to the login's questions."""

    def shown(self) -> str:
        """What `show running-config` prints, as the agent stores it."""
        return self.raw if self.raw is not None else self.header(self.conf) + self.conf


class Shell:
    """What a script is given: `w` writes, `line` reads a line."""

    def __init__(self, process: asyncssh.SSHServerProcess[bytes], device: Played) -> None:
        self.ch = process.channel
        self._process = process
        self._device = device
        self.enabled = not device.enable
        self.paged = bool(device.page)

    def w(self, text: str) -> None:
        """Write, lines ended as the device does."""
        self._process.stdout.write(text.replace("\n", self._device.eol).encode("utf-8", "surrogateescape"))

    async def key(self) -> bytes:
        """One character that was typed."""
        typed = await self._process.stdin.read(1)
        if not typed:
            raise ConnectionError
        return typed

    async def line(self) -> str:
        """One line that was typed."""
        typed = (await self._process.stdin.readline()).decode()
        if not typed:
            raise ConnectionError
        self._device.received.append(typed.strip())
        return typed.strip()

    def prompt(self) -> None:
        """Show the prompt of the mode."""
        prompt = self._device.prompt() if callable(self._device.prompt) else self._device.prompt
        self._process.stdout.write((prompt if self.enabled else prompt.replace("#", ">")).encode())

    def echo(self, line: str) -> None:
        """Show what was typed, as the device does."""
        if self._device.echo == "bs":
            line = "".join(f"{each}\x08{each}" for each in line)
        if self._device.echo:
            self.w(f"{line}\n")

    async def stream(self, text: str) -> None:
        """Print the text: at the device's rate, in its pages, with its pauses."""
        cut, pause = self._device.pause_at
        if cut and cut in text:
            head, _, tail = text.partition(cut)
            self.w(head + cut)
            await self._process.stdout.drain()
            await asyncio.sleep(pause)
            self.w(tail)
        elif self.paged:
            await self._pages(text.splitlines(keepends=True))
        elif self._device.rate:
            for start in range(0, len(text), self._device.rate // 10):
                self.w(text[start : start + self._device.rate // 10])
                await asyncio.sleep(0.1)
        else:
            self.w(text)
            await self._process.stdout.drain()

    async def _pages(self, lines: list[str]) -> None:
        for start in range(0, len(lines), self._device.page):
            self.w("".join(lines[start : start + self._device.page]))
            if start + self._device.page < len(lines):
                self._process.stdout.write(b" --More-- ")
                await self.key()
                self._process.stdout.write(b"\x08" * 9 + b" " * 8 + b"\x08" * 9)


async def command_line(shell: Shell, device: Played) -> None:
    """The usual shell: paging, enable, the configuration."""
    shell.w(f"\n{device.motd}")
    await asyncio.sleep(device.prompt_delay)
    shell.prompt()
    while True:
        line = await shell.line()
        shell.echo(line)
        if line.startswith("terminal length"):
            _paging(shell, device)
        elif line == "enable" and device.enable:
            shell.w("Password: ")
            shell.enabled = await shell.line() == device.enable
            shell.w("\n" if shell.enabled else "\n% Access denied\n\n")
        elif line.startswith("show run"):
            await _show(shell, device)
        shell.prompt()


def _paging(shell: Shell, device: Played) -> None:
    if device.refuse_paging or not shell.enabled:
        said = device.refuse_paging if isinstance(device.refuse_paging, str) else "% Invalid input detected"
        shell.w(f"{said}\n" if device.refuse_paging is not True else "")
    else:
        shell.paged = False


async def _show(shell: Shell, device: Played) -> None:
    if not shell.enabled:
        shell.w("          ^\n% Invalid input detected at '^' marker.\n\n")
        return
    if device.pre_delay:
        shell.w("Building configuration...\n")
        await asyncio.sleep(device.pre_delay)
    await shell.stream(device.shown())
    shell.w(device.after_show)
    if device.post_show_prompt:
        device.prompt, device.post_show_prompt = device.post_show_prompt, ""


class _Server(asyncssh.SSHServer):
    def __init__(self, device: Played) -> None:
        self._device = device
        self._asked = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        if self._device.auth_banner:
            conn.send_auth_banner(self._device.auth_banner)

    def password_auth_supported(self) -> bool:
        return bool(self._device.passwd)

    def validate_password(self, username: str, password: str) -> bool:
        self._device.received.append(f"password {password}")
        if self._device.passwd == "change":
            raise asyncssh.PasswordChangeRequired("Choose a new one")
        return (username, password) == (USER, PASSWORD)

    def change_password(self, username: str, old_password: str, new_password: str) -> bool:
        self._device.received.append("password changed")
        return False

    def kbdint_auth_supported(self) -> bool:
        return bool(self._device.kbd)

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return self._question()

    def validate_kbdint_response(self, username: str, responses: Any) -> Any:
        self._device.received.append(f"answer {self._asked} {list(responses)}")
        self._asked += 1
        return self._question() if self._asked < len(self._device.kbd) else list(responses) == [PASSWORD]

    def _question(self) -> Any:
        title, instructions, lang, prompts = self._device.kbd[self._asked]
        return title, instructions, lang, [tuple(prompt) for prompt in prompts]


@contextlib.asynccontextmanager
async def playing(device: Played, key: Any, **algorithms: Any) -> AsyncIterator[int]:
    """The port where the device answers."""

    async def shell(process: asyncssh.SSHServerProcess[bytes]) -> None:
        with contextlib.suppress(asyncssh.Error, ConnectionError, asyncio.CancelledError):
            await (device.shell or command_line)(Shell(process, device), device)
            process.exit(0)

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: _Server(device),
        server_host_keys=[key],
        process_factory=shell,
        encoding=None,
        line_editor=False,
        login_timeout=0,
        **algorithms,
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        await server.wait_closed()
