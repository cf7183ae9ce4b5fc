"""One datagram through our codec and through the oracles.

pysnmp is the oracle of values, net-snmp that of tolerance: what we read must be what one of them reads, and what
net-snmp reads we must read too, but for what `EXCUSED` lists.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber, message, usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.message import V2C, V3, CommunityMessage
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.pdu import Pdu, TrapV1
from cmsp_agent.transports.snmp.users import AUTH, PRIV, LocalUser
from cmsp_agent.transports.snmp.usm import V3Message
from cmsp_agent.transports.snmp.values import HeldValue, Missing
from tests.fuzz import netsnmp_oracle, oracle

Answer = TypeVar("Answer")
Named = tuple[str, HeldValue]

EXCUSED = (
    "number of no octets",
    "INTEGER of more than 32 bits",
    "not a finite number",
    "OID with a sub-identifier over 32 bits, or with more than 128 of them",
)
"""What we call unreadable where net-snmp gives a figure that the device did not send: docs/engineering/snmp.md."""
REFUSED = (
    "outside ",
    "no PDU",
    "where 0x04 belongs",
    "where 0x06 belongs",
    "where the agent address belongs",
    "oversized",
    "integer of no octets",
    "too short for SNMP",
)
"""Beginnings of what may be wrong around the bindings though net-snmp reads on."""


class Disagreement(AssertionError):
    """Ours gives what no oracle does, or nothing where it should."""


def _same(what: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise Disagreement(f"{what}: ours {ours!r}, the oracle's {theirs!r}")


def our_bindings(pdu: Pdu | TrapV1, texts: OidTexts) -> list[Named]:
    """The bindings of a PDU in the oracles' terms; with what can't be decoded, names included, as `Unreadable`."""
    found: list[Named] = []
    for name, value in zip(pdu.names, pdu.values, strict=True):
        try:
            found.append((texts[name], value))
        except DecodeError as error:
            found.append(("", Unreadable(str(error), name)))
    return found


def _same_bindings(pdu: Pdu | TrapV1, theirs: Sequence[tuple[str, object]], texts: OidTexts) -> None:
    """What we read must be what the oracle reads."""
    ours = our_bindings(pdu, texts)
    _same("number of bindings", len(ours), len(theirs))
    for (name, value), (their_name, their_value) in zip(ours, theirs, strict=True):
        if not isinstance(value, Unreadable):
            _same("name", name, their_name)
            if not _wrapped(their_value):
                _same("value", None if isinstance(value, Missing) else value, their_value)


def _wrapped(value: object) -> bool:
    """Whether a number may be in it: pysnmp does not look into an Opaque, and net-snmp is the oracle there."""
    return isinstance(value, bytes) and value.startswith(b"\x9f")


def _same_pdu(
    pdu: Pdu | TrapV1, kind: int, head: tuple[object, ...], bindings: Sequence[tuple[str, object]], texts: OidTexts
) -> None:
    if isinstance(pdu, TrapV1):
        _same("kind", 0xA4, kind)
        _same("trap", (pdu.enterprise, pdu.agent_address, pdu.generic, pdu.specific, pdu.uptime), head)
    else:
        _same("kind", pdu.kind, kind)
        _same("head", (pdu.request_id, pdu.error_status, pdu.error_index), head)
        _same("holes", pdu.holes, any(isinstance(value, Missing | Unreadable) for value in pdu.values))
    _same_bindings(pdu, bindings, texts)


def check(data: bytes, texts: OidTexts, user: LocalUser) -> bool:
    """Compare; whether ours read the datagram.

    Raises:
        Disagreement: see the module.
    """
    try:
        message.request_id_of(data)
        if message.version_of(data) == V3:
            return _check_v3(data, texts, user)
        check_community(data, texts)
    except DecodeError as error:
        _may_refuse(data, str(error))
        return False
    return True


def check_community(data: bytes, texts: OidTexts) -> None:
    """Compare a message of v1 or v2c.

    Raises:
        DecodeError: ours refuses it.
        Disagreement: see the module.
    """
    received = message.decode(data, texts)
    read_by_one = _as_netsnmp(data, received, texts) or _as_pysnmp(data, received, texts)
    if not read_by_one and netsnmp_oracle.library() is not None:
        values = [value for _, value in our_bindings(received.pdu, texts)]
        if not any(isinstance(value, Unreadable) or _wrapped(value) for value in values) and not isinstance(
            received.pdu, TrapV1
        ):
            raise Disagreement(f"all of it is read, and no oracle reads it: {data.hex()}")


def _may_refuse(data: bytes, reason: str) -> None:
    if netsnmp_oracle.library() is None or any(part in reason for part in REFUSED):
        return
    try:
        theirs = netsnmp_oracle.decode(data)
    except netsnmp_oracle.Refused:
        return
    raise Disagreement(f"ours refuses ({reason}) what net-snmp reads: {theirs}: {data.hex()}")


def _as_netsnmp(data: bytes, received: CommunityMessage, texts: OidTexts) -> bool:
    """Compare with net-snmp; whether that reads it."""
    if netsnmp_oracle.library() is None:
        return False
    try:
        theirs = netsnmp_oracle.decode(data)
    except netsnmp_oracle.Refused:
        return False
    _same("version, community", (received.version, received.community), (theirs.version, theirs.community))
    ours = our_bindings(received.pdu, texts)
    _same("number of bindings", len(ours), len(theirs.bindings))
    for (name, value), (their_name, _, their_value) in zip(ours, theirs.bindings, strict=True):
        if not isinstance(value, Unreadable):
            _same("name", name, their_name)
            _same("value", None if isinstance(value, Missing) else value, their_value)
        elif value.reason not in EXCUSED:
            raise Disagreement(f"net-snmp reads {their_name} = {their_value!r}, ours says {value.reason}: {data.hex()}")
    return True


def _as_pysnmp(data: bytes, received: CommunityMessage, texts: OidTexts) -> bool:
    """Compare with pysnmp; whether that reads it."""
    try:
        theirs = oracle.decode(data)
    except oracle.Refused:
        return False
    _same("version, community", (received.version, received.community), (theirs.version, theirs.community))
    _same_pdu(received.pdu, theirs.kind, theirs.head, theirs.bindings, texts)
    return True


def _asked(decode: Callable[[bytes], Answer], data: bytes) -> Answer | None:
    try:
        return decode(data)
    except oracle.Refused:
        return None


def _check_v3(data: bytes, texts: OidTexts, user: LocalUser) -> bool:
    received = usm.decode(data)
    scoped = usm.scoped_pdu(data, received, user, texts)
    theirs = _asked(oracle.decode_v3, data)
    if theirs is None:
        _judged_by_netsnmp(_inner(data, received, user), texts)
        return True
    _same(
        "header", (received.msg_id, received.max_size, received.flags), (theirs.msg_id, theirs.max_size, theirs.flags)
    )
    _same("engine", (received.engine_id, received.boots, received.time), (theirs.engine_id, theirs.boots, theirs.time))
    _same("user", (received.user, received.mac, received.salt), (theirs.user, theirs.mac, theirs.salt))
    inside = theirs.scoped
    if received.flags & PRIV:
        plain = user.decrypt(theirs.ciphertext or b"", received.salt, received.boots, received.time)
        inside = _asked(oracle.decode_scoped, plain)
        if inside is None:
            _judged_by_netsnmp(_inner(data, received, user), texts)
            return True
    if inside is None:
        raise Disagreement("ours gives a scoped PDU where the oracle has a ciphertext")
    _same("context", (scoped.context_engine_id, scoped.context_name), inside[:2])
    _same_pdu(scoped.pdu, inside[2], inside[3], inside[4], texts)
    return True


def _inner(data: bytes, received: V3Message, user: LocalUser) -> bytes:
    """The PDU inside a message of v3."""
    plain, at = data, received.data_at
    if received.flags & PRIV:
        start, end = ber.content(data, at, len(data), ber.OCTET_STRING)
        plain, at = user.decrypt(data[start:end], received.salt, received.boots, received.time), 0
    at, stop = ber.content(plain, at, len(plain), ber.SEQUENCE)
    _, at = ber.octets(plain, at, stop)
    _, at = ber.octets(plain, at, stop)
    return plain[at:stop]


def _judged_by_netsnmp(pdu: bytes, texts: OidTexts) -> None:
    """Where pysnmp refuses a scoped PDU, net-snmp judges it in a message of v2c: it reads both alike."""
    try:
        check_community(message.encode(message.prefix(V2C, b"v3"), pdu), texts)
    except DecodeError as error:
        raise Disagreement(f"refused in v2c only: {error}: {pdu.hex()}") from error


def never_believed(data: bytes, user: LocalUser) -> None:
    """A changed message that was signed must not verify.

    Raises:
        Disagreement: it does.
    """
    try:
        received = usm.decode(data)
        usm.verify(data, received, user)
    except DecodeError:
        return
    raise Disagreement("a changed message verifies")


def edge(decoder: NotificationDecoder, data: bytes) -> None:
    """The receiver's edge: nothing but DecodeError may come out of it."""
    try:
        decoder.decode(data, "192.0.2.1")
    except DecodeError:
        return


__all__ = ["AUTH", "Disagreement", "check", "edge", "never_believed", "our_bindings"]
