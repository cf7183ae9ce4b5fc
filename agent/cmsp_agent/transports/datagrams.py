"""Receive UDP in bulk: on the first datagram wait a moment, then drain. Reads none: see services.traps and syslog.

A callback for each datagram costs several times as much and loses datagrams, because the loop's own work is then done
for each. Here it is done for each batch, and a turn takes so many datagrams only, so that polls are on time in a flood.
"""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from cmsp_agent.aio.counters import Counters
from cmsp_agent.transports.listening import BUFFER, kernel_drops, widen

log = logging.getLogger(__name__)

NAP = 0.005
"""Seconds between the first datagram and draining; at 100,000/s 500 datagrams, 400 KiB of buffer."""
BUDGET = 512
"""Datagrams taken in one turn of the loop: about 1 ms."""
LARGEST = 65535

Address: TypeAlias = tuple[str, int] | tuple[str, int, int, int]
Ancillary: TypeAlias = list[tuple[int, int, bytes]]


class WayBack(NamedTuple):
    """What it takes to answer a datagram from the address that was asked."""

    socket: socket.socket
    address: Address
    """As the kernel gave it: mapped, where an IPv4 datagram came through an IPv6 socket."""
    ancillary: Ancillary


Datagram: TypeAlias = tuple[bytes, Address, WayBack | None]
"""Payload, source (an IPv4 address is never a mapped one) and, from a receiver that answers, the way back."""
Deliver: TypeAlias = Callable[[list[Datagram]], None]

_MAPPED = "::ffff:"
_IP_PKTINFO = 8
_PKTINFO_V4 = struct.Struct("=i4s4s")
_PKTINFO_V6 = struct.Struct("=16si")
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
    ) -> None:
        """Take over the sockets and ask for large buffers; nothing is received before `start`.

        Args:
            name: prefix of the counters and gauges, such as `traps`.
            sockets: bound UDP sockets; closed by `close`.
            deliver: takes each batch, on the loop; must not wait.
            counters: gets `<name>.datagrams` and, as gauges, `<name>.buffer` and `<name>.kernel_dropped`.
            largest: octets taken of a datagram; the kernel throws the rest away.
            answers: keep with each datagram the way back, at a third more cost.
            nap: seconds from the first datagram to draining.
            buffer: octets of receive buffer to ask for.
        """
        self._name = name
        self._deliver = deliver
        self._counters = counters
        self._nap = nap
        self._last_drops = 0
        self._ports = [_Port(sock, largest, answers, buffer) for sock in sockets]
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

    def start(self) -> None:
        """Receive on the running loop."""
        for port in self._ports:
            if not port.active:
                port.active = True
                self._arm(port)
                log.info(
                    "receiving",
                    extra={"receiver": self._name, "address": port.socket.getsockname(), "buffer": port.granted},
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

    def answer(self, back: WayBack, payload: bytes) -> bool:
        """Send one datagram back from the address that was asked; False where it could not leave."""
        try:
            back.socket.sendmsg([payload], _as_source(back.ancillary), 0, back.address)
        except OSError as error:  # no route, no buffer, the address is no longer ours
            self._counters.add(f"{self._name}.answers_failed", key=error.strerror or "")
            return False
        return True

    def _arm(self, port: "_Port") -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(port.socket, self._first, port)
        port.disarm = lambda: loop.remove_reader(port.socket)

    def _first(self, port: "_Port") -> None:
        """A datagram is there: let others come while we do not look."""
        port.disarm()
        self._later(port, self._nap)

    def _later(self, port: "_Port", seconds: float) -> None:
        handle = asyncio.get_running_loop().call_later(seconds, self._drain, port)
        port.disarm = handle.cancel

    def _drain(self, port: "_Port") -> None:
        """Take one turn's worth; then look again at once, after a nap, or when the kernel tells."""
        batch: list[Datagram] = []
        try:
            more = port.take(batch)
        except OSError as error:
            self._counters.add(f"{self._name}.receive_errors", key=error.strerror or "")
            more = False
        if more:
            self._later(port, 0)
        elif batch:
            self._later(port, self._nap)
        else:
            self._arm(port)
        if batch:
            self._counters.add(f"{self._name}.datagrams", len(batch))
            self._deliver(batch)


class _Port:
    """One socket, and the quickest way to empty it that serves its purpose."""

    def __init__(self, sock: socket.socket, largest: int, answers: bool, buffer: int) -> None:
        self.socket = sock
        self.active = False
        self.disarm: Callable[[], object] = _nothing
        self.granted = widen(sock, buffer)
        self._largest = largest
        self._mapped = sock.family == socket.AF_INET6 and not sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
        self._scoped = sock.family == socket.AF_INET6
        self._take = self._take_with_way_back if answers else self._take_plain
        sock.setblocking(False)
        if answers:
            self._ask_for_destination()

    def take(self, batch: list[Datagram]) -> bool:
        """Fill the batch; False when the socket is empty."""
        try:
            self._take(batch)
        except BlockingIOError:
            return False
        finally:
            if self._scoped:
                batch[:] = [(payload, plain_address(address), back) for payload, address, back in batch]
        return True

    def _take_plain(self, batch: list[Datagram]) -> None:
        receive, largest, append = self.socket.recvfrom, self._largest, batch.append
        for _ in range(BUDGET):
            payload, address = receive(largest)
            append((payload, address, None))

    def _take_with_way_back(self, batch: list[Datagram]) -> None:
        receive, largest, append, sock = self.socket.recvmsg, self._largest, batch.append, self.socket
        for _ in range(BUDGET):
            payload, ancillary, _flags, address = receive(largest, _CONTROL)
            append((payload, address, WayBack(sock, address, ancillary)))

    def _ask_for_destination(self) -> None:
        """Have the kernel tell each datagram's destination: a socket bound to all addresses may answer from any."""
        if self.socket.family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        if self.socket.family == socket.AF_INET or self._mapped:
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)


def plain_address(address: Address) -> Address:
    """`::ffff:10.0.0.1` as `10.0.0.1`, and a link-local address without its zone: how components are known."""
    host = address[0]
    if host.startswith(_MAPPED):
        return (host.removeprefix(_MAPPED), address[1])
    return (host.partition("%")[0], address[1]) if "%" in host else address


def _as_source(ancillary: Ancillary) -> Ancillary:
    """The destination of what came as the source of what goes; the route is the kernel's choice, but for link-local."""
    control: Ancillary = []
    for level, kind, data in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO) and len(data) == _PKTINFO_V4.size:
            _interface, local, _destination = _PKTINFO_V4.unpack(data)
            control.append((level, kind, _PKTINFO_V4.pack(0, local, bytes(4))))
        elif (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO) and len(data) == _PKTINFO_V6.size:
            local, interface = _PKTINFO_V6.unpack(data)
            is_link_local = local[0] == 0xFE and local[1] & 0xC0 == 0x80
            if not local.startswith(bytes(10) + b"\xff\xff"):
                control.append((level, kind, _PKTINFO_V6.pack(local, interface if is_link_local else 0)))
    return control


def _nothing() -> None:
    """Nothing to take off the loop yet."""
