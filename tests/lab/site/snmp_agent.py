"""The SNMP port of a simulated device: takes datagrams, checks who asks, answers from the walk, can misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from cmsp_agent.transports.snmp import ber, message, pdu
from tests.lab.site.answers import answer
from tests.lab.site.ledger import Ledger
from tests.lab.site.walk import Walk

Address = tuple[str, int]


class SnmpFault(Enum):
    """How a device can fail the one who polls it."""

    NONE = "none"
    SILENT = "answers nothing"
    GARBAGE = "answers bytes that are no SNMP"
    HUGE = "answers 60,000 octets, whatever is asked"
    SLOW = "answers after `slow_by` seconds"


class SecureSide(Protocol):
    """The authoritative side of SNMPv3: opens a request, closes an answer around it."""

    def respond(self, datagram: bytes, uptime: float, answer: Callable[[pdu.Pdu], bytes]) -> bytes | None:
        """The datagram to send back, a report included; None for nothing."""
        ...


@dataclass(slots=True)
class SnmpAgent:
    """One device's command responder.

    Attributes:
        device: its name, for the ledger.
        walk: what it answers from.
        uptime: seconds since it started.
        community: of v2c; empty where it answers v3 only.
        secure: its v3 side, if it has one.
        deaf_to: OIDs; what asks by v2c for one of them, or below it, is not answered.
        alive: False while the device is dead: what comes in is dropped unread and not counted.
    """

    device: str
    walk: Walk
    uptime: Callable[[], float]
    ledger: Ledger
    community: str = field(default="", repr=False)
    secure: SecureSide | None = None
    fault: SnmpFault = SnmpFault.NONE
    slow_by: float = 1.0
    alive: bool = True
    deaf_to: tuple[str, ...] = ()
    _texts: ber.OidTexts = field(default_factory=ber.OidTexts)
    _transport: asyncio.DatagramTransport | None = None

    async def open(self, address: str, port: int) -> int:
        """Bind and answer; returns the port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Port(self), local_addr=(address, port))
        return int(self._transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        """Stop answering."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def received(self, datagram: bytes, sender: Address) -> None:
        """Answer one datagram, or don't, as the fault says."""
        if not self.alive:
            return
        self.ledger.count(self.device, "snmp.asked")
        reply = self._reply(datagram)
        if self.fault is SnmpFault.SLOW:
            asyncio.get_running_loop().call_later(self.slow_by, self._send, reply, sender)
        else:
            self._send(reply, sender)

    def _reply(self, datagram: bytes) -> bytes | None:
        match self.fault:
            case SnmpFault.SILENT:
                return None
            case SnmpFault.GARBAGE:
                return bytes((37 * i + 11) % 256 for i in range(200))
            case SnmpFault.HUGE:
                return b"\x30\x84\x00\x00\xff\xf0" + b"\x04" * 60000
        try:
            if message.version_of(datagram) == message.V3:
                return self._secure_reply(datagram)
            return self._community_reply(message.decode(datagram, self._texts))
        except ber.DecodeError:
            self._refuse()
            return None

    def _secure_reply(self, datagram: bytes) -> bytes | None:
        if self.secure is None:
            self._refuse()
            return None
        return self.secure.respond(datagram, self.uptime(), self._answer)

    def _community_reply(self, asked: message.CommunityMessage) -> bytes | None:
        if not self.community or asked.community != self.community.encode() or isinstance(asked.pdu, pdu.TrapV1):
            self._refuse()
            return None
        if any(name.startswith(ber.oid_octets(deaf)) for name in asked.pdu.names for deaf in self.deaf_to):
            return None
        return message.encode(message.prefix(asked.version, asked.community), self._answer(asked.pdu))

    def _answer(self, asked: pdu.Pdu) -> bytes:
        self.ledger.count(self.device, "snmp.answered")
        return answer(asked, self.walk, self.uptime())

    def _refuse(self) -> None:
        self.ledger.count(self.device, "snmp.refused")

    def _send(self, reply: bytes | None, to: Address) -> None:
        if reply is not None and self._transport is not None and self.alive:
            self._transport.sendto(reply, to)


class _Port(asyncio.DatagramProtocol):
    def __init__(self, agent: SnmpAgent) -> None:
        self._agent = agent

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._agent.received(data, addr)
