"""Receive UDP in bulk: on the first datagram wait a moment, then drain. `services.receiving` reads them.

A callback for each datagram costs several times as much and loses datagrams, because the loop's own work is then done
for each. Here it is done for each batch, and a turn takes so many datagrams only, so that polls are on time in a flood.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from typing import TypeAlias

from cmsp_agent.aio.counters import Counters
from cmsp_agent.transports.listening import BUFFER, kernel_drops, widen
from cmsp_agent.transports.recvmmsg import AT_ONCE, MAPPED, Address, Datagram, OpenMany, ReceiveMany, TakeMany

log = logging.getLogger(__name__)

NAP = 0.04
"""Seconds between the first datagram and draining; at 100,000/s 4,000 datagrams, 3.2 MiB of buffer.

Half as long costs a quarter more CPU at 10,000/s: each waking finds the processor's caches filled by others. An INFORM
waits as long for its commit.
"""
BUDGET = 1024
"""Datagrams taken in one turn of the loop: 2 to 4 ms. Readers take far fewer in theirs: what is not received in time is
lost, what is not read in time only waits."""
LARGEST = 65535

SendAnswer: TypeAlias = Callable[[Datagram, bytes], bool]
"""Sends one datagram back from the address that was asked; False where it could not leave."""
Deliver: TypeAlias = Callable[[list[Datagram], SendAnswer], None]

_MAPPED_OCTETS = bytes(10) + b"\xff\xff"
_IP_PKTINFO = 8
_PKTINFO_V4 = struct.Struct("=i4s4s")
_PKTINFO_V6 = struct.Struct("=16si")
_CMSG = struct.Struct("@Nii")
_CONTROL = socket.CMSG_SPACE(_PKTINFO_V4.size) + socket.CMSG_SPACE(_PKTINFO_V6.size)


class DatagramReceiver:
    """Owns sockets that are bound already. `start` and `stop` may be called in any order and more than once."""

    def __init__(
        self,
        name: str,
        sockets: Sequence[socket.socket],
        deliver: Deliver,
        counters: Counters,
        *,
        largest: int = LARGEST,
        answers: bool = False,
        nap: float = NAP,
        buffer: int = BUFFER,
        receive_many: OpenMany = ReceiveMany,
    ) -> None:
        """Take over the sockets and ask for large buffers; nothing is received before `start`.

        Args:
            name: prefix of the counters and gauges, such as `traps`.
            sockets: bound UDP sockets; closed by `close`.
            deliver: takes each batch, on the loop; must not wait.
            counters: gets `<name>.datagrams` and, as gauges, `<name>.buffer` and `<name>.kernel_dropped`.
            largest: octets taken of a datagram; the kernel throws the rest away.
            answers: where a socket is bound to all addresses, have the kernel add each datagram's destination.
            nap: seconds from the first datagram to draining.
            buffer: octets of receive buffer to ask for.
            receive_many: what takes datagrams off a socket.
        """
        self.name = name
        self._deliver = deliver
        self._counters = counters
        self._nap = nap
        self._last_drops = 0

        def port(sock: socket.socket) -> _Port:
            widened = widen(sock, buffer)
            asks = answers and _may_answer_from_several(sock)
            many = receive_many(sock, largest, _CONTROL if asks else 0)
            return _Port(sock, widened, many, asks=asks, failed=self._answer_failed)

        self._port = port
        self._ports = [port(sock) for sock in sockets]
        counters.gauge(f"{name}.buffer", self.buffer)
        counters.gauge(f"{name}.kernel_dropped", self.kernel_dropped)

    @property
    def addresses(self) -> list[Address]:
        """Where we receive: (host, port, …) of each socket."""
        return [port.socket.getsockname() for port in self._ports]

    def buffer(self) -> int:
        """Octets of receive buffer granted, all sockets together."""
        return sum(port.granted for port in self._ports)

    def kernel_dropped(self) -> int:
        """Datagrams lost in the kernel because we were not quick enough; stays readable after `close`."""
        if self._ports:
            self._last_drops = sum(kernel_drops(port.socket) for port in self._ports)
        return self._last_drops

    def add(self, sock: socket.socket) -> None:
        """Take over one more socket; it receives from the next `start` on."""
        self._ports.append(self._port(sock))

    def start(self) -> None:
        """Receive on the running loop, on all sockets that don't yet."""
        for port in self._ports:
            if not port.active:
                port.active = True
                self._arm(port)
                log.info(
                    "listening",
                    extra={"receiver": self.name, "address": port.socket.getsockname(), "buffer": port.granted},
                )

    def stop(self) -> None:
        """Receive no more. The sockets stay open, and the kernel goes on buffering what comes."""
        for port in self._ports:
            port.active = False
            port.disarm()

    def close(self) -> None:
        """Stop and close the sockets."""
        self.stop()
        self.kernel_dropped()
        for port in self._ports:
            port.socket.close()
        self._ports = []

    def _answer_failed(self, error: OSError) -> None:
        self._counters.add(f"{self.name}.answers_failed", key=error.strerror or "")

    def _arm(self, port: "_Port") -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(port.socket, self._first, port)
        port.disarm = lambda: loop.remove_reader(port.socket)

    def _first(self, port: "_Port") -> None:
        """Wait a moment after the first datagram, so that more arrive and are read together."""
        port.disarm()
        self._later(port, self._nap)

    def _later(self, port: "_Port", seconds: float) -> None:
        handle = asyncio.get_running_loop().call_later(seconds, self._drain, port)
        port.disarm = handle.cancel

    def _drain(self, port: "_Port") -> None:
        """Take one turn's worth; then look again at once, after a nap, or when the kernel calls."""
        batch: list[Datagram] = []
        try:
            more = port.take(batch)
        except OSError as error:
            self._counters.add(f"{self.name}.receive_errors", key=error.strerror or "")
            more = False
        if more:
            self._later(port, 0)
        elif batch:
            self._later(port, self._nap)
        else:
            self._arm(port)
        if batch:
            self._counters.add(f"{self.name}.datagrams", len(batch))
            self._deliver(batch, port.answer)


