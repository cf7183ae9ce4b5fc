"""Receives syslog over TCP, framed as RFC 6587 says. `services.receiving.syslog` reads the messages.

A connection costs little, but its number and its memory are bounded. Surplus and idle connections are closed. Those
that send faster than they are read are made to wait. Waiting loses nothing: TCP makes the sender wait too.
"""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cmsp_agent.aio.counters import Counters
from cmsp_agent.transports.datagrams import plain_host
from cmsp_agent.transports.syslog.framing import LONGEST_MESSAGE, FramingError, SyslogFramer
from cmsp_agent.transports.tls_accept import TlsAcceptor

log = logging.getLogger(__name__)

DeliverMessages: TypeAlias = Callable[[str, list[bytes]], bool]
"""Takes a source address and its messages, on the loop; False: they were taken, but no more are wanted for a while."""

AT_ONCE = 16_384
"""Octets taken of a connection before others have their turn: some 2 ms with the shortest of messages."""

_KEEPALIVE = {socket.TCP_KEEPIDLE: 60, socket.TCP_KEEPINTVL: 15, socket.TCP_KEEPCNT: 4}


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What a listener allows."""

    message: int = LONGEST_MESSAGE
    """Octets kept of one message."""
    connections: int = 512
    """Open at once; one more closes the one that has been silent longest."""
    per_source: int = 8
    """Open at once from one address; one more is refused."""
    idle: float = 3600.0
    """Seconds of silence after which a connection is closed. A gateway opens it again with its next message."""
    pause: float = 0.1
    """Seconds that a sender waits when no more messages are wanted."""


class StreamReceiver:
    """Owns listening sockets until `stop`. Both `start` and `stop` may be called more than once."""

    def __init__(
        self,
        name: str,
        sockets: Sequence[socket.socket],
        deliver: DeliverMessages,
        counters: Counters,
        *,
        limits: StreamLimits = StreamLimits(),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Take over the sockets; nothing is accepted before `start`.

        Args:
            name: prefix of the counters and gauges, such as `syslog.tcp`.
            sockets: listening TCP sockets; closed by `stop`.
            deliver: takes each batch.
            counters: gets what was received, cut, refused and closed.
            limits: see there.
            tls: the server's context for syslog over TLS (RFC 5425); then `shake_hands` must run.
        """
        self._name = name
        self._sockets = list(sockets)
        self._deliver = deliver
        self._counters = counters
        self._limits = limits
        self._tls = TlsAcceptor(name, self._connection, tls, counters) if tls else None
        self._servers: list[asyncio.Server] = []
        self._connections: dict[_Connection, float] = {}
        self._sources: Counter[str] = Counter()
        # One for all connections: what is read into it is cut up at once, before the loop goes on. A view, because TLS
        # fills it piece by piece, and a slice of a bytearray would be a copy.
        self.buffer = memoryview(bytearray(AT_ONCE))
        counters.gauge(f"{name}.connections", lambda: len(self._connections))

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where we listen: (host, port) of each socket."""
        plain = [server.sockets[0].getsockname()[:2] for server in self._servers]
        return plain + (self._tls.addresses if self._tls else [])

    def add(self, sock: socket.socket) -> None:
        """Take over one more socket; it accepts from the next `start` on."""
        self._sockets.append(sock)

    async def start(self) -> None:
        """Accept connections on the running loop, on all sockets that don't yet."""
        loop = asyncio.get_running_loop()
        sockets, self._sockets = self._sockets, []
        for listener in sockets:
            if self._tls:
                self._tls.listen(listener)
            else:
                self._servers.append(await loop.create_server(self._connection, sock=listener))
            log.info("listening", extra={"receiver": self._name, "address": listener.getsockname()})

    async def shake_hands(self) -> None:
        """With TLS: let those in that have accepted certificates, until cancelled."""
        if self._tls:
            await self._tls.run()

    async def stop(self) -> None:
        """Close the listeners and all connections; parts of messages that they hold are delivered or counted."""
        for listener in self._sockets:
            listener.close()
        for server in self._servers:
            server.close()
        if self._tls:
            self._tls.close()
        for connection in list(self._connections):
            connection.end()
        self._sockets, self._servers = [], []
        await asyncio.sleep(0)  # the transports close in the next turn of the loop

    def _connection(self) -> "_Connection":
        return _Connection(self)

    def admit(self, connection: "_Connection", source: str) -> bool:
        """Whether there is room for one more connection; makes room by closing the one silent longest."""
        if self._sources[source] >= self._limits.per_source:
            self._counters.add(f"{self._name}.refused", key=source)
            return False
        if len(self._connections) >= self._limits.connections:
            self._counters.add(f"{self._name}.crowded_out")
            min(self._connections, key=self._connections.__getitem__).end()
        self._sources[source] += 1
        self.touch(connection)
        return True

    def touch(self, connection: "_Connection") -> None:
        """It has said something just now."""
        self._connections[connection] = asyncio.get_running_loop().time()

    def idle_for(self, connection: "_Connection") -> float:
        """Seconds since it last said something."""
        return asyncio.get_running_loop().time() - self._connections[connection]

    def leave(self, connection: "_Connection", source: str) -> None:
        """It is closed."""
        if self._connections.pop(connection, None) is not None:
            self._sources[source] -= 1
            self._sources += Counter()  # forgets sources that have no connection left

    def count(self, what: str, n: int = 1, key: str = "") -> None:
        """Count under this receiver's name."""
        self._counters.add(f"{self._name}.{what}", n, key)

    def take(self, source: str, messages: list[bytes]) -> bool:
        """Hand messages on; False: pause the sender."""
        self._counters.add(f"{self._name}.messages", len(messages))
        return self._deliver(source, messages)

    @property
    def limits(self) -> StreamLimits:
        """What is allowed here."""
        return self._limits


