"""Messages of SNMPv1 and v2c: a version, a community and a PDU (RFC 1157, RFC 1901). SNMPv3 is in `usm`."""

from typing import NamedTuple

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.pdu import TRAP_V1, Pdu, TrapV1, decode_pdu, decode_trap_v1

V1 = 0
V2C = 1
V3 = 3
LARGEST = 65507
"""Octets that one UDP datagram carries over IPv4 at most."""


class CommunityMessage(NamedTuple):
    """A message of v1 or v2c. The community is a secret: don't log a message."""

    version: int
    community: bytes
    pdu: Pdu | TrapV1

    def __repr__(self) -> str:
        return f"CommunityMessage(version={self.version}, pdu={self.pdu!r})"


def version_of(data: bytes) -> int:
    """The msgVersion of a datagram: `V1`, `V2C`, `V3`, or another number.

    Raises:
        DecodeError: not SNMP.
    """
    at, end = ber.content(data, 0, len(data), ber.SEQUENCE)
    return ber.integer(data, at, end, 0, 0x7FFFFFFF)[0]


class OtherCommunity(DecodeError):
    """An answer with another version or community than the request; neither is in its text."""

    def __init__(self, version: int, community: bytes, answer: Pdu) -> None:
        super().__init__("answer with another version or community")
        self.version = version
        self.community = community
        self.answer = answer


def request_id_of(data: bytes) -> int:
    """Where a datagram answers a request: its msgID (v3) or request-id (v1, v2c), to find out who asked.

    Looks at as few octets as it can and checks nothing: whoever asked decodes the whole of it.

    Raises:
        DecodeError: too short for SNMP.
    """
    try:
        at = 2 if data[1] < 128 else 2 + (data[1] & 127)
        if data[at + 2] == V3:
            at += 5
        else:
            at += 5 + data[at + 4]
            at += 2 if data[at + 1] < 128 else 2 + (data[at + 1] & 127)
        size = data[at + 1]
    except IndexError:
        raise DecodeError("too short for SNMP") from None
    return int.from_bytes(data[at + 2 : at + 2 + size], "big")


def prefix(version: int, community: bytes) -> bytes:
    """The octets between the outer header and the PDU: the same in every message of a session."""
    return ber.encode_integer(version) + ber.encode_octets(community)


def encode(before: bytes, pdu: bytes) -> bytes:
    """Encode a message from its `prefix` and an encoded PDU."""
    return ber.element(ber.SEQUENCE, before + pdu)


def decode(data: bytes, texts: OidTexts) -> CommunityMessage:
    """Decode a message of v1 or v2c that begins the datagram. Octets after it, some devices' padding, mean nothing.

    Either may carry the PDUs of the other: there are agents that send their traps so.

    Raises:
        DecodeError: another version, or anything is wrong.
    """
    at, end = ber.content(data, 0, len(data), ber.SEQUENCE)
    version, at = ber.integer(data, at, end, V1, V2C)
    community, at = ber.octets(data, at, end)
    if at < end and data[at] == TRAP_V1:
        return CommunityMessage(version, community, decode_trap_v1(data, at, end, texts))
    return CommunityMessage(version, community, decode_pdu(data, at, end, texts))


def decode_answer(data: bytes, before: bytes, texts: OidTexts) -> Pdu:
    """Decode a message that must have the version and the community of the request.

    Both are compared in one go with the session's `prefix`, which saves decoding them; a device that encodes them in
    more octets than needed takes the long way.

    Raises:
        OtherCommunity: (a DecodeError) another version or community.
        DecodeError: anything else is wrong.
    """
    at, end = ber.content(data, 0, len(data), ber.SEQUENCE)
    if data.startswith(before, at):
        return decode_pdu(data, at + len(before), end, texts)
    answer = decode(data, texts)
    if isinstance(answer.pdu, TrapV1):
        raise DecodeError("a trap instead of an answer")
    if prefix(answer.version, answer.community) != before:
        raise OtherCommunity(answer.version, answer.community, answer.pdu)
    return answer.pdu
