"""Lists of variable bindings: the hot loop of the engine, and their encoding. Leaves the PDU around them to `pdu`.

A decoded value is an int (INTEGER, Counter32, Gauge32, TimeTicks, Counter64), bytes (OCTET STRING, Opaque), a str (an
OID, or an IpAddress in dotted form) or a `Missing`.
"""

from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts

Value = int | bytes | str


class Missing(Enum):
    """What a device says instead of a value (RFC 3416 section 3): never zero, never an empty string."""

    UNSPECIFIED = ber.NULL
    NO_SUCH_OBJECT = ber.NO_SUCH_OBJECT
    NO_SUCH_INSTANCE = ber.NO_SUCH_INSTANCE
    END_OF_MIB_VIEW = ber.END_OF_MIB_VIEW


MISSING = {missing.value: missing for missing in Missing}
UNSIGNED_OCTETS = {ber.COUNTER32: 4, ber.GAUGE32: 4, ber.TIME_TICKS: 4, ber.COUNTER64: 8}
PLAIN_OCTETS = tuple({**UNSIGNED_OCTETS, ber.INTEGER: 4}.get(tag, -1) for tag in range(256))
"""By tag: how many octets a number may have that can't be out of range while its first bit is clear; -1: no number."""
SHAPES = {
    bytes((ber.SEQUENCE, size, ber.OBJECT_IDENTIFIER, name)): (name + 4, size + 2)
    for size in range(4, 128)
    for name in range(size - 3)
}
"""The first four octets of a varbind, where lengths take one octet → offsets of the value and of the next varbind."""


def decode_varbinds(data: bytes, at: int, end: int, texts: OidTexts) -> tuple[list[bytes], list[Value | Missing], bool]:
    """Decode the content of a VarBindList that fills `data[at:end]`.

    Returns:
        Names, as content octets: whoever needs text looks it up in `texts`, whoever walks a table only compares. As
        many values. Whether any of them is a `Missing`, so that nobody need look for those one by one.

    Raises:
        DecodeError: anything is wrong; no value of a list that is not whole is ever given.
    """
    if end > len(data):
        raise DecodeError("variable bindings announced past the end of the datagram")
    try:
        return _decode(data, at, end, texts)
    except IndexError:
        raise DecodeError("variable bindings cut short") from None


def _decode(data: bytes, at: int, end: int, texts: OidTexts) -> tuple[list[bytes], list[Value | Missing], bool]:
    # A third of the CPU time of a poll is spent in this loop, so a varbind costs it two look-ups and no call.
    #
    # Bounds need no check of their own: each varbind must end where its header said and the last one at `end`, which
    # lies inside the datagram. Positions only grow, so no slice can have crossed it, and reading one octet too far is
    # an IndexError for the caller.
    names: list[bytes] = []
    values: list[Value | Missing] = []
    add_name = names.append
    add_value = values.append
    number = int.from_bytes
    shapes = SHAPES
    plain = PLAIN_OCTETS
    holes = False
    while at < end:
        # SEQUENCE, its length, OBJECT IDENTIFIER, its length: four octets looked up as one. Lengths of more than one
        # octet are not among the shapes (or don't add up): those varbinds go the long way, which also refuses.
        try:
            to_value, to_next = shapes[data[at : at + 4]]
        except KeyError:
            to_value = to_next = 0
        start = at + to_value
        stop = at + to_next
        size = data[start + 1]
        if start + 2 + size == stop:
            add_name(data[at + 4 : start])
            tag = data[start]
            start += 2
        else:
            name, tag, start, stop = _long_way(data, at)
            size = stop - start
            add_name(name)
        # The commonest types first. A number whose first bit is clear, and which is no longer than `plain` says, needs
        # no check of its range.
        if tag == 0x04:
            add_value(data[start:stop])
        elif size <= plain[tag] and size and data[start] < 128:
            add_value(data[start] if size == 1 else number(data[start:stop]))
        elif size == 5 and plain[tag] == 4 and tag != 0x02 and data[start] == 0:  # the upper half of Counter32
            add_value(number(data[start:stop]))
        elif tag == 0x06:
            add_value(texts[data[start:stop]])
        else:
            value = _rare(tag, data[start:stop])
            holes = holes or isinstance(value, Missing)
            add_value(value)
        at = stop
    if at != end:
        raise DecodeError("variable bindings longer than announced")
    return names, values, holes


