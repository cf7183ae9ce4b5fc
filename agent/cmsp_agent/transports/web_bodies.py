"""The body of an HTTP answer: read to its end, bounded, and unpacked where the server packed it unasked."""

import http.client
import zlib

from cmsp_agent.transports.body_length import ambiguous_length

MOST = 64 * 1024 * 1024
"""Bytes of a body, as it came and unpacked."""
PIECE = 65_536
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""zlib's `wbits` of the forms; servers mean the last two by `deflate` (RFC 9110, section 8.4.1.2)."""
_MARK = b"\x1f\x8b"


class BodyInvalid(Exception):
    """Endless, or packed in a way that was not asked for; the text says which."""


def whole_body(answer: http.client.HTTPResponse, *, archive: bool = False) -> bytes:
    """All of the body.

    Args:
        answer: whose headers were read.
        archive: what is asked for is packed itself; servers call it packed for the way then, too (RFC 9110, 8.4).

    Raises:
        IncompleteRead: it ended early.
        BodyInvalid: it has no end or two, or can't be unpacked.
    """
    if why := ambiguous_length(answer):
        raise BodyInvalid(f"says {why}")
    parts, received = list[bytes](), 0
    while piece := answer.read(PIECE):
        parts.append(piece)
        received += len(piece)
        if received > MOST:
            raise BodyInvalid(f"sent more than {MOST} bytes")
    if answer.length:  # the library says nothing of what is missing when it is read by pieces
        raise http.client.IncompleteRead(b"", answer.length)
    body = b"".join(parts)
    unpacked = _unpacked(body, answer.headers.get("Content-Encoding", "")) if body else body
    return body if archive and not unpacked.startswith(_MARK) else unpacked


def _unpacked(body: bytes, codings: str) -> bytes:
    for coding in reversed([each.strip().lower() for each in codings.split(",")]):
        if coding in ("", "identity"):
            continue
        if coding not in ("gzip", "x-gzip", "deflate"):
            raise BodyInvalid(f"sent it packed as {coding[:20]!r}, which was not asked for")
        forms = (_ZLIB, _RAW) if coding == "deflate" else (_GZIP,)
        body = _inflated(body, forms)
    return body


def _inflated(body: bytes, forms: tuple[int, ...]) -> bytes:
    for form in forms:
        unpacking = zlib.decompressobj(form)
        try:
            whole = unpacking.decompress(body, MOST)
        except zlib.error:
            continue
        if unpacking.unconsumed_tail:
            raise BodyInvalid(f"sent more than {MOST} bytes, unpacked")
        if not unpacking.eof:
            raise http.client.IncompleteRead(b"")
        return whole
    raise BodyInvalid("sent something else than the packed body that it announced")
