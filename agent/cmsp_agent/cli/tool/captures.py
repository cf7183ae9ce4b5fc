"""The payloads of a capture: classic pcap and pcapng; Ethernet (VLANs too), Linux cooked, raw IP; UDP and TCP."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from cmsp_agent.cli.tool.inputs import UnreadableInput

Flow = tuple[bytes, bytes, int, int]

_ORDERS = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}
_SECTION, _INTERFACE, _PACKET, _SIMPLE = 0x0A0D0D0A, 1, 6, 3
_ETHERNET, _RAW, _COOKED, _COOKED2 = 1, 101, 113, 276
_VLANS = (0x8100, 0x88A8)
_TCP, _UDP = 6, 17
_AROUND = 1 << 32


class Payload(NamedTuple):
    """What one packet carried."""

    stream: bool
    """TCP: the next octets of a connection, else a datagram."""
    flow: Flow
    """Source and destination: addresses and ports."""
    data: bytes


def payloads_of(capture: bytes) -> Iterator[Payload]:
    """The payloads in the order of the capture; what is no UDP or TCP over IP is passed over.

    Fragments of a datagram but the first are passed over too, and of TCP segments sent twice the second.

    Raises:
        UnreadableInput: no capture.
    """
    expected: dict[Flow, int] = {}
    for link, frame in _frames(capture):
        packet = _packet(link, frame)
        transport = _transport(packet) if packet else None
        if transport is None:
            continue
        protocol, source, destination, segment = transport
        payload = _payload(protocol, source, destination, segment, expected)
        if payload is not None and payload.data:
            yield payload


def _frames(capture: bytes) -> Iterator[tuple[int, bytes]]:
    order = _ORDERS.get(capture[:4])
    try:
        yield from _classic(capture, order) if order else _next_generation(capture)
    except struct.error as error:
        raise UnreadableInput("the capture ends within a packet") from error


def _classic(capture: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    link = struct.unpack_from(order + "I", capture, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(capture):
        size = struct.unpack_from(order + "I", capture, at + 8)[0]
        yield link, capture[at + 16 : at + 16 + size]
        at += 16 + size


def _next_generation(capture: bytes) -> Iterator[tuple[int, bytes]]:
    order, links, at = "<", list[int](), 0
    while at + 12 <= len(capture):
        if capture[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if capture[at + 8 : at + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind, size = struct.unpack_from(order + "II", capture, at)
        if kind == _INTERFACE:
            links.append(struct.unpack_from(order + "H", capture, at + 8)[0])
        elif kind == _PACKET:
            interface, _, _, length = struct.unpack_from(order + "IIII", capture, at + 8)
            if interface < len(links):
                yield links[interface], capture[at + 28 : at + 28 + length]
        elif kind == _SIMPLE and links:
            yield links[0], capture[at + 12 : at + size - 4]
        if size < 12:
            raise UnreadableInput("a block of the capture has no length")
        at += size


def _packet(link: int, frame: bytes) -> bytes:
    """The IP packet in a frame, or nothing."""
    if link == _ETHERNET:
        at = 12
        while len(frame) >= at + 2 and int.from_bytes(frame[at : at + 2]) in _VLANS:
            at += 4
        return frame[at + 2 :]
    if link == _COOKED:
        return frame[16:]
    if link == _COOKED2:
        return frame[20:]
    if link == 0:  # BSD's loopback
        return frame[4:]
    return frame


def _transport(packet: bytes) -> tuple[int, bytes, bytes, bytes] | None:
    """Protocol, addresses and what IP carries."""
    version = packet[0] >> 4
    if version == 4 and len(packet) >= 20:
        if int.from_bytes(packet[6:8]) & 0x1FFF:
            return None
        total = int.from_bytes(packet[2:4]) or len(packet)
        return packet[9], packet[12:16], packet[16:20], packet[(packet[0] & 15) * 4 : total]
    if version == 6 and len(packet) >= 40:
        return packet[6], packet[8:24], packet[24:40], packet[40 : 40 + int.from_bytes(packet[4:6])]
    return None


def _payload(
    protocol: int, source: bytes, destination: bytes, segment: bytes, expected: dict[Flow, int]
) -> Payload | None:
    if protocol == _UDP and len(segment) >= 8:
        flow = (source, destination, *struct.unpack_from(">HH", segment))
        return Payload(False, flow, segment[8:])
    if protocol == _TCP and len(segment) >= 20:
        first, second, sequence = struct.unpack_from(">HHI", segment)
        flow, data = (source, destination, first, second), segment[(segment[12] >> 4) * 4 :]
        known = expected.get(flow)
        behind = 0 if known is None else (known - sequence) % _AROUND
        again = min(len(data), behind) if behind < _AROUND // 2 else 0
        if len(data) > again:
            expected[flow] = (sequence + len(data)) % _AROUND
        data = data[again:]
        return Payload(True, flow, data)
    return None