class _Connection(asyncio.BufferedProtocol):
    """One sender's connection, from its opening to its end."""

    def __init__(self, receiver: StreamReceiver) -> None:
        self._receiver = receiver
        self._framer = SyslogFramer(receiver.limits.message)
        self._source = ""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._counted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refuse it, or watch over it from now on."""
        assert isinstance(transport, asyncio.Transport)
        self._source = plain_host((transport.get_extra_info("peername") or ("",))[0])
        if not self._receiver.admit(self, self._source):
            transport.abort()
            return
        self._transport = transport
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE.items():
            sock.setsockopt(socket.IPPROTO_TCP, option, value)
        self._watch()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 (the size is ours to choose)
        """Where the transport puts what it reads."""
        return self._receiver.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Cut the octets into messages and hand them on."""
        self._receiver.touch(self)
        try:
            messages = self._framer.feed(bytes(self._receiver.buffer[:nbytes]))
        except FramingError as error:
            self._receiver.count("framing_errors", key=self._source)
            self._hand_on(error.messages)
            self.end()
            return
        self._hand_on(messages)

    def eof_received(self) -> bool:
        """The sender has nothing more to say."""
        return False

    def connection_lost(self, _error: Exception | None) -> None:
        """Deliver a last line, and forget the connection."""
        if self._timer is not None:
            self._timer.cancel()
        self._receiver.leave(self, self._source)
        self._transport = None
        self._hand_on(self._framer.close())

    def end(self) -> None:
        """Close the connection now, even if more is to come."""
        if self._transport is not None:
            self._transport.abort()

    def _hand_on(self, messages: list[bytes]) -> None:
        self._tell_cuts()
        if messages and not self._receiver.take(self._source, messages) and self._transport is not None:
            self._receiver.count("paused", key=self._source)
            self._transport.pause_reading()
            self._restart_timer(self._receiver.limits.pause, self._resume)

    def _resume(self) -> None:
        if self._receiver.take(self._source, []) and self._transport is not None:
            self._transport.resume_reading()
            self._watch()
        else:
            self._restart_timer(self._receiver.limits.pause, self._resume)

    def _watch(self) -> None:
        self._restart_timer(self._receiver.limits.idle, self._close_if_idle)

    def _close_if_idle(self) -> None:
        idle = self._receiver.idle_for(self)
        if idle < self._receiver.limits.idle:
            self._restart_timer(self._receiver.limits.idle - idle, self._close_if_idle)
            return
        self._receiver.count("idle_closed")
        self.end()

    def _restart_timer(self, seconds: float, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)

    def _tell_cuts(self) -> None:
        if self._framer.truncated > self._counted:
            self._receiver.count("truncated", self._framer.truncated - self._counted, self._source)
            self._counted = self._framer.truncated
        if self._framer.miscounted:
            self._receiver.count("miscounted", self._framer.miscounted, self._source)
            self._framer.miscounted = 0
        if self._framer.unterminated:
            self._receiver.count("unterminated", self._framer.unterminated, self._source)
            self._framer.unterminated = 0
        if self._framer.halves:
            self._receiver.count("half_frames", key=self._source)
            self._framer.halves = 0
