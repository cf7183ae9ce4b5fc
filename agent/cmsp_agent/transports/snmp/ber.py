"""BER as SNMP uses it (RFC 3417 section 8): definite lengths and one-octet tags. Knows nothing of PDUs and messages.

The decoders raise nothing but `DecodeError`, for any bytes. They read what net-snmp reads, and give the same
values; what they refuse beyond it, and why, is in docs/engineering/snmp.md.
"""

INTEGER = 0x02
BIT_STRING = 0x03
"""BITS of agents after RFC 1442; later ones send an OCTET STRING."""
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
IP_ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TIME_TICKS = 0x43
OPAQUE = 0x44
NSAP = 0x45
COUNTER64 = 0x46
UINTEGER32 = 0x47
"""Both after RFC 1442, and gone since RFC 1902."""
NO_SUCH_OBJECT = 0x80
NO_SUCH_INSTANCE = 0x81
END_OF_MIB_VIEW = 0x82

LONGEST_LENGTH = 8
LARGEST_ARC = 0xFFFFFFFF
MOST_ARCS = 128
"""Sub-identifiers of an OID (RFC 2578 section 3.5)."""
MOST_OIDS_KEPT = 100_000


class DecodeError(ValueError):
    """The bytes are not what they should be; the message says what was expected and where."""


def announced(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read a tag and a length, and believe the length; as `header` but for that.

    Raises:
        DecodeError: the header itself leaves the enclosing element, or its length is indefinite or too long.
    """
    start = at + 2
    if start > end:
        raise DecodeError(f"no room for a tag and a length at octet {at}")
    length = data[at + 1]
    if length > 127:
        octets = length & 127
        start += octets
        if not 0 < octets <= LONGEST_LENGTH or start > end:
            raise DecodeError(f"indefinite, oversized or cut length at octet {at}")
        length = int.from_bytes(data[at + 2 : start], "big")
    return data[at], start, start + length


def header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read a tag and a length.

    Args:
        data: the datagram.
        at: where the tag is.
        end: where the enclosing element ends; nothing at or after it is read.

    Returns:
        The tag, where its content starts, and where it stops (never after `end`).

    Raises:
        DecodeError: the length is indefinite, too long, or leaves the enclosing element.
    """
    tag, start, stop = announced(data, at, end)
    if stop > end:
        raise DecodeError(f"{stop - start} octets announced at octet {at}, {end - start} there")
    return tag, start, stop


def content(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Read the header of an element that must have the given tag; where its content starts and stops.

    Raises:
        DecodeError: another tag, or see `header`.
    """
    found, start, stop = header(data, at, end)
    if found != tag:
        raise DecodeError(f"tag {found:#04x} at octet {at} where {tag:#04x} belongs")
    return start, stop


def integer(data: bytes, at: int, end: int, low: int, high: int) -> tuple[int, int]:
    """Decode an INTEGER between `low` and `high`, both included; the value and where it stops.

    Raises:
        DecodeError: not an INTEGER, without octets (X.690 8.3.1 wants one at least), or out of range.
    """
    start, stop = content(data, at, end, INTEGER)
    if start == stop:
        raise DecodeError(f"integer of no octets at octet {at}")
    value = int.from_bytes(data[start:stop], "big", signed=True)
    if not low <= value <= high:
        raise DecodeError(f"integer at octet {at} outside {low}..{high}")
    return value, stop


def octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """Decode an OCTET STRING; the value and where it stops.

    Raises:
        DecodeError: not an OCTET STRING.
    """
    start, stop = content(data, at, end, OCTET_STRING)
    return data[start:stop], stop


def oid_text(raw: bytes) -> str:
    """The dotted form of an OID's content octets; 0.0 where there are none. Padding with 0x80 means nothing.

    Raises:
        DecodeError: cut within a sub-identifier, with one over 32 bits, or with more than 128.
    """
    if not raw:
        return "0.0"
    if raw[-1] > 127:
        raise DecodeError("OID cut short")
    arcs: list[int] = []
    arc = 0
    for octet in raw:
        arc = arc << 7 | octet & 127
        if octet < 128:
            arcs.append(arc)
            arc = 0
    if max(arcs) > LARGEST_ARC or len(arcs) >= MOST_ARCS:  # the first two are one
        raise DecodeError("OID with a sub-identifier over 32 bits, or with more than 128 of them")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def oid_plain(raw: bytes) -> bytes:
    """The content octets of an OID without padding, so that equal OIDs have equal octets.

    Most OIDs have none and cost one search: padding is an octet 0x80 that begins a sub-identifier.
    """
    if b"\x80" not in raw:
        return raw
    plain = bytearray()
    begins = True
    for octet in raw:
        if octet != 0x80 or not begins:
            plain.append(octet)
            begins = octet < 128
    return bytes(plain)


def oid_arcs(text: str) -> tuple[int, ...]:
    """The sub-identifiers of a dotted OID; their order is the order of a walk.

    Raises:
        ValueError: not a dotted OID.
    """
    return tuple(map(int, text.strip(".").split(".")))


class OidTexts(dict[bytes, str]):
    """Content octets of an OID → dotted text, remembered.

    A dict that fills itself: the hot path pays one lookup in C. When it is full it starts afresh, so that a device
    which makes up OIDs without end costs time but no memory.
    """

    def __missing__(self, raw: bytes) -> str:
        text = oid_text(raw)
        if len(self) >= MOST_OIDS_KEPT:
            self.clear()
        self[raw] = text
        return text


def length(size: int) -> bytes:
    """Encode a length in as few octets as it needs."""
    if size < 128:
        return bytes((size,))
    octets_needed = (size.bit_length() + 7) // 8
    return bytes((0x80 | octets_needed,)) + size.to_bytes(octets_needed, "big")


def element(tag: int, body: bytes) -> bytes:
    """Encode a tag, the length and the content."""
    return bytes((tag,)) + length(len(body)) + body


def encode_integer(value: int, tag: int = INTEGER) -> bytes:
    """Encode a number in as few octets as it needs, two's complement, under the given tag."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return element(tag, value.to_bytes(size, "big", signed=True))


def encode_octets(value: bytes) -> bytes:
    """Encode an OCTET STRING."""
    return element(OCTET_STRING, value)


def oid_octets(text: str) -> bytes:
    """The content octets of a dotted OID (a leading dot is allowed).

    Raises:
        ValueError: not a dotted OID of two arcs or more, each of 32 bits at most.
    """
    arcs = oid_arcs(text)
    if len(arcs) < 2 or not 0 <= arcs[0] <= 2 or (arcs[0] < 2 and arcs[1] > 39):
        raise ValueError(f"not an OID: {text!r}")
    out = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        if not 0 <= arc <= LARGEST_ARC:
            raise ValueError(f"not an OID: {text!r}")
        out += _base128(arc)
    return bytes(out)


def _base128(arc: int) -> bytes:
    groups = [arc & 127]
    while arc := arc >> 7:
        groups.append(arc & 127 | 128)
    return bytes(reversed(groups))


class OidOctets(dict[str, bytes]):
    """Dotted text → content octets, remembered like `OidTexts`."""

    def __missing__(self, text: str) -> bytes:
        raw = oid_octets(text)
        if len(self) >= MOST_OIDS_KEPT:
            self.clear()
        self[text] = raw
        return raw
