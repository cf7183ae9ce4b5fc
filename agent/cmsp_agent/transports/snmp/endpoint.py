"""One UDP socket for many devices: a future for each request, one sweep for all retries and deadlines.

Decodes nothing itself: each request brings the function that decodes and authenticates its answer. An answer that is
late, or that nobody asked for, is counted and dropped.
"""

import asyncio
import logging
import random
import socket
from collections.abc import Callable
from typing import Protocol

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import DeviceAnswerInvalid, DeviceUnreachable
from cmsp_agent.transports.snmp.ber import DecodeError
from cmsp_agent.transports.snmp.elsewhere import Elsewhere
from cmsp_agent.transports.snmp.keys import Bounded
from cmsp_agent.transports.snmp.message import request_id_of
from cmsp_agent.transports.snmp.pdu import Pdu

log = logging.getLogger(__name__)

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
Decode = Callable[[bytes, int], Pdu]

LOWEST_ID = 0x01000000
HIGHEST_ID = 0x7FFFFFFF
"""Request IDs: four octets in BER whatever the number, so that all requests of a kind have the same length."""
TICK = 0.1
"""Seconds between two sweeps: how late a retry may be."""
BATCH = 128
"""Datagrams taken at once; then other tasks run, and the loop calls again."""
RECEIVE_BUFFER = 4 << 20
LARGEST_DATAGRAM = 65535
SO_RCVBUFFORCE = 33
"""Linux: asks beyond net.core.rmem_max, which only CAP_NET_ADMIN may."""


class DatagramSocket(Protocol):
    """What is used of an unconnected UDP socket that does not block."""

    def fileno(self) -> int: ...
    def sendto(self, data: bytes, address: SocketAddress, /) -> int: ...
    def recvfrom(self, size: int, /) -> tuple[bytes, SocketAddress]: ...
    def getsockname(self) -> SocketAddress: ...
    def close(self) -> None: ...


class Doubtful(DecodeError):
    """Perhaps the answer: taken if no true one comes before the attempt's time is up."""

    def __init__(self, answer: Pdu) -> None:
        super().__init__("an answer that is not authenticated")
        self.answer = answer


class Pending:
    """A request that waits for its answer."""

    __slots__ = (
        "address", "deadline", "decode", "doubtful", "elsewhere", "future", "left", "packet", "problem", "timeout",
    )  # fmt: skip

    def __init__(
        self,
        future: "asyncio.Future[tuple[Pdu, int]]",
        address: SocketAddress,
        packet: bytes,
        decode: Decode,
        timeout: float,
        retries: int,
        elsewhere: Elsewhere,
        now: float,
    ) -> None:
        self.future = future
        self.address = address
        self.packet = packet
        self.decode = decode
        self.timeout = timeout
        self.left = retries
        self.elsewhere = elsewhere
        self.deadline = now + timeout
        self.problem: DecodeError | None = None
        self.doubtful: tuple[Pdu, int] | None = None


