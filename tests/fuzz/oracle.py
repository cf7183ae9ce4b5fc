"""What pysnmp makes of a datagram, in the terms of our own codec: the oracle of the fuzz tests."""

from typing import Any, NamedTuple

from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.error import PySnmpError
from pysnmp.proto import rfc1155, rfc1157, rfc1901, rfc1902
from pysnmp.proto.api import verdec
from pysnmp.proto.mpmod.rfc3412 import ScopedPDU, SNMPv3Message
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

Value = int | bytes | str | None


class Refused(Exception):
    """The oracle does not accept the datagram."""


class Received(NamedTuple):
    """A v1 or v2c message."""

    version: int
    community: bytes
    kind: int
    head: tuple[Any, ...]
    """Request ID, error status, error index; or the fields of an SNMPv1 trap."""
    bindings: list[tuple[str, Value]]


class ReceivedV3(NamedTuple):
    """An SNMPv3 message that is not encrypted, or the ciphertext of one that is."""

    msg_id: int
    max_size: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    mac: bytes
    salt: bytes
    ciphertext: bytes | None
    scoped: "tuple[bytes, bytes, int, tuple[Any, ...], list[tuple[str, Value]]] | None"


def _leaf(value: Any) -> Any:
    while isinstance(value, univ.Choice):
        value = value.getComponent()
    return value


def plain(value: Any) -> Value:
    """The Python value of an SMI object, as our codec gives it; None for NULL and the exceptions."""
    leaf = _leaf(value)
    if isinstance(leaf, univ.Null):  # for pyasn1 a kind of octet string
        return None
    if isinstance(leaf, rfc1902.IpAddress | rfc1155.IpAddress):
        return ".".join(map(str, leaf.asNumbers()))
    if isinstance(leaf, univ.OctetString):
        return bytes(leaf.asOctets())
    if isinstance(leaf, univ.ObjectIdentifier):
        return ".".join(map(str, tuple(leaf)))
    return int(leaf)


def _decode(data: bytes, spec: Any) -> Any:
    try:
        return decoder.decode(data, asn1Spec=spec)[0]
    except (PyAsn1Error, PySnmpError, OverflowError) as error:  # a length over 63 bits is too much for its stream
        raise Refused(str(error)) from error


def _pdu(pdu: Any) -> tuple[int, tuple[Any, ...], list[tuple[str, Value]]]:
    tag = pdu.tagSet.superTags[-1]
    kind = tag.tagClass | tag.tagFormat | tag.tagId
    parts = [pdu.getComponentByPosition(at) for at in range(len(pdu.componentType))]
    head = tuple(plain(part) for part in parts[:-1])
    bindings = [
        (str(plain(pair.getComponentByPosition(0))), plain(pair.getComponentByPosition(1))) for pair in parts[-1]
    ]
    return kind, head, bindings


def decode(data: bytes) -> Received:
    """Decode a message of v1 or v2c.

    Raises:
        Refused: pysnmp does not accept it.
    """
    version = _version(data)
    spec = {0: rfc1157.Message, 1: rfc1901.Message}.get(version)
    if spec is None:
        raise Refused(f"version {version}")
    message = _decode(data, spec())
    if int(message.getComponentByPosition(0)) != version:
        raise Refused("version")
    pdu = _leaf(message.getComponentByPosition(2))
    community = bytes(message.getComponentByPosition(1).asOctets())
    try:
        return Received(version, community, *_pdu(pdu))
    except (PyAsn1Error, PySnmpError) as error:
        raise Refused(str(error)) from error


def _version(data: bytes) -> int:
    try:
        return int(verdec.decode_message_version(data))
    except (PyAsn1Error, PySnmpError) as error:
        raise Refused(str(error)) from error


def decode_v3(data: bytes) -> ReceivedV3:
    """Decode an SNMPv3 message, and its scoped PDU where that is not encrypted.

    Raises:
        Refused: pysnmp does not accept it.
    """
    message = _decode(data, SNMPv3Message())
    header = message.getComponentByPosition(1)
    security = _decode(bytes(message.getComponentByPosition(2).asOctets()), UsmSecurityParameters())
    msg_id, max_size, flags = (header.getComponentByPosition(at) for at in range(3))
    engine_id, boots, time, user, mac, salt = (security.getComponentByPosition(at) for at in range(6))
    inner = _leaf(message.getComponentByPosition(3))
    ciphertext = bytes(inner.asOctets()) if isinstance(inner, univ.OctetString) else None
    return ReceivedV3(
        int(msg_id),
        int(max_size),
        flags.asOctets()[0],
        bytes(engine_id.asOctets()),
        int(boots),
        int(time),
        bytes(user.asOctets()),
        bytes(mac.asOctets()),
        bytes(salt.asOctets()),
        ciphertext,
        None if ciphertext is not None else scoped(inner),
    )


def scoped(inner: Any) -> tuple[bytes, bytes, int, tuple[Any, ...], list[tuple[str, Value]]]:
    """The parts of a decoded ScopedPDU."""
    engine_id, name, data = (inner.getComponentByPosition(at) for at in range(3))
    return bytes(engine_id.asOctets()), bytes(name.asOctets()), *_pdu(_leaf(data))


def decode_scoped(plaintext: bytes) -> tuple[bytes, bytes, int, tuple[Any, ...], list[tuple[str, Value]]]:
    """Decode a decrypted scoped PDU.

    Raises:
        Refused: pysnmp does not accept it.
    """
    return scoped(_decode(plaintext, ScopedPDU()))
