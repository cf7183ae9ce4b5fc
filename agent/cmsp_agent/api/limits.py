"""Bounds on what a caller sends: headers, parameters, bytes and seconds of a body. The listener bounds handshakes."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cmsp_agent.api.problems import BodyTooLarge, BodyTooSlow, CallInvalid, HeadersTooLarge, classify, problem

ONCE = ("Idempotency-Key", "If-Match", "Last-Event-ID", "Content-Type")
"""Headers of which a call has one at most; HTTP itself sees to the length of the body and to the host."""
DISCARDED_BODIES = 8
"""How many times the bound is read of a body that is too large: who still sends would miss the answer."""


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """What a caller may cost: seconds, bytes, connections."""

    handshake_seconds: float = 5.0
    header_seconds: float = 10.0
    """From the first moment that a request may come to the end of its headers."""
    header_bytes: int = 32 * 1024
    body_seconds: float = 20.0
    body_bytes: int = 1024 * 1024
    keep_alive_seconds: int = 30
    connections: int = 100
    """At a time on one socket."""
    handshakes: int = 200
    """At a time; beyond it, the oldest of the address that has most of them ends."""
    kept_for_admin: int = 10
    """Of the connections: the last ones."""
    connections_each: int = 30
    """For each identity."""
    streams: int = 20
    """Of all identities together that are not `admin`."""
    streams_each: int = 10
    bodies_each: int = 10
    calls_a_minute: int = 1200


class HeaderLimits:
    """ASGI middleware: a request whose line and headers are too large is answered as a problem, and goes no further."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _size(scope) > self._most:
            error = HeadersTooLarge(f"a request line and headers of more than {self._most} bytes")
            await _refuse(error)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _size(scope: Scope) -> int:
    """Bytes of the target and the headers, with what stands between them."""
    headers = sum(len(name) + len(value) + 4 for name, value in scope.get("headers", ()))
    return headers + len(scope.get("raw_path") or b"") + len(scope.get("query_string", b""))


class SaidOnce:
    """ASGI middleware: a call that says twice what counts once is answered as a problem: which of the two is meant?"""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if twice := _said_twice(scope):
            await _refuse(CallInvalid(f"{twice} is there more than once"))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _said_twice(scope: Scope) -> str:
    """What there is more than one of, a header, a length of the body, a parameter; empty where nothing is."""
    headers = Counter(name.lower() for name, _ in scope.get("headers", ()))
    if headers[b"content-length"] and headers[b"transfer-encoding"]:
        return "the length of the body"  # RFC 9112, 6.1: what follows may be smuggled; the connection ends
    parameters = Counter(name for name, _ in parse_qsl(scope.get("query_string", b"").decode("latin-1"), True))
    named = [f"the header {name}" for name in ONCE if headers[name.lower().encode()] > 1]
    named += [f"the parameter {name[:40]}" for name, count in parameters.items() if count > 1]
    return named[0] if named else ""


class BodyLimits:
    """ASGI middleware: the application sees whole bodies only; too large or too slow a one is answered as a problem."""

    def __init__(self, app: ASGIApp, most: int, within: float) -> None:
        self._app = app
        self._most = most
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            async with asyncio.timeout(self._within):
                body = await self._read(receive)
        except TimeoutError:
            error = BodyTooSlow(f"the body did not come within {self._within:g} s")
            await _refuse(error)(scope, receive, send)
        except BodyTooLarge as error:
            await _refuse(error)(scope, receive, send)
        else:
            await self._app(scope, _Whole(body, receive), send)

    async def _read(self, receive: Receive) -> bytes:
        body = bytearray()
        size, more = 0, True
        while more and size <= DISCARDED_BODIES * self._most:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
            if size <= self._most:
                body += message.get("body", b"")
        if size > self._most:
            raise BodyTooLarge(f"a body of more than {self._most} bytes")
        return bytes(body)


class _Whole:
    """`receive` that gives the whole body at once, then what the connection says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._first: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def __call__(self) -> Message:
        if self._first is not None:
            message, self._first = self._first, None
            return message
        return await self._receive()


def _refuse(error: BodyTooLarge | BodyTooSlow | CallInvalid | HeadersTooLarge) -> ASGIApp:
    status, kind = classify(error)
    return problem(status, kind, str(error), {"Connection": "close"})