class Endpoint:
    """An unconnected UDP socket and the requests that are out on it.

    Args:
        clock: for deadlines.
        counters: counts under `snmp.`.
        sock: what to send from; closed by `close`.
        chance: random numbers from 0 to 1.
    """

    def __init__(
        self, clock: Clock, counters: Counters, sock: DatagramSocket, chance: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._pending: dict[int, Pending] = {}
        self._given_up: Bounded[int, None] = Bounded(4096)
        self._first_id = self._last_id = LOWEST_ID + int(chance() * (HIGHEST_ID - LOWEST_ID))
        self._tick: asyncio.TimerHandle | None = None
        self._socket = sock
        self._loop.add_reader(sock, self._drain)

    def close(self) -> None:
        """Release the socket; requests that are out fail as unreachable."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
        if self._tick is not None:
            self._tick.cancel()
        for pending in self._pending.values():
            _fail(pending, DeviceUnreachable(f"{pending.address[0]}: SNMP client closed"))
        self._pending.clear()

    def next_id(self) -> int:
        """A request ID that no request out has."""
        while True:
            self._last_id = self._last_id + 1 if self._last_id < HIGHEST_ID else LOWEST_ID
            if self._last_id not in self._pending:
                return self._last_id

    def request(
        self,
        request_id: int,
        packet: bytes,
        address: SocketAddress,
        decode: Decode,
        timeout: float,
        retries: int,
        elsewhere: Elsewhere,
    ) -> "asyncio.Future[tuple[Pdu, int]]":
        """Send a request and repeat it until it is answered.

        Args:
            request_id: from `next_id`; the packet carries it.
            packet: the datagram.
            address: as the kernel spells it (`socket.getaddrinfo`).
            decode: called with a datagram that has this request ID; raises DecodeError for what is no true answer,
                which is then counted and waited past, and Doubtful for what is to be taken only for want of one.
            timeout: seconds for each attempt.
            retries: further attempts.
            elsewhere: says whether a true answer may come from another address, and notes it.

        Returns:
            A future of the PDU and the size of the datagram that brought it; it fails with DeviceUnreachable, or with
            DeviceAnswerInvalid where nothing but false answers came.
        """
        future: asyncio.Future[tuple[Pdu, int]] = self._loop.create_future()
        now = self._clock.monotonic()
        pending = Pending(future, address, packet, decode, timeout, retries, elsewhere, now)
        self._pending[request_id] = pending
        self._send(request_id, pending)
        if self._tick is None:
            self._tick = self._loop.call_later(TICK, self._ticked)
        return future

    def _send(self, request_id: int, pending: Pending) -> None:
        try:
            self._socket.sendto(pending.packet, pending.address)
        except (BlockingIOError, InterruptedError):
            self._counters.add("snmp.requests.send_buffer_full")  # as good as lost on the way: the sweep repeats it
        except OSError as error:
            self._pending.pop(request_id, None)
            _fail(pending, DeviceUnreachable(f"{pending.address[0]}: can't send SNMP: {error.strerror}"))

    def _drain(self) -> None:
        receive = self._socket.recvfrom
        for _ in range(BATCH):
            try:
                data, sender = receive(LARGEST_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self._counters.add("snmp.socket_errors", key=error.strerror or "unknown")
                return
            self._received(data, sender)

    def _received(self, data: bytes, sender: SocketAddress) -> None:
        try:
            request_id = request_id_of(data)
        except DecodeError:
            self._counters.add("snmp.answers.malformed")
            return
        pending = self._pending.get(request_id)
        if pending is None:
            self._unawaited(request_id)
            return
        if sender != pending.address and not pending.elsewhere.permits(str(sender[0])):
            self._counters.add("snmp.answers.other_address_refused", key=str(pending.address[0]))
            place = f"{sender[0]} port {sender[1]}"
            pending.problem = DecodeError(f"one came from {place}, which answers_from does not permit")
            return
        try:
            answer = pending.decode(data, request_id)
        except Doubtful as doubt:
            pending.doubtful = (doubt.answer, len(data))
            self._counters.add("snmp.answers.doubtful", key=str(pending.address[0]))
            return
        except DecodeError as error:
            pending.problem = error
            self._counters.add("snmp.answers.untrue", key=str(pending.address[0]))
            return
        if sender != pending.address:
            self._counters.add("snmp.answers.other_address", key=str(pending.address[0]))
            pending.elsewhere.came_from(str(sender[0]), sender[1])
        del self._pending[request_id]
        if not pending.future.done():
            pending.future.set_result((answer, len(data)))

    def _unawaited(self, request_id: int) -> None:
        if request_id in self._given_up:
            self._counters.add("snmp.answers.late")
        elif self._first_id < request_id <= self._last_id:
            self._counters.add("snmp.answers.double")
        else:
            self._counters.add("snmp.answers.unasked")

    def _ticked(self) -> None:
        self.sweep()
        self._tick = self._loop.call_later(TICK, self._ticked) if self._pending else None

    def sweep(self) -> None:
        """Repeat or give up what is overdue. A pass over all requests is cheaper than a timer for each."""
        now = self._clock.monotonic()
        for request_id, pending in list(self._pending.items()):
            if pending.future.done():  # its caller was cancelled
                del self._pending[request_id]
            elif pending.deadline <= now:
                self._overdue(request_id, pending, now)

    def _overdue(self, request_id: int, pending: Pending, now: float) -> None:
        if pending.left > 0 and pending.doubtful is None:
            pending.left -= 1
            pending.deadline = now + pending.timeout
            self._counters.add("snmp.requests.repeated")
            self._send(request_id, pending)
            return
        del self._pending[request_id]
        self._given_up.keep(request_id, None)
        if pending.doubtful is not None:
            pending.future.set_result(pending.doubtful)
        elif pending.problem is not None:
            _fail(pending, DeviceAnswerInvalid(f"{pending.address[0]}: no true SNMP answer: {pending.problem}"))
        else:
            _fail(pending, DeviceUnreachable(f"{pending.address[0]}: no SNMP answer in {pending.timeout:g} s"))


def _fail(pending: Pending, error: Exception) -> None:
    if not pending.future.done():
        pending.future.set_exception(error)


def open_socket(family: int, source: str) -> socket.socket:
    """A socket to send requests from.

    Args:
        family: `socket.AF_INET` or `AF_INET6`.
        source: address to send from; empty for any.

    Raises:
        OSError: the source address is not ours.
    """
    made = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        except PermissionError:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        made.bind((source, 0))
    except OSError:
        made.close()
        raise
    return made
