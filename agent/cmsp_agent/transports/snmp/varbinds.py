"""Lists of variable bindings: the hot loop of the engine, and their encoding. Leaves the PDU around them to `pdu`.

A decoded value is an int (INTEGER, Counter32, Gauge32, TimeTicks, Counter64, UInteger32), bytes (OCTET STRING, Opaque,
BITS), a float (in an Opaque), a str (an OID, or an IpAddress in dotted form), a `Missing`, or an `Unreadable`: what
can't be read costs its own binding and no other.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address

from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.values import NO_NAME, OPAQUE_DOUBLE, HeldValue, Missing, unusual

UNSIGNED_OCTETS = {ber.COUNTER32: 4, ber.GAUGE32: 4, ber.TIME_TICKS: 4, ber.COUNTER64: 8}
PLAIN_OCTETS = tuple({**UNSIGNED_OCTETS, ber.INTEGER: 4}.get(tag, -1) for tag in range(256))
"""By tag: how many octets a number may have that can't be out of range while its first bit is clear; -1: no number."""


def decode_varbinds(data: bytes, at: int, end: int, texts: OidTexts) -> tuple[list[bytes], list[HeldValue], bool]:
    """Decode the content of a VarBindList that fills `data[at:end]`.

    Returns:
        Names, as content octets: whoever needs text looks it up in `texts`, whoever walks a table only compares. As
        many values. Whether any of them is a `Missing` or an `Unreadable`, so that nobody need look for those.

    Raises:
        DecodeError: the list leaves the datagram, or its parts can't be separated: no value is given then.
    """
    if end > len(data):
        raise DecodeError("variable bindings announced past the end of the datagram")
    try:
        names, values, holes, stop = _decode(data, at, end, texts)
    except IndexError:
        return _with_care(data, at, end, texts)
    return (names, values, holes) if stop == end else _with_care(data, at, end, texts)


def _decode(data: bytes, at: int, end: int, texts: OidTexts) -> tuple[list[bytes], list[HeldValue], bool, int]:
    # A third of the CPU time of a poll is spent in this loop. It is written for the compiler: numbers cost it nothing,
    # objects and calls do.
    #
    # Bounds need no check of their own: each varbind must end where its header said and the last one at `end`, which
    # lies inside the datagram. Positions only grow, so no slice can have crossed it where the last one stops there, and
    # reading one octet too far is an IndexError for the caller.
    names: list[bytes] = []
    values: list[HeldValue] = []
    add_name = names.append
    add_value = values.append
    number = int.from_bytes
    plain = PLAIN_OCTETS
    holes = False
    while at < end:
        # SEQUENCE, its length, OBJECT IDENTIFIER, its length. Lengths of more than one octet don't add up: those
        # varbinds go the long way.
        stop = at + 2 + data[at + 1]
        start = at + 4 + data[at + 3]
        size = data[start + 1] if start < stop else 0
        if start + 2 + size == stop and data[at] == 0x30 and data[at + 2] == 0x06 and stop < at + 130:
            add_name(data[at + 4 : start])
            tag = data[start]
            start += 2
        else:
            name, odd, at = _long_way(data, at, end, texts)
            add_name(name)
            add_value(odd)
            holes = holes or isinstance(odd, Missing | Unreadable)
            continue
        # The commonest types first. A number whose first bit is clear, and which is no longer than `plain` says, needs
        # no check of its range.
        if tag == 0x04:
            add_value(data[start:stop])
        elif size <= plain[tag] and size and data[start] < 128:
            value = data[start]
            for place in range(start + 1, stop):
                value = value << 8 | data[place]
            add_value(value)
        elif size == 5 and plain[tag] == 4 and tag != 0x02 and data[start] == 0:  # the upper half of Counter32
            add_value(number(data[start:stop]))
        elif tag == 0x06 and (text := texts.get(data[start:stop])) is not None:
            add_value(text)
        else:
            held = unusual(tag, data[start:stop], texts)
            holes = holes or isinstance(held, Missing | Unreadable)
            add_value(held)
        at = stop
    return names, values, holes, at


def _with_care(data: bytes, at: int, end: int, texts: OidTexts) -> tuple[list[bytes], list[HeldValue], bool]:
    """Decode a list of which a binding crosses the end: every header is checked against it before it is followed."""
    names: list[bytes] = []
    values: list[HeldValue] = []
    while at < end:
        name, value, at = _long_way(data, at, end, texts)
        names.append(name)
        values.append(value)
    return names, values, any(isinstance(value, Missing | Unreadable) for value in values)


def _long_way(data: bytes, at: int, end: int, texts: OidTexts) -> tuple[bytes, HeldValue, int]:
    """Read a binding header by header: its name, what it holds, where the next one starts (never after `end`).

    Raises:
        DecodeError: it can't be separated from what follows.
    """
    tag, inside, announced = ber.announced(data, at, end)
    if tag != ber.SEQUENCE:
        raise DecodeError(f"tag {tag:#04x} at octet {at} where a binding belongs")
    stop = min(announced, end)
    try:
        start, after = ber.content(data, inside, stop, ber.OBJECT_IDENTIFIER)
    except DecodeError:
        if announced > end:
            raise
        return b"", Unreadable(NO_NAME, data[inside:stop]), stop
    name = data[start:after]
    if announced > end:
        return name, Unreadable("binding longer than the list that it is in", data[after:stop]), stop
    try:
        tag, value, value_stop = ber.header(data, after, stop)
    except DecodeError:
        return name, Unreadable("value longer than the binding that it is in", data[after:stop]), stop
    if value_stop < stop and data[value_stop] == ber.SEQUENCE:  # the length of this binding is wrong, not its value's
        return name, unusual(tag, data[value:value_stop], texts), value_stop
    if value_stop != stop:
        return name, Unreadable("octets after the value", data[after:stop]), stop
    return name, unusual(tag, data[value:stop], texts), stop


def encode_value(tag: int, value: Value | None) -> bytes:
    """Encode one value under its SMI tag (`ber.COUNTER32` …); None for NULL and the three exceptions of RFC 3416.

    Raises:
        ValueError: the value does not fit the tag.
    """
    if isinstance(value, int):
        return ber.encode_integer(value, tag)
    if isinstance(value, bytes):
        return ber.element(tag, value)
    if isinstance(value, float):
        return ber.element(tag, OPAQUE_DOUBLE + struct.pack(">d", value))
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
