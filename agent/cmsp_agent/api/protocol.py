"""uvicorn's HTTP protocol with our deadlines, a cap on connections, and the peer's identity for each request.

uvicorn is pinned: this leans on its H11Protocol, whose attributes are not a promise.
"""

import asyncio

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.limits import ApiLimits
from cmsp_agent.api.peers import peer_of
from cmsp_agent.api.problems import problem
from cmsp_agent.api.roles import ProvenPeer
from cmsp_agent.api.shares import Shares


class BoundedProtocol(H11Protocol):
    """One connection."""

    def __init__(
        self, config: Config, state: ServerState, limits: ApiLimits, shares: Shares, counters: Counters
    ) -> None:
        super().__init__(config, state, {})
        self._limits = limits
        self._shares = shares
        self._counters = counters
        self._entered: ProvenPeer | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note who is there, and start the wait for headers."""
        super().connection_made(transport)
        peer = peer_of(transport)
        self.app_state = {**self.app_state, "peer": peer}
        if not self._shares.enter(peer):
            transport.abort()
            return
        self._entered = peer
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes; the time for headers runs until they are whole."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection and its deadline."""
        self._unwatch()
        if self._entered is not None:
            self._shares.leave(self._entered)
            self._entered = None
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Keep a deadline while a request's headers are being awaited, and only then.

        It is not moved by bytes that trickle in. Between two requests uvicorn's own keep-alive limit runs.
        """
        if self.conn.their_state is not h11.IDLE:
            self._unwatch()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self._limits.header_seconds, self._too_slow)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered as a problem too, where an answer can still be given; each is counted."""
        large = len(self.conn.trailing_data[0]) > self._limits.header_bytes
        self._counters.add("api.unreadable", key="headers_too_large" if large else "not_http")
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        most = f"a request line and headers of more than {self._limits.header_bytes} bytes"
        answer = problem(431, "headers-too-large", most) if large else problem(400, "not-http", msg)
        headers = [*answer.raw_headers, (b"connection", b"close")]
        events = (
            h11.Response(status_code=answer.status_code, headers=headers),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
