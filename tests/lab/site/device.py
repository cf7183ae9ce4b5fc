"""One simulated device: its ports, its objects, its voice. What happens to it is decided by `site` or by a test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.lab.site import happenings
from tests.lab.site.black_hole import BlackHole
from tests.lab.site.definitions import DeviceDefinition
from tests.lab.site.emitter import Emitter, Receivers
from tests.lab.site.happenings import Happening
from tests.lab.site.ios_shell import IosDevice
from tests.lab.site.ledger import Ledger
from tests.lab.site.notices import Notification, SyslogLine
from tests.lab.site.secure import SnmpUser, secure_side
from tests.lab.site.snmp_agent import SnmpAgent
from tests.lab.site.ssh_server import IosSshServer, SshAccount


@dataclass(frozen=True, slots=True)
class Access:
    """How the site's devices are asked: ports, which are the same on every address, and what they let in."""

    snmp_port: int
    ssh_port: int
    community: str = field(repr=False)
    snmp_user: SnmpUser = field(repr=False)
    ssh_user: str = "cmsp"
    ssh_password: str = field(default="", repr=False)
    enable_password: str = field(default="", repr=False)


@dataclass(slots=True)
class Device:
    """A device that runs from `start` to `stop`; `die` and `recover` in between as often as one likes."""

    definition: DeviceDefinition
    access: Access
    receivers: Receivers
    ledger: Ledger
    wall: Callable[[], float]
    monotonic: Callable[[], float]
    alive: bool = False
    boots: int = 7
    _started: float = 0.0
    _hole: BlackHole = field(default_factory=BlackHole)
    _door: asyncio.Server | None = None
    _reporting: set[asyncio.Task[bool]] = field(default_factory=set)
    snmp: SnmpAgent = field(init=False)
    ssh: IosSshServer = field(init=False)
    emitter: Emitter = field(init=False)
    shell: IosDevice = field(init=False)

    def __post_init__(self) -> None:
        """Build the parts; nothing listens before `start`."""
        it, access = self.definition, self.access
        self.snmp = SnmpAgent(
            it.name,
            it.walk(),
            self.uptime,
            self.ledger,
            community=access.community if it.snmp == "v2c" else "",
            secure=secure_side(it.name, access.snmp_user, lambda: self.boots) if it.snmp == "v3" else None,
        )
        self.emitter = Emitter(
            it.name,
            it.address,
            self.receivers,
            self.ledger,
            style=it.syslog,
            informs=it.notifies == "inform",
            community=access.community,
            now=self.wall,
        )
        self.shell = IosDevice(
            it.config(),
            it.shows(),
            enable_password=access.enable_password,
            changed=self._configured,
            asked=lambda line: self.ledger.command(it.name, line),
        )
        self.ssh = IosSshServer(
            self.shell,
            SshAccount(access.ssh_user, access.ssh_password),
            logged_in=lambda ok: self.ledger.count(it.name, "ssh.accepted" if ok else "ssh.refused"),
        )

    @property
    def name(self) -> str:
        """Its name on the site."""
        return self.definition.name

    def uptime(self) -> float:
        """Seconds since it started."""
        return self.monotonic() - self._started

    def age(self, seconds: float) -> None:
        """As if it had started so much earlier."""
        self._started -= seconds

    async def start(self) -> None:
        """Open every port."""
        self._started = self.monotonic()
        await self.emitter.open()
        if self.definition.snmp != "none":
            await self.snmp.open(self.definition.address, self.access.snmp_port)
        await self._open_door()
        self.alive = True

    async def stop(self) -> None:
        """Close every port and forget informs that nobody acknowledged."""
        self.alive = False
        for task in list(self._reporting):
            task.cancel()
        await asyncio.gather(*self._reporting, return_exceptions=True)
        self.snmp.close()
        self.emitter.close()
        await self._close_door()
        self._hole.close()

    async def die(self) -> None:
        """Lose power, or the way there: every port silent, connections cut without a word."""
        if self.alive:
            self.alive = self.snmp.alive = False
            await self._close_door()
            self._hole.open(self.definition.address, self.access.ssh_port)

    async def recover(self, restarted: bool) -> None:
        """Answer again. After a restart uptime begins anew, boots are counted and it says so."""
        if self.alive:
            return
        self._hole.close()
        if restarted:
            self.boots += 1
            self._started = self.monotonic()
        await self._open_door()
        self.alive = self.snmp.alive = True
        if restarted:
            self.happen(happenings.started(self.definition.software))

    def happen(self, happening: Happening) -> None:
        """Let something happen: objects change, then it is reported, if the device is alive and can report."""
        for oid, cell in happening.objects.items():
            self.snmp.walk.set(oid, cell)
        for notice in happening.says:
            if not self.alive:
                return
            if isinstance(notice, SyslogLine):
                if self.definition.syslog != "none":
                    self.emitter.log(notice)
            elif self.definition.notifies != "none":
                self._tell(notice)

    def configure(self, lines: list[str], user: str = "cmsp") -> None:
        """Change the configuration as a person at the console would, without SSH."""
        block = None
        for line in lines:
            if self.shell.config.opens_block(line):
                block = self.shell.config.block(line)
            else:
                self.shell.config.apply(line.strip(), block if line.startswith(" ") else None)
        self._configured(user, "vty0")

    def _configured(self, user: str, terminal: str) -> None:
        self.happen(happenings.configured(user, terminal, int(self.uptime() * 100)))

    def _tell(self, notification: Notification) -> None:
        task = asyncio.create_task(
            self.emitter.notify(notification, self.uptime()), name=f"{self.name} tells {notification.oid}"
        )
        self._reporting.add(task)
        task.add_done_callback(self._reporting.discard)

    async def _open_door(self) -> None:
        address, port = self.definition.address, self.access.ssh_port
        if self.definition.kind == "ios":
            await self.ssh.start(address, port)
        else:
            self._door = await asyncio.start_server(_close_at_once, address, port)

    async def _close_door(self) -> None:
        await self.ssh.stop()
        if self._door is not None:
            self._door.close()
            await self._door.wait_closed()
            self._door = None


async def _close_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
