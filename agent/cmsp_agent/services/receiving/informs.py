"""The informs of the last minutes: one that is sent again, because its acknowledgement was lost, counts once.

The identity of an inform is its sender, its request ID and its bindings, sysUpTime among them. So a device that starts
anew and counts from the beginning sends new informs.
"""

from typing import NamedTuple

from cmsp_agent.aio.clock import Clock
from cmsp_agent.transports.snmp.keys import Bounded
from cmsp_agent.transports.snmp.message import CommunityMessage
from cmsp_agent.transports.snmp.pdu import Pdu
from cmsp_agent.transports.snmp.trap_datagram import Notification

MOST = 8192
REMEMBERED = 600.0
"""Seconds for which an inform is known; devices repeat theirs within a minute or two."""


class InformId(NamedTuple):
    """The identity of an inform."""

    host: str
    sender: str
    """The SNMPv3 user; empty for a community."""
    request_id: int
    content: int


class Informs:
    """Remembers informs from their arrival, and whether they are durable."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: Bounded[InformId, float] = Bounded(MOST)
        self._durable: Bounded[InformId, None] = Bounded(MOST)

    def is_new(self, inform: InformId) -> bool:
        """Whether it is new; from now on it is known."""
        now = self._clock.monotonic()
        known = self._seen.recall(inform)
        if known is not None and now - known < REMEMBERED:
            return False
        self._seen.keep(inform, now)
        self._durable.pop(inform, None)
        return True

    def stored(self, inform: InformId) -> None:
        """What it says is durable."""
        self._durable.keep(inform, None)

    def is_stored(self, inform: InformId) -> bool:
        """Whether it may be acknowledged."""
        return inform in self._durable

    def forget(self, inform: InformId) -> None:
        """It could not be stored: the next one like it is new."""
        self._seen.pop(inform, None)


def inform_id(said: Notification, host: str) -> InformId | None:
    """The identity of an inform; None for a trap, and where the message has none."""
    origin = said.origin
    if said.kind != "inform" or origin is None:
        return None
    asked = origin.pdu
    if not isinstance(asked, Pdu):
        return None
    sender = "" if isinstance(origin, CommunityMessage) else said.user
    return InformId(host, sender, asked.request_id, hash(asked.raw))
