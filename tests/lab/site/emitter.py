"""Send a device's notifications and syslog lines from its own address, and wait for informs to be acknowledged."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cmsp_agent.transports.snmp import ber, varbinds
from tests.lab.site.ledger import Emitted, Kind, Ledger
from tests.lab.site.notices import Notification, SyslogLine, format_line
from tests.lab.site.walk import Typed

TRAP, INFORM, RESPONSE = 0xA7, 0xA6, 0xA2
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SNMP_TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
INFORM_TRIES = 5
INFORM_WAIT = 1.0

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Receivers:
    """Where the site sends: the agent's trap and syslog ports."""

    traps: Address
    syslog: Address


def encode_notification(pdu: int, request: int, community: str, uptime: float, notification: Notification) -> bytes:
    """Encode an SNMPv2c trap or inform (RFC 3416 section 4.2.6), sysUpTime.0 and snmpTrapOID.0 first."""
    bound = (
        (SYS_UP_TIME, Typed(ber.TIME_TICKS, int(uptime * 100) % 2**32)),
        (SNMP_TRAP_OID, Typed(ber.OBJECT_IDENTIFIER, notification.oid)),
        *notification.varbinds,
    )
    binds = varbinds.encode_varbinds(
        (ber.oid_octets(oid), varbinds.encode_value(typed.tag, typed.value)) for oid, typed in bound
    )
    body = ber.encode_integer(request) + ber.encode_integer(0) + ber.encode_integer(0) + binds
    message = ber.encode_integer(1) + ber.encode_octets(community.encode()) + ber.element(pdu, body)
    return ber.element(ber.SEQUENCE, message)


def acknowledged_request(datagram: bytes) -> int | None:
    """The request-id of a v2c Response without an error, or None if the datagram is anything else."""
    try:
        _, at, end = ber.header(datagram, 0, len(datagram))
        _, at = ber.integer(datagram, at, end, 0, 3)
        _, at = ber.octets(datagram, at, end)
        at, end = ber.content(datagram, at, end, RESPONSE)
        request, at = ber.integer(datagram, at, end, -(2**31), 2**31 - 1)
        status, _ = ber.integer(datagram, at, end, 0, 100)
    except (ber.DecodeError, IndexError):
        return None
    return request if status == 0 else None


class _Answers(asyncio.DatagramProtocol):
    def __init__(self, waiting: dict[int, asyncio.Future[None]]) -> None:
        self._waiting = waiting

    def datagram_received(self, data: bytes, addr: object) -> None:
        request = acknowledged_request(data)
        if request is not None and (future := self._waiting.get(request)) is not None and not future.done():
            future.set_result(None)


@dataclass(slots=True)
class Emitter:
    """The sending side of one device.

    Attributes:
        device: its name, for the ledger and the syslog header.
        address: what it sends from.
        receivers: where to.
        style: how its syslog lines look, see `format_line`; ``none`` for a device that sends none.
        informs: whether it sends informs instead of traps.
        now: wall time in seconds since the epoch.
    """

    device: str
    address: str
    receivers: Receivers
    ledger: Ledger
    style: str = "ios-xe"
    informs: bool = False
    community: str = field(default="lab-c0mmunity-string", repr=False)
    now: Callable[[], float] = lambda: 0.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _requests: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _sequence: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future[None]] = field(default_factory=dict)
    _transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Bind the device's address."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Answers(self._waiting), local_addr=(self.address, 0)
        )

    def close(self) -> None:
        """Let the address go."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    async def notify(self, notification: Notification, uptime: float) -> bool:
        """Send a trap, or an inform until it is acknowledged; False if nobody acknowledged it."""
        kind = Kind.INFORM if self.informs else Kind.TRAP
        self.ledger.sent(Emitted(self.device, kind, notification.oid))
        request = next(self._requests)
        pdu = INFORM if self.informs else TRAP
        datagram = encode_notification(pdu, request, self.community, uptime, notification)
        if not self.informs:
            self._send(datagram, self.receivers.traps)
            return True
        return await self._inform(request, datagram)

    async def _inform(self, request: int, datagram: bytes) -> bool:
        self._waiting[request] = asyncio.get_running_loop().create_future()
        try:
            for _ in range(INFORM_TRIES):
                self._send(datagram, self.receivers.traps)
                try:
                    await asyncio.wait_for(asyncio.shield(self._waiting[request]), INFORM_WAIT)
                except TimeoutError:
                    continue
                self.ledger.count(self.device, "inform.acknowledged")
                return True
        finally:
            del self._waiting[request]
        self.ledger.count(self.device, "inform.given-up")
        return False

    def log(self, line: SyslogLine) -> None:
        """Send a syslog line over UDP."""
        self.ledger.sent(Emitted(self.device, Kind.SYSLOG, line.mnemonic))
        self._send(self.line(line), self.receivers.syslog)

    def line(self, line: SyslogLine) -> bytes:
        """The datagram for a line, with the device's next message number."""
        return format_line(self.style, self.device, next(self._sequence), line, self.now())

    async def flood(self, line: SyslogLine, count: int, per_second: float) -> None:
        """Send the same line `count` times at about `per_second`, in bursts of 5 ms, from a socket of its own."""
        burst = max(1, int(per_second / 200))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((self.address, 0))
            for first in range(0, count, burst):
                for _ in range(min(burst, count - first)):
                    sender.sendto(self.line(line), self.receivers.syslog)
                await self.sleep(0.005)
        self.ledger.count(self.device, "flooded", count)

    def _send(self, datagram: bytes, to: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(datagram, to)