def _long_way(data: bytes, at: int) -> tuple[bytes, int, int, int]:
    """Read a binding's headers one by one: its name, the value's tag, where the value starts and stops."""
    size = len(data)
    inside, stop = ber.content(data, at, size, ber.SEQUENCE)
    start, after = ber.content(data, inside, stop, ber.OBJECT_IDENTIFIER)
    tag, value, value_stop = ber.header(data, after, stop)
    if value_stop != stop:
        raise DecodeError(f"variable binding does not end at octet {stop}")
    return data[start:after], tag, value, stop


def _rare(tag: int, content: bytes) -> Value | Missing:
    if PLAIN_OCTETS[tag] > 0 and not content:
        raise DecodeError("number of no octets")  # never zero for want of a value
    if tag in UNSIGNED_OCTETS:
        highest = (1 << 8 * UNSIGNED_OCTETS[tag]) - 1
        return _within(int.from_bytes(content, "big", signed=True), 0, highest)
    if tag == ber.INTEGER:
        return _within(int.from_bytes(content, "big", signed=True), -0x80000000, 0x7FFFFFFF)
    if tag == ber.IP_ADDRESS:
        if len(content) != 4:
            raise DecodeError("IpAddress that is not four octets long")
        return "%d.%d.%d.%d" % tuple(content)  # noqa: UP031 - a fifth of the time of IPv4Address
    if tag == ber.OPAQUE:
        return content
    if tag in MISSING and not content:
        return MISSING[tag]
    raise DecodeError(f"value of unknown tag {tag:#04x}")


def _within(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise DecodeError(f"number outside {low}..{high}")
    return value


def refuse_v2_types(data: bytes, at: int, end: int) -> None:
    """Refuse what SNMPv1 does not have, in a list that `decode_varbinds` accepted: Counter64 and the three exceptions.

    Raises:
        DecodeError: such a value is there.
    """
    while at < end:
        inside, at = ber.content(data, at, end, ber.SEQUENCE)
        _, value = ber.content(data, inside, at, ber.OBJECT_IDENTIFIER)
        if data[value] == ber.COUNTER64 or data[value] >= ber.NO_SUCH_OBJECT:
            raise DecodeError(f"value of type {data[value]:#04x} in SNMPv1")


def encode_value(tag: int, value: Value | None) -> bytes:
    """Encode one value under its SMI tag (`ber.COUNTER32` …); None for NULL and the three exceptions of RFC 3416.

    Raises:
        ValueError: the value does not fit the tag.
    """
    if isinstance(value, int):
        return ber.encode_integer(value, tag)
    if isinstance(value, bytes):
        return ber.element(tag, value)
    if value is None:
        return bytes((tag, 0))
    return ber.element(tag, IPv4Address(value).packed if tag == ber.IP_ADDRESS else ber.oid_octets(value))


def encode_varbind(name: bytes, value: bytes) -> bytes:
    """Encode one binding from the content octets of its name and its encoded value."""
    return ber.element(ber.SEQUENCE, ber.element(ber.OBJECT_IDENTIFIER, name) + value)


def encode_varbinds(bindings: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Encode a whole VarBindList, its header included, from pairs as for `encode_varbind`."""
    return ber.element(ber.SEQUENCE, b"".join([encode_varbind(name, value) for name, value in bindings]))


def unspecified(names: Iterable[bytes]) -> bytes:
    """Encode the VarBindList of a request: each name with NULL."""
    return ber.element(ber.SEQUENCE, b"".join([_asked(name) for name in names]))


@lru_cache(maxsize=20_000)  # a table is walked over the same rows at each poll
def _asked(name: bytes) -> bytes:
    size = len(name)
    if size > 123:
        return encode_varbind(name, b"\x05\x00")
    return b"\x30%c\x06%c%b\x05\x00" % (size + 4, size, name)
