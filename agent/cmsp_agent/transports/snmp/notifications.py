"""Traps and informs of v1, v2c and v3, understood: one `Notification` whatever the version. Opens no socket.

Use::

    decoder = NotificationDecoder(users, OwnEngine(engine_id, boots, clock), clock)
    received = decoder.decode(datagram, sender)       # Notification | ReportReply; raises DecodeError
    # a ReportReply: send `received.data` back to the sender, nothing else
    # a Notification of kind "inform": make it durable, then send `decoder.respond(received)` back

SNMPv1 traps are mapped to v2 (RFC 3584 section 3.1). SNMPv3 users are known by name alone: a trap's sender is its own
authoritative engine, and its key is made from the password and its engine ID when its first message comes.
"""

from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import chain

from cmsp_agent.aio.clock import Clock
from cmsp_agent.transports.snmp import ber, message, usm
from cmsp_agent.transports.snmp.authoritative import AuthoritativeUsm, OwnEngine, Request, UsmReport
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.bindings import Content, readable, trap_address, v2_content
from cmsp_agent.transports.snmp.keys import Bounded, KeyRing
from cmsp_agent.transports.snmp.message import V1, V3, CommunityMessage
from cmsp_agent.transports.snmp.pdu import INFORM, RESPONSE, TRAP, Pdu, TrapV1, encode_pdu
from cmsp_agent.transports.snmp.timeliness import EngineTime, NotInTimeWindow, SignedTimes
from cmsp_agent.transports.snmp.trap_datagram import Notification, NotificationRefused, ReportReply
from cmsp_agent.transports.snmp.users import AUTH, LocalUser, UsmUser, by_name, localized
from cmsp_agent.transports.snmp.usm import REPORTABLE, V3Message
from cmsp_agent.transports.snmp.usual_trap import UsualTraps

GENERIC_TRAPS = "1.3.6.1.6.3.1.1.5"

MOST_SENDERS = 8192


