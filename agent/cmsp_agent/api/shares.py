"""What one identity may take of the API: connections, calls a minute, streams and bodies at a time.

Each has a share of its own, so that no client of the head-end, however broken, takes the place of another. The last
places are for `admin`. This machine's socket has places of its own, and no share.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.limits import ApiLimits
from cmsp_agent.api.problems import problem
from cmsp_agent.api.roles import ProvenPeer, Role, identify
from cmsp_agent.model.errors import Refused

STREAM = "/v1/events/stream"
MOST_KNOWN = 1000
"""Identities whose use is remembered."""


@dataclass(slots=True)
class _Use:
    """What one identity uses now. `calls` is what it may still call, filled up as time goes by."""

    calls: float
    at: float
    connections: int = 0
    held: dict[str, int] = field(default_factory=dict)


class ShareUsedUp(Exception):
    """One more would be beyond the share; after so many seconds it may be tried again."""

    def __init__(self, what: str, seconds: int) -> None:
        super().__init__(what)
        self.seconds = seconds


class Shares:
    """The use of the API by everybody who is connected.

    Args:
        limits: how large a share is.
        roles: certificate URI → role, as the configuration says now.
        clock: for calls a minute.
        counters: `api.limited` is counted there, by what was used up.
        revoked: serial numbers of certificates that have no share of the admin's.
    """

    def __init__(
        self,
        limits: ApiLimits,
        roles: Callable[[], Mapping[str, str]],
        clock: Clock,
        counters: Counters,
        revoked: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        self._limits = limits
        self._roles = roles
        self._revoked = revoked
        self._clock = clock
        self._counters = counters
        self._uses: dict[str, _Use] = {}
        self._streams = 0
        """Streams of those who are not `admin`."""
        self.local = 0
        """Connections from this machine."""
        self.remote = 0
        """Connections over TLS."""

    def enter(self, peer: ProvenPeer) -> bool:
        """A connection is made; False where it must end at once, and is not counted."""
        if _is_local(peer):
            self.local += 1
            return True
        use = self._use(peer)
        kept = 0 if self._is_admin(peer) else self._limits.kept_for_admin
        if use.connections >= self._limits.connections_each or self.remote >= self._limits.connections - kept:
            self._counters.add("api.limited", key="connections")
            return False
        use.connections += 1
        self.remote += 1
        return True

    def leave(self, peer: ProvenPeer) -> None:
        """A connection that was counted is over."""
        if _is_local(peer):
            self.local -= 1
            return
        self._use(peer).connections -= 1
        self.remote -= 1

    @contextmanager
    def calling(self, peer: ProvenPeer, *, stream: bool, body: bool) -> Iterator[None]:
        """A call, from its headers to its answer.

        Raises:
            ShareUsedUp: it is one too many.
        """
        if _is_local(peer):
            yield
            return
        use, limits = self._use(peer), self._limits
        self._fill(use)
        if use.calls < 1:
            seconds = int((1 - use.calls) * 60 / limits.calls_a_minute) + 1
            raise self._used_up(f"calls: {limits.calls_a_minute} a minute", seconds)
        use.calls -= 1
        for holds, what, most in ((stream, "streams", limits.streams_each), (body, "bodies", limits.bodies_each)):
            if holds and use.held.get(what, 0) >= most:
                raise self._used_up(f"{what}: {most} at a time", 1)
        common = stream and not self._is_admin(peer)
        if common and self._streams >= limits.streams:
            raise self._used_up(f"streams: {limits.streams} at a time for all", 1)
        mine = [what for holds, what in ((stream, "streams"), (body, "bodies")) if holds]
        for what in mine:
            use.held[what] = use.held.get(what, 0) + 1
        self._streams += common
        try:
            yield
        finally:
            self._streams -= common
            for what in mine:
                use.held[what] -= 1

    def _used_up(self, what: str, seconds: int) -> ShareUsedUp:
        self._counters.add("api.limited", key=what.partition(":")[0])
        return ShareUsedUp(f"your share is used up; {what}", seconds)

    def _fill(self, use: _Use) -> None:
        now = self._clock.monotonic()
        most = self._limits.calls_a_minute
        use.calls, use.at = min(float(most), use.calls + (now - use.at) * most / 60), now

    def _use(self, peer: ProvenPeer) -> _Use:
        name = " ".join(peer.identities) or peer.source.rpartition(":")[0]
        if name not in self._uses:
            idle = next((each for each, use in self._uses.items() if not use.connections), None)
            if idle is not None and len(self._uses) >= MOST_KNOWN:
                del self._uses[idle]
            self._uses[name] = _Use(float(self._limits.calls_a_minute), self._clock.monotonic())
        return self._uses[name]

    def _is_admin(self, peer: ProvenPeer) -> bool:
        try:
            return identify(peer, self._roles(), self._revoked()).role is Role.ADMIN
        except Refused:
            return False


class ShareLimits:
    """ASGI middleware: a call beyond its caller's share is answered with 429 before anything of it is read."""

    def __init__(self, app: ASGIApp, shares: Shares) -> None:
        self._app = app
        self._shares = shares

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.get("state", {}).get("peer") or ProvenPeer(source="local")
        headers = {name for name, value in scope.get("headers", ()) if value != b"0"}
        body = bool(headers & {b"content-length", b"transfer-encoding"})
        try:
            with self._shares.calling(peer, stream=scope.get("path") == STREAM, body=body):
                await self._app(scope, receive, send)
        except ShareUsedUp as error:
            answer = problem(
                HTTPStatus.TOO_MANY_REQUESTS, "share-used-up", str(error), {"Retry-After": str(error.seconds)}
            )
            await answer(scope, receive, send)


def _is_local(peer: ProvenPeer) -> bool:
    return peer.source == "local"
