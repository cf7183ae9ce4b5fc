"""Takes many datagrams off a socket in one call of the kernel: `recvmmsg(2)`, which Python's `socket` has not.

`recvfrom` costs twice as much for each: a system call of its own, and its sender's address written out anew, though a
site has few senders.
"""

import ctypes
import errno
import mmap
import os
import socket
import struct
from collections.abc import Callable
from typing import TypeAlias

AT_ONCE = 64
"""Datagrams taken in one call. Their room is touched as far as datagrams fill it: the longest would make it 4 MiB."""
MOST_SENDERS = 4096
"""Addresses kept as text; forged ones would fill the memory otherwise."""
MAPPED = "::ffff:"

Address: TypeAlias = tuple[str, int] | tuple[str, int, int, int]
Datagram: TypeAlias = tuple[bytes, Address] | tuple[bytes, bytes, Address]
"""Payload first, source last; an IPv4 source is never a mapped address. Between them, where it was asked for, what the
kernel says besides (cmsg(3))."""
TakeMany: TypeAlias = Callable[[list[Datagram]], bool]
"""Adds what waits to the batch, up to `AT_ONCE`; True: more may wait."""
OpenMany: TypeAlias = Callable[[socket.socket, int, int], TakeMany]
"""For a socket, with the octets taken of a datagram, and of what the kernel says besides."""

_NAME = 28
"""Octets of the longest address, `sockaddr_in6`."""
_NAME_V4 = struct.Struct("!2xH4s")
_NAME_V6 = struct.Struct("!2xHI16s")
_SCOPE = struct.Struct("=24xI")
_FAMILY = struct.Struct("=H")


class _Vector(ctypes.Structure):
    """`struct iovec`."""

    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Message(ctypes.Structure):
    """`struct msghdr`."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Header(ctypes.Structure):
    """`struct mmsghdr`."""

    _fields_ = (("message", _Message), ("length", ctypes.c_uint))


_recvmmsg = ctypes.CDLL(None, use_errno=True).recvmmsg
_recvmmsg.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)


class ReceiveMany:
    """A socket, and the room for what is taken at once. Does not own the socket."""

    def __init__(self, sock: socket.socket, largest: int, control: int) -> None:
        self._descriptor = sock.fileno()
        self._largest, self._control = largest, control
        # Slices of a map are bytes at once, and what no datagram has filled takes no memory.
        self._payloads = mmap.mmap(-1, AT_ONCE * largest)
        self._names = mmap.mmap(-1, AT_ONCE * _NAME)
        self._controls = mmap.mmap(-1, AT_ONCE * max(control, 1))
        size = ctypes.sizeof(_Header)
        self._headers = mmap.mmap(-1, AT_ONCE * size)
        self._vectors = (_Vector * AT_ONCE)()
        self._prepare()
        self._prepared = self._headers[:]
        """The kernel writes lengths over those that it was given."""
        self._lengths = _field(_Header.length.offset, "I", size)
        self._control_lengths = _field(_Message.control_length.offset, "N", size)
        self._each_name = struct.Struct(f"{_NAME}s" * AT_ONCE)
        self._known: dict[bytes, Address] = {}

    def __call__(self, batch: list[Datagram]) -> bool:
        """See `TakeMany`.

        Raises:
            OSError: the kernel has an error for the socket.
        """
        self._headers[:] = self._prepared
        count = int(_recvmmsg(self._descriptor, self._first, AT_ONCE, socket.MSG_DONTWAIT, None))
        if count < 0:
            number = ctypes.get_errno()
            if number in (errno.EAGAIN, errno.EINTR):
                return False
            raise OSError(number, os.strerror(number))
        lengths = self._lengths.unpack(self._headers)
        names = self._each_name.unpack(self._names)
        payloads, largest, known = self._payloads, self._largest, self._known
        controls = self._said_besides(count) if self._control else None
        at = 0
        for number in range(count):
            address = known.get(names[number]) or self._learn(names[number])
            payload = payloads[at : at + lengths[number]]
            batch.append((payload, address) if controls is None else (payload, controls[number], address))
            at += largest
        return count == AT_ONCE

    def _prepare(self) -> None:
        headers = (_Header * AT_ONCE).from_buffer(self._headers)
        self._first = ctypes.addressof(headers)
        payloads, names, controls = map(_address, (self._payloads, self._names, self._controls))
        for number, (header, vector) in enumerate(zip(headers, self._vectors, strict=True)):
            vector.base, vector.length = payloads + number * self._largest, self._largest
            message = header.message
            message.name, message.name_length = names + number * _NAME, _NAME
            message.vectors, message.vector_count = ctypes.addressof(vector), 1
            message.control, message.control_length = controls + number * self._control, self._control

    def _said_besides(self, count: int) -> list[bytes]:
        size = self._control
        lengths = self._control_lengths.unpack(self._headers)
        return [self._controls[number * size : number * size + lengths[number]] for number in range(count)]

    def _learn(self, name: bytes) -> Address:
        if len(self._known) >= MOST_SENDERS:
            self._known.clear()
        address = self._known[name] = address_of(name)
        return address


def address_of(name: bytes) -> Address:
    """The address in a `sockaddr`, as Python's `recvfrom` writes it; a mapped one as one of IPv4."""
    if _FAMILY.unpack_from(name)[0] == socket.AF_INET:
        port, octets = _NAME_V4.unpack_from(name)
        return socket.inet_ntop(socket.AF_INET, octets), port
    port, flow, octets = _NAME_V6.unpack_from(name)
    host = socket.inet_ntop(socket.AF_INET6, octets)
    if host.startswith(MAPPED):
        return host.removeprefix(MAPPED), port
    return host, port, flow, _SCOPE.unpack_from(name)[0]


def _field(offset: int, kind: str, size: int) -> struct.Struct:
    """Reads one field of all headers."""
    return struct.Struct(f"{offset}x{kind}{size - offset - struct.calcsize(kind)}x" * AT_ONCE)


def _address(room: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(room))
