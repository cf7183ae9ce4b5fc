"""Our own authoritative engine (RFC 3414 section 3.2): it checks what is addressed to it and answers with REPORTs.

The receiver of informs uses it, and so can a simulated device: `receive` a request, then `respond`. Opens no socket
and stores nothing: whoever makes an `OwnEngine` has made engine ID and boots durable before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cmsp_agent.aio.clock import Clock
from cmsp_agent.transports.snmp import ber, usm
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.keys import KeyRing
from cmsp_agent.transports.snmp.pdu import REPORT, Pdu, encode_pdu
from cmsp_agent.transports.snmp.timeliness import MOST, within_window
from cmsp_agent.transports.snmp.users import AUTH, PRIV, LocalUser, UsmUser, by_name, localized
from cmsp_agent.transports.snmp.usm import REPORTABLE, NotAuthentic, V3Message
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds


class OwnEngine:
    """The identity and the time of our engine.

    Args:
        engine_id: 5 to 32 octets, the same at each start.
        boots: one more than at the last start, and durable already: repeats of what was sent to an earlier life of
            the engine are known by it alone.
        clock: engineTime is the monotonic time since this object was made.
    """

    def __init__(self, engine_id: bytes, boots: int, clock: Clock) -> None:
        self.engine_id = engine_id
        self.boots = min(boots, MOST)
        self._clock = clock
        self._started = clock.monotonic()

    def time(self) -> int:
        """engineTime, seconds."""
        return int(self._clock.monotonic() - self._started)


@dataclass(frozen=True, slots=True)
class UsmReport:
    """What must be sent back instead of an answer, and which counter it names."""

    data: bytes = field(repr=False)
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request or inform that is authentic, fresh and decrypted."""

    pdu: Pdu
    context_name: bytes
    context_engine_id: bytes
    msg_id: int
    level: int
    user: LocalUser


class AuthoritativeUsm:
    """Checks messages to one own engine, for a list of users known by name (and, where they share one, by key).

    Args:
        engine: whose messages these are.
        users: their keys are localised here, at once.
        ring: shared, so that a password is hashed once.
        texts: shared cache of OIDs.
    """

    def __init__(self, engine: OwnEngine, users: Iterable[UsmUser], ring: KeyRing, texts: OidTexts) -> None:
        self._engine = engine
        self._texts = texts
        self._users = {
            name: [localized(user, engine.engine_id, ring) for user in same] for name, same in by_name(users).items()
        }
        self._anyone = LocalUser(UsmUser(b""), engine.engine_id, None, None)
        self._counts: dict[str, int] = {}

    def receive(self, data: bytes, message: V3Message | None = None) -> Request | UsmReport | None:
        """Check a datagram.

        Args:
            data: the datagram.
            message: `usm.decode(data)`, where the caller has it already.

        Returns:
            The request; or a REPORT to send back; or None where something is wrong that no REPORT may answer.

        Raises:
            DecodeError: malformed, before or after decryption.
        """
        message = usm.decode(data) if message is None else message
        users = self._users.get(message.user)
        user = usm.fitting(data, message, users) if users else None
        reason = self._objection(data, message, user)
        if reason or user is None:
            return self._report(reason, message, user)
        try:
            scoped = usm.scoped_pdu(data, message, user, self._texts)
        except ber.DecodeError:
            if not message.flags & PRIV:
                raise
            return self._report(usm.DECRYPTION_ERROR, message, user)
        return Request(scoped.pdu, scoped.context_name, scoped.context_engine_id, message.msg_id, message.level, user)

    def _objection(self, data: bytes, message: V3Message, user: LocalUser | None) -> str:
        """The first of the checks of RFC 3414 section 3.2, in its order, that fails; empty where none does."""
        if message.engine_id != self._engine.engine_id:
            return usm.UNKNOWN_ENGINE
        if user is None:
            return usm.UNKNOWN_USER
        if message.level != user.level:
            return usm.UNSUPPORTED_LEVEL
        if user.level & AUTH:
            try:
                usm.verify(data, message, user)
            except NotAuthentic:
                return usm.WRONG_DIGEST
            if not within_window(message.boots, message.time, self._engine.boots, self._engine.time()):
                return usm.NOT_IN_TIME_WINDOW
        return ""

    def _report(self, reason: str, message: V3Message, user: LocalUser | None) -> UsmReport | None:
        self._counts[reason] = count = self._counts.get(reason, 0) + 1 & 0xFFFFFFFF
        if not message.flags & REPORTABLE:
            return None
        # Only the REPORT from which the other side may learn our time is signed (RFC 3414 section 3.2, step 7 a).
        signer, flags = self._anyone, 0
        if reason == usm.NOT_IN_TIME_WINDOW and user is not None:
            signer, flags = user, AUTH
        bindings = encode_varbinds([(ber.oid_octets(reason), encode_value(ber.COUNTER32, count))])
        # The request-id may still be encrypted, so the REPORT carries another number: the msgID identifies it.
        pdu = encode_pdu(REPORT, message.msg_id, 0, 0, bindings)
        scoped = usm.encode_scoped(self._engine.engine_id, b"", pdu)
        return UsmReport(self._encode(signer, flags, message.msg_id, scoped), usm.REPORT_NAMES[reason])

    def respond(self, request: Request, pdu: bytes) -> bytes:
        """Encode the answer to a request, at its security level, from an encoded PDU (`pdu.encode_pdu`)."""
        # The context is the request's own (RFC 3412 section 7.1 step 3): net-snmp's informs name an engine of theirs.
        scoped = usm.encode_scoped(request.context_engine_id, request.context_name, pdu)
        return self._encode(request.user, request.level, request.msg_id, scoped)

    def _encode(self, user: LocalUser, flags: int, msg_id: int, scoped: bytes) -> bytes:
        return usm.encode(user, self._engine.boots, self._engine.time(), msg_id, scoped, flags)
