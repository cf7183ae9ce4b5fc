"""Encodes requests to one device, by version, and decodes and authenticates its answers.

`CommunityPeer` for v1 and v2c; `UsmPeer` for v3 keeps what we know of the device's engine: ID, boots, time. Neither
sends anything.
"""

import logging
from collections.abc import Callable
from typing import NamedTuple, Protocol

from cmsp_agent.aio.clock import Clock
from cmsp_agent.transports.snmp import message, usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.endpoint import Doubtful
from cmsp_agent.transports.snmp.keys import KeyRing
from cmsp_agent.transports.snmp.pdu import GET, REPORT, RESPONSE, Pdu, ask
from cmsp_agent.transports.snmp.timeliness import EngineTime, NotInTimeWindow
from cmsp_agent.transports.snmp.users import AUTH, LocalUser, UsmUser, localized
from cmsp_agent.transports.snmp.usm import REPORTABLE, V3Message

log = logging.getLogger(__name__)


class EngineFacts(NamedTuple):
    """What a device's SNMPv3 engine said of itself, signed."""

    engine_id: bytes
    boots: int
    time: int
    """Seconds since its last boot, by its own clock."""


class Peer(Protocol):
    """The other side of a session."""

    def encode(self, request_id: int, pdu: bytes) -> bytes:
        """The datagram that carries a request."""
        ...

    def decode(self, data: bytes, request_id: int) -> Pdu:
        """The Response or REPORT in a datagram.

        Raises:
            DecodeError: malformed, not authentic, not an answer to this request.
        """
        ...


class CommunityPeer:
    """A device asked with v1 or v2c.

    Args:
        version: `message.V1` or `V2C`.
        community: to ask with.
        texts: shared cache of OIDs.
        other: called with the community of an answer that has another one; None: such answers are refused.
    """

    def __init__(
        self, version: int, community: bytes, texts: OidTexts, other: Callable[[bytes], None] | None = None
    ) -> None:
        self._before = message.prefix(version, community)
        self._version = version
        self._texts = texts
        self._other = other

    def encode(self, request_id: int, pdu: bytes) -> bytes:  # noqa: ARG002 (v3 needs it)
        """See `Peer`."""
        return message.encode(self._before, pdu)

    def decode(self, data: bytes, request_id: int) -> Pdu:
        """See `Peer`."""
        other: bytes | None = None
        try:
            answer = message.decode_answer(data, self._before, self._texts)
        except message.OtherCommunity as odd:
            if self._other is None or odd.version != self._version:
                raise
            answer, other = odd.answer, odd.community
        if answer.kind != RESPONSE or answer.request_id != request_id:
            raise DecodeError("not the answer to this request")
        if other is not None and self._other is not None:
            self._other(other)
        return answer


