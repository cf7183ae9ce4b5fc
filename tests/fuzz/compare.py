"""One datagram through our codec and through the oracle: ours may refuse more, but never say anything else."""

from collections.abc import Callable
from typing import TypeVar

from cmsp_agent.transports.snmp import message, usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.message import V3
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.pdu import Pdu, TrapV1
from cmsp_agent.transports.snmp.users import AUTH, PRIV, LocalUser
from cmsp_agent.transports.snmp.varbinds import Missing
from tests.fuzz import oracle

Answer = TypeVar("Answer")


class Disagreement(AssertionError):
    """Ours gives what the oracle does not."""


def _same(what: str, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise Disagreement(f"{what}: ours {ours!r}, the oracle's {theirs!r}")


def our_bindings(pdu: Pdu | TrapV1, texts: OidTexts) -> list[tuple[str, oracle.Value]]:
    """The bindings of a PDU in the oracle's terms.

    Raises:
        DecodeError: a name that is no OID: found when the name is first used, and no value was given out then.
    """
    values = [None if isinstance(value, Missing) else value for value in pdu.values]
    return list(zip((texts[name] for name in pdu.names), values, strict=True))


def _check_pdu(pdu: Pdu | TrapV1, kind: int, head: tuple[object, ...], bindings: object, texts: OidTexts) -> None:
    if isinstance(pdu, TrapV1):
        _same("kind", 0xA4, kind)
        _same("trap", (pdu.enterprise, pdu.agent_address, pdu.generic, pdu.specific, pdu.uptime), head)
    else:
        _same("kind", pdu.kind, kind)
        _same("head", (pdu.request_id, pdu.error_status, pdu.error_index), head)
        _same("holes", pdu.holes, any(isinstance(value, Missing) for value in pdu.values))
    _same("bindings", our_bindings(pdu, texts), bindings)


def check(data: bytes, texts: OidTexts, user: LocalUser) -> bool:
    """Compare; whether ours accepted the datagram.

    Raises:
        Disagreement: ours gives another value, or any where the oracle refuses.
    """
    try:
        message.request_id_of(data)
        if message.version_of(data) == V3:
            return _check_v3(data, texts, user)
        heard = message.decode(data, texts)
        our_bindings(heard.pdu, texts)
    except DecodeError:
        return False
    theirs = _asked(oracle.decode, data)
    _same("version, community", (heard.version, heard.community), (theirs.version, theirs.community))
    _check_pdu(heard.pdu, theirs.kind, theirs.head, theirs.bindings, texts)
    return True


def _asked(decode: Callable[[bytes], Answer], data: bytes) -> Answer:
    try:
        return decode(data)
    except oracle.Refused as error:
        raise Disagreement(f"ours accepts what the oracle refuses: {error}") from error


def _check_v3(data: bytes, texts: OidTexts, user: LocalUser) -> bool:
    heard = usm.decode(data)
    scoped = usm.scoped_pdu(data, heard, user, texts)
    our_bindings(scoped.pdu, texts)
    theirs = _asked(oracle.decode_v3, data)
    _same("header", (heard.msg_id, heard.max_size, heard.flags), (theirs.msg_id, theirs.max_size, theirs.flags))
    _same("engine", (heard.engine_id, heard.boots, heard.time), (theirs.engine_id, theirs.boots, theirs.time))
    _same("user", (heard.user, heard.mac, heard.salt), (theirs.user, theirs.mac, theirs.salt))
    inside = theirs.scoped
    if heard.flags & PRIV:
        plain = user.decrypt(theirs.ciphertext or b"", heard.salt, heard.boots, heard.time)
        inside = _asked(oracle.decode_scoped, plain)
    if inside is None:
        raise Disagreement("ours gives a scoped PDU where the oracle has a ciphertext")
    _same("context", (scoped.context_engine_id, scoped.context_name), inside[:2])
    _check_pdu(scoped.pdu, inside[2], inside[3], inside[4], texts)
    return True


def never_believed(data: bytes, user: LocalUser) -> None:
    """A changed message that was signed must not verify.

    Raises:
        Disagreement: it does.
    """
    try:
        heard = usm.decode(data)
        usm.verify(data, heard, user)
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