class _Port:
    """One socket, and how it is emptied and answered."""

    def __init__(
        self, sock: socket.socket, granted: int, many: TakeMany, *, asks: bool, failed: Callable[[OSError], None]
    ) -> None:
        self.socket = sock
        self.active = False
        self.disarm: Callable[[], object] = _nothing
        self.granted = granted
        self._many = many
        self._failed = failed
        self._six = sock.family == socket.AF_INET6
        sock.setblocking(False)
        if asks:
            self._ask_for_destination()

    def take(self, batch: list[Datagram]) -> bool:
        """Fill the batch; False when the socket is empty."""
        return all(self._many(batch) for _ in range(BUDGET // AT_ONCE))

    def answer(self, asked: Datagram, payload: bytes) -> bool:
        """See `SendAnswer`. What can't be sent is counted; the sender will ask again."""
        address = asked[-1]
        control = list(_as_source(asked[1])) if len(asked) == 3 else []
        if self._six and len(address) == 2:
            address = (MAPPED + address[0], address[1], 0, 0)
        try:
            self.socket.sendmsg([payload], control, 0, address)
        except OSError as error:  # no route, no buffer, or the address is no longer ours
            self._failed(error)
            return False
        return True

    def _ask_for_destination(self) -> None:
        """Have the kernel add each datagram's destination: a socket bound to all addresses may answer from any."""
        if self._six:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        if not self._six or not self.socket.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY):
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)


def plain_host(host: str) -> str:
    """`::ffff:10.0.0.1` as `10.0.0.1`, and a link-local address without its zone: how components are known."""
    return host.removeprefix(MAPPED).partition("%")[0]


def _may_answer_from_several(sock: socket.socket) -> bool:
    """What is bound to one address answers from it anyway."""
    return ip_address(sock.getsockname()[0].partition("%")[0]).is_unspecified


def _as_source(ancillary: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The destination of what came as the source of what goes; the route is the kernel's choice, but for link-local."""
    for level, kind, data in _control_messages(ancillary):
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO) and len(data) == _PKTINFO_V4.size:
            _interface, local, _destination = _PKTINFO_V4.unpack(data)
            yield level, kind, _PKTINFO_V4.pack(0, local, bytes(4))
        elif (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO) and len(data) == _PKTINFO_V6.size:
            local, interface = _PKTINFO_V6.unpack(data)
            is_link_local = local[0] == 0xFE and local[1] & 0xC0 == 0x80
            if not local.startswith(_MAPPED_OCTETS):
                yield level, kind, _PKTINFO_V6.pack(local, interface if is_link_local else 0)


def _control_messages(ancillary: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, type and data of each message (cmsg(3))."""
    at = 0
    while at + _CMSG.size <= len(ancillary):
        length, level, kind = _CMSG.unpack_from(ancillary, at)
        yield level, kind, ancillary[at + _CMSG.size : at + length]
        at += socket.CMSG_SPACE(max(length - _CMSG.size, 0))


def _nothing() -> None:
    """Nothing to take off the loop yet."""