class UsmPeer:
    """A device asked with v3, and its engine as far as we know it.

    Boots and time are believed when signed, and kept in memory only. Before the first signed answer they are a guess,
    taken from discovery or from a REPORT without a signature, that serves to send: nothing is checked against it.

    Args:
        user: who asks.
        clock: the engine's time is moved on by it.
        ring: remembers keys made from passwords.
        texts: shared cache of OIDs.
        boots_reset: called with the boots known and the lower ones that the device signed; returns whether to believe.
    """

    def __init__(
        self, user: UsmUser, clock: Clock, ring: KeyRing, texts: OidTexts, boots_reset: Callable[[int, int], bool]
    ) -> None:
        self._user = user
        self._clock = clock
        self._ring = ring
        self._texts = texts
        self._boots_reset = boots_reset
        self._local: LocalUser | None = None
        self._time: EngineTime | None = None
        self._before: tuple[bytes, EngineTime] | None = None
        """What was signed before the time was put in doubt, and by which engine."""
        self._guess = EngineTime(0, 0, 0.0)
        self._offered: EngineTime | None = None
        self.went_back = False
        """Whether an answer to our request is signed with a time that has gone back, and no other has come since."""

    @property
    def engine_id(self) -> bytes:
        """The device's engine ID; empty before it was discovered."""
        return self._local.engine_id if self._local else b""

    def signed_time(self, engine_id: bytes) -> EngineTime | None:
        """The time that this engine signed last; None where the device has another engine, or signed nothing yet."""
        return self._time if engine_id == self.engine_id else None

    def facts(self) -> EngineFacts | None:
        """The engine's boots and time now; None before anything signed came."""
        if self._local is None or self._time is None:
            return None
        return EngineFacts(self.engine_id, self._time.boots, self._time.estimate(self._clock.monotonic()))

    def assume(self, engine_id: bytes, guess: EngineTime = EngineTime(0, 0, 0.0)) -> None:  # noqa: B008 (immutable)
        """Take this engine ID (from the store, or discovered) for the device's; forget another one's time."""
        self._doubt()
        self._local = localized(self._user, engine_id, self._ring)
        self._guess = guess

    def forget(self) -> None:
        """The device says that this is not its engine ID, or answers nothing that is true."""
        self._doubt()
        self._local = None

    @property
    def was_offered(self) -> bool:
        """Whether a time came in an unsigned REPORT, and no signed one since."""
        return self._offered is not None

    def resynchronise(self) -> None:
        """Send by the time of that REPORT; only a signed answer makes it the engine's time."""
        self._doubt()
        self._guess, self._offered = self._offered or self._guess, None

    def _doubt(self) -> None:
        if self._time is not None:
            self._before = (self.engine_id, self._time)
        self._time = None

    def discovery(self, request_id: int) -> bytes:
        """The datagram that asks for the engine ID (RFC 3414 section 4)."""
        return usm.encode(
            usm.NOBODY, 0, 0, request_id, usm.encode_scoped(b"", b"", ask(GET, request_id, [])), REPORTABLE
        )

    def discovered(self, data: bytes, request_id: int) -> Pdu:
        """The REPORT that answers `discovery`; takes over the engine ID in it.

        Raises:
            DecodeError: no such REPORT.
        """
        received = usm.decode(data)
        pdu = usm.scoped_pdu(data, received, usm.NOBODY, self._texts).pdu
        if received.msg_id != request_id or pdu.kind != REPORT or len(received.engine_id) < 5:
            raise DecodeError("not the answer to engine discovery")
        self.assume(received.engine_id, EngineTime(received.boots, received.time, self._clock.monotonic()))
        return pdu

    def encode(self, request_id: int, pdu: bytes) -> bytes:
        """See `Peer`; the engine must be known."""
        if self._local is None:
            raise RuntimeError("SNMPv3 request before engine discovery")
        known = self._time or self._guess
        scoped = usm.encode_scoped(self._local.engine_id, self._user.context, pdu)
        flags = self._local.level | REPORTABLE
        time = known.estimate(self._clock.monotonic()) if known.at else known.latest
        return usm.encode(self._local, known.boots, time, request_id, scoped, flags)

    def decode(self, data: bytes, request_id: int) -> Pdu:
        """See `Peer`. Only a REPORT may be less protected than the request was."""
        received = usm.decode(data)
        local = self._local
        if local is None or received.msg_id != request_id:
            raise DecodeError("not the answer to this request")
        if received.level != local.level:
            return self._less_protected(data, received, local)
        if received.engine_id != local.engine_id or received.user != self._user.name:
            return self._less_protected(data, received, local)
        if local.level & AUTH:
            usm.verify(data, received, local)
        scoped = usm.scoped_pdu(data, received, local, self._texts)
        if scoped.pdu.kind == REPORT:
            return self._report(received, local, scoped.pdu)
        if local.level & AUTH:
            self._learn(received)
        if scoped.pdu.kind != RESPONSE or scoped.pdu.request_id != request_id:
            raise DecodeError("not the answer to this request")
        return scoped.pdu

    def _less_protected(self, data: bytes, received: V3Message, local: LocalUser) -> Pdu:
        pdu = usm.scoped_pdu(data, received, usm.NOBODY, self._texts).pdu
        if pdu.kind != REPORT:
            raise DecodeError("answer less protected than the request, or of another engine or user")
        if usm.report_name(pdu, self._texts) == usm.NOT_IN_TIME_WINDOW:
            if received.engine_id != local.engine_id:
                raise DecodeError("REPORT of another engine")
            if received.flags & AUTH and received.user == self._user.name:
                usm.verify(data, received, local)
                return self._report(received, local, pdu)
            self._offered = EngineTime(received.boots, received.time, self._clock.monotonic())
        if self._time is not None:
            # The device has signed for this user before: anybody may have made this REPORT, so a signed answer, if it
            # comes, goes first.
            raise Doubtful(pdu)
        return pdu

    def _report(self, received: V3Message, local: LocalUser, pdu: Pdu) -> Pdu:
        """Take the time from a REPORT that ours is wrong; the msgID, just made, shows that it is no repeat."""
        if usm.report_name(pdu, self._texts) == usm.NOT_IN_TIME_WINDOW and local.level & AUTH:
            known = self._time or self._signed_before()
            if (
                known is not None
                and received.boots < known.boots
                and not self._boots_reset(known.boots, received.boots)
            ):
                raise DecodeError(f"engineBoots went back from {known.boots} to {received.boots}")
            self._believe(EngineTime(received.boots, received.time, self._clock.monotonic()))
        return pdu

    def _learn(self, received: V3Message) -> None:
        """Check the time of a signed answer. Where ours is in doubt, a lower one is that of an engine gone back."""
        now = self._clock.monotonic()
        known = self._time or self._signed_before() or EngineTime(received.boots, received.time, now)
        try:
            self._believe(known.observe(received.boots, received.time, now))
        except NotInTimeWindow:
            self.went_back = self._time is not None
            if self.went_back or not self._boots_reset(known.boots, received.boots):
                raise
            self._believe(EngineTime(received.boots, received.time, now))

    def _signed_before(self) -> EngineTime | None:
        return self._before[1] if self._before is not None and self._before[0] == self.engine_id else None

    def _believe(self, time: EngineTime) -> None:
        self._time = time
        self._before = self._offered = None
        self.went_back = False