class NotificationDecoder:
    """Decodes what arrives at the trap port.

    Args:
        users: SNMPv3 users; of several with one name, the one whose key fits is meant.
        own_engine: for informs; None refuses them.
        clock: for time windows.
        communities: those accepted for v1 and v2c; None accepts all.
        ring: shared with the client, so that a password is hashed once.
        texts: shared cache of OIDs.
        times: what devices signed of their time in answers to our own requests; shared with the client.
    """

    def __init__(
        self,
        users: Iterable[UsmUser],
        own_engine: OwnEngine | None,
        clock: Clock,
        *,
        communities: Collection[bytes] | None = None,
        ring: KeyRing | None = None,
        texts: OidTexts | None = None,
        times: SignedTimes | None = None,
    ) -> None:
        self._ring = ring or KeyRing()
        self._texts = OidTexts() if texts is None else texts
        self._usual = UsualTraps(self._texts)
        self._users = by_name(users)
        self._clock = clock
        self._communities = None if communities is None else frozenset(communities)
        self._own_id = own_engine.engine_id if own_engine else None
        self._own = (
            AuthoritativeUsm(own_engine, chain(*self._users.values()), self._ring, self._texts) if own_engine else None
        )
        self._local: Bounded[tuple[bytes, bytes], LocalUser] = Bounded(MOST_SENDERS)
        self._signed_times = times or SignedTimes()
        self._times: Bounded[tuple[bytes, str], EngineTime] = Bounded(MOST_SENDERS)

    def decode(self, data: bytes, sender: str) -> Notification | ReportReply:
        """Decode, verify and decrypt one datagram.

        Args:
            data: the datagram.
            sender: the address that it came from: SNMPv3 time windows are kept by engine ID and address, because
                cloned devices share an engine ID.

        Raises:
            DecodeError: malformed.
            NotificationRefused: (a DecodeError too) well-formed but unknown community or user, wrong digest, repeated,
                no notification, …
        """
        usual = self._usual.read(data)
        if usual is not None:
            trap_oid, uptime, bindings, address, community = usual
            if self._communities is not None and community not in self._communities:
                raise NotificationRefused("unknown community")
            # The class's own constructor is one of Python's, which takes three times as long.
            fields = ("2c", "trap", trap_oid, uptime, bindings, address, "", "", False, b"", community, None, ())
            return tuple.__new__(Notification, fields)
        if message.version_of(data) == V3:
            return self._decode_v3(data, sender)
        received = message.decode(data, self._texts)
        if self._communities is not None and received.community not in self._communities:
            raise NotificationRefused("unknown community")
        if isinstance(received.pdu, TrapV1):
            return self._from_v1(received, received.pdu)
        return self._from_v2c(received, received.pdu)

    def respond(self, inform: Notification) -> bytes:
        """The Response that acknowledges an inform: to be sent after it is durable.

        Raises:
            ValueError: a trap, which nobody answers.
        """
        origin = inform.origin
        if inform.kind == "inform" and isinstance(origin, CommunityMessage) and isinstance(origin.pdu, Pdu):
            before = message.prefix(origin.version, origin.community)
            return message.encode(before, _acknowledgement(origin.pdu))
        if inform.kind == "inform" and isinstance(origin, Request) and self._own is not None:
            return self._own.respond(origin, _acknowledgement(origin.pdu))
        raise ValueError("only an inform that this decoder decoded is answered")

    def _from_v2c(self, received: CommunityMessage, pdu: Pdu) -> Notification:
        trap_oid, uptime, varbinds, unreadable = self._content(pdu)
        return Notification(
            version="1" if received.version == V1 else "2c",
            kind="inform" if pdu.kind == INFORM else "trap",
            trap_oid=trap_oid,
            uptime=uptime,
            varbinds=varbinds,
            agent_address=trap_address(varbinds),
            community=received.community,
            origin=received,
            unreadable=unreadable,
        )

    def _from_v1(self, received: CommunityMessage, trap: TrapV1) -> Notification:
        """The mapping of RFC 3584 section 3.1: generic traps have OIDs of their own, others hang on the enterprise.

        A generic number over 6, which means nothing, is taken for 6, the maker's own.
        """
        trap_oid = f"{trap.enterprise}.0.{trap.specific & ber.LARGEST_ARC}"  # no sub-identifier is negative
        if trap.generic < 6:
            trap_oid = f"{GENERIC_TRAPS}.{trap.generic + 1}"
        varbinds, unreadable = readable(trap.names, trap.values, self._texts)
        return Notification(
            version="1" if received.version == V1 else "2c",
            kind="trap",
            trap_oid=trap_oid,
            uptime=trap.uptime,
            varbinds=varbinds,
            agent_address="" if trap.agent_address == "0.0.0.0" else trap.agent_address,
            enterprise=trap.enterprise,
            community=received.community,
            unreadable=unreadable,
        )

    def _content(self, pdu: Pdu) -> Content:
        if pdu.kind not in (TRAP, INFORM):
            raise NotificationRefused("not a notification")
        content = v2_content(pdu.names, pdu.values, self._texts)
        if not content.trap_oid:
            raise NotificationRefused("no snmpTrapOID")
        return content

    def _decode_v3(self, data: bytes, sender: str) -> Notification | ReportReply:
        received = usm.decode(data)
        # Whoever wants an answer (an inform, or the discovery before it) must address our engine; a trap's sender is
        # its own authority and wants none.
        if received.engine_id != self._own_id and not received.flags & REPORTABLE:
            return self._trap(data, received, sender)
        if received.engine_id not in (b"", self._own_id):
            # Some senders ask for a REPORT with traps too, though none is due: what is inside decides (RFC 3412 7.2).
            with suppress(DecodeError):
                return self._trap(data, received, sender)
        if self._own is None:
            raise NotificationRefused("inform without an own engine")
        return self._to_own_engine(self._own, data, received)

    def _trap(self, data: bytes, received: V3Message, sender: str) -> Notification:
        """A trap, its sender's own engine being the authority."""
        user = self._sender(data, received)
        if received.level != user.level:
            raise NotificationRefused("other security level than agreed")
        if user.level & AUTH:
            self._check(data, received, user, sender)
        pdu = usm.scoped_pdu(data, received, user, self._texts).pdu
        if pdu.kind != TRAP:
            raise NotificationRefused("not a notification")
        return self._from_v3(pdu, user.user, received.engine_id, None)

    def _to_own_engine(self, own: AuthoritativeUsm, data: bytes, received: V3Message) -> Notification | ReportReply:
        request = own.receive(data, received)
        if isinstance(request, UsmReport):
            return ReportReply(request.data, request.reason)
        if request is None:
            raise NotificationRefused("not to be believed")
        return self._from_v3(request.pdu, request.user.user, received.engine_id, request)

    def _sender(self, data: bytes, received: V3Message) -> LocalUser:
        users = self._users.get(received.user, ())
        known = self._local.recall((received.user, received.engine_id))
        if known is not None and (len(users) == 1 or usm.fits(data, received, known)):
            return known
        if not users:
            raise NotificationRefused("unknown user")
        candidates = [localized(user, received.engine_id, self._ring) for user in users]
        return self._local.keep((received.user, received.engine_id), usm.fitting(data, received, candidates))

    def _check(self, data: bytes, received: V3Message, user: LocalUser, sender: str) -> None:
        try:
            usm.verify(data, received, user)
        except usm.NotAuthentic:
            raise NotificationRefused("wrong digest") from None
        place = (received.engine_id, sender)
        now = self._clock.monotonic()
        known = self._times.recall(place) or EngineTime(received.boots, received.time, now)
        try:
            seen = known.observe(received.boots, received.time, now)
        except NotInTimeWindow:
            seen = self._gone_back(received, known, now, sender)
        self._times.keep(place, seen)

    def _gone_back(self, received: V3Message, known: EngineTime, now: float, sender: str) -> EngineTime:
        """The time of an engine that has gone back since its last trap, and has said so in a signed answer to us."""
        signed = self._signed_times.of(received.engine_id, sender)
        if signed is None or signed.at <= known.at:
            raise NotificationRefused("outside the time window")
        try:
            return signed.observe(received.boots, received.time, now)
        except NotInTimeWindow:
            raise NotificationRefused("outside the time window") from None

    def _from_v3(self, pdu: Pdu, user: UsmUser, engine_id: bytes, request: Request | None) -> Notification:
        trap_oid, uptime, varbinds, unreadable = self._content(pdu)
        return Notification(
            version="3",
            kind="inform" if pdu.kind == INFORM else "trap",
            trap_oid=trap_oid,
            uptime=uptime,
            varbinds=varbinds,
            agent_address=trap_address(varbinds),
            user=user.name.decode(errors="replace"),
            authentic=user.auth is not None,
            engine_id=engine_id,
            origin=request,
            unreadable=unreadable,
        )


def _acknowledgement(pdu: Pdu) -> bytes:
    return encode_pdu(RESPONSE, pdu.request_id, 0, 0, pdu.raw)
