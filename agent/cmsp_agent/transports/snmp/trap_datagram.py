"""What a datagram at the trap port turns out to be: a notification, a REPORT to send back, or nothing to be taken."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cmsp_agent.transports.snmp.authoritative import Request
from cmsp_agent.transports.snmp.ber import DecodeError
from cmsp_agent.transports.snmp.bindings import Binding, UnreadableBinding
from cmsp_agent.transports.snmp.message import CommunityMessage


class NotificationRefused(DecodeError):
    """Well-formed, but not for us or not to be believed. `reason` is short and fixed: fit for a counter's key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ReportReply:
    """A REPORT to send back to the sender: engine discovery, time synchronisation, or a refusal."""

    data: bytes = field(repr=False)
    reason: str


class Notification(NamedTuple):
    """A trap or inform, as SNMPv2 says it. The community is a secret and shows in no `repr`.

    A tuple, because in a storm of traps one is made for each, and a frozen dataclass takes five times as long to make.
    """

    version: Literal["1", "2c", "3"]
    kind: Literal["trap", "inform"]
    trap_oid: str
    """snmpTrapOID, dotted."""
    uptime: int
    """sysUpTime of the sender, hundredths of a second."""
    varbinds: tuple[Binding, ...]
    """The bindings after sysUpTime and snmpTrapOID: dotted OID and value (None for NULL and the like)."""
    agent_address: str = ""
    """Where it comes from in its own words: agent-addr (v1), snmpTrapAddress; empty where it says none, or 0.0.0.0."""
    enterprise: str = ""
    """The enterprise of a v1 trap, else empty."""
    user: str = ""
    """The SNMPv3 user that signed it (or only named itself: see `authentic`)."""
    authentic: bool = False
    """Whether its sender was authenticated; never for v1 and v2c."""
    engine_id: bytes = b""
    """The sender's engine for v3 traps, ours for informs."""
    community: bytes = b""
    origin: CommunityMessage | Request | None = None
    """What `respond` needs."""
    unreadable: tuple[UnreadableBinding, ...] = ()
    """The bindings that can't be decoded, by OID (by the octets of the name, in hex, where that is none)."""

    def __repr__(self) -> str:
        return f"Notification(v{self.version} {self.kind} {self.trap_oid} {self.varbinds!r}, user={self.user!r})"
