"""HTTPS to the head-end: mutual TLS, deadlines, bounded answers, one URL after another. `services.link` reads them.

`requests` runs in a pool of two threads, one for batches and one for heartbeats. The environment is not trusted: it
could name another CA bundle or a proxy.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.errors import HeadendUnreachable
from cmsp_agent.model.machine_faults import reason_of
from cmsp_agent.storage.encoding import DocumentInvalid, decode

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
"""Between two packets of an answer."""
TOTAL_SECONDS = 40.0
"""For a whole request, a trickling answer included."""
MOST_BYTES = 64 * 1024
"""Of an answer; the contract's are below 1 KiB."""


class ConnectionEnded(HeadendUnreachable):
    """Nothing was sent: the connection over which the head-end was asked has ended. Ask again first."""


@dataclass(frozen=True, slots=True)
class ClientCertificates:
    """Paths of PEM files: who signs the head-end's certificate, and our own certificate with its key."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class HeadendReply:
    """What came back: a status, the JSON object where there was one, and what was wrong with the body where not."""

    status: int
    document: dict[str, Any] | None
    retry_after: str | None = None
    problem: str = ""


class _MustNotConnect(OSError):
    """A new connection where only a present one may be used."""


class _Connections:
    """How many connections were made, and which threads may make none."""

    def __init__(self) -> None:
        self.made = 0
        self._mine = threading.local()

    def forbid(self, forbidden: bool) -> None:
        """For requests of this thread, from now on."""
        self._mine.forbidden = forbidden

    def make(self) -> None:
        """One is about to be made by this thread."""
        if getattr(self._mine, "forbidden", False):
            raise _MustNotConnect
        self.made += 1


class _HeadendConnection(HTTPSConnection):
    """Counts each time that it connects, the second time of the same object too."""

    connections: _Connections

    def connect(self) -> None:
        self.connections.make()
        super().connect()


class _Adapter(HTTPAdapter):
    """TLS 1.2 at least, and connections that can be shut down from another thread."""

    def __init__(self, connections: _Connections) -> None:
        self._connections = connections
        self._open: WeakSet[HTTPSConnection] = WeakSet()
        super().__init__(pool_connections=2, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_minimum_version=ssl.TLSVersion.TLSv1_2, **kwargs)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        setattr(pool, "ConnectionCls", self._new_connection)  # noqa: B010 - a class by its type, a factory by its use
        return pool

    def _new_connection(self, *args: Any, **kwargs: Any) -> HTTPSConnection:
        connection = _HeadendConnection(*args, **kwargs)
        connection.connections = self._connections
        self._open.add(connection)
        return connection

    def shut_down(self) -> None:
        for connection in list(self._open):
            sock: Any = connection.sock
            if isinstance(sock, socket.socket):
                try:
                    # of the socket, not of TLS: another thread is reading from it
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
                except OSError:
                    continue


class HeadendClient:
    """Asks the head-end's URLs, one at a time; after a failure the caller moves on with `next_url`."""

    def __init__(
        self,
        urls: Sequence[str],
        appliance: str,
        certificates: ClientCertificates,
        threads: Threads = SYSTEM_THREADS,
        *,
        total: float = TOTAL_SECONDS,
    ) -> None:
        self._urls = _bases(urls)
        self._appliance = appliance
        self._certificates = certificates
        self._total = total
        self._at = 0
        self._pool = BlockingPool("headend", threads=2, waiting=2, source=threads)
        self._connections = _Connections()
        self._asked_over = -1
        self._may_connect = False
        self._adapter, self._session = self._new_session()

    @property
    def url(self) -> str:
        """The URL that is asked at present."""
        return self._urls[self._at]

    def next_url(self) -> None:
        """Ask the next URL from now on; the first again after the last."""
        self._at = (self._at + 1) % len(self._urls)

    def use(self, urls: Sequence[str], certificates: ClientCertificates) -> None:
        """Ask these URLs from now on, going on with the present one if it is among them, with these files read anew."""
        at = self.url
        self._urls = _bases(urls)
        self._at = self._urls.index(at) if at in self._urls else 0
        self._certificates = certificates
        self.renew()

    def renew(self) -> None:
        """Read the certificates again; requests under way are finished with the old ones."""
        self._session.close()
        self._asked_over = -1
        self._adapter, self._session = self._new_session()

    def _new_session(self) -> tuple[_Adapter, requests.Session]:
        adapter, session = _Adapter(self._connections), requests.Session()
        session.trust_env = False
        session.verify = str(self._certificates.authority)
        session.cert = (str(self._certificates.certificate), str(self._certificates.key))
        session.headers.update({"Accept": "application/json", "Accept-Encoding": "identity"})
        session.mount("https://", adapter)
        return adapter, session

    async def durable(self) -> HeadendReply:
        """`GET /v1/appliances/{id}`.

        Raises:
            HeadendUnreachable: no connection, or no answer in time.
        """
        reply = await self._ask("GET", "", None, {})
        self._asked_over, self._may_connect = self._connections.made, True
        return reply

    async def events(self, body: bytes, encoding: str = "zstd") -> HeadendReply:
        """`POST …/events` of a batch of CloudEvents, over a connection that is as old as the last `durable`.

        A machine that was reverted while it ran finds its connections dead and nothing else: what a new connection
        leads to is asked before anything is sent over it. The batch that follows a question may make a connection, for
        a head-end that closes each.

        Args:
            body: the JSON array, encoded as `encoding` says.
            encoding: the Content-Encoding.

        Raises:
            ConnectionEnded: ask `durable` first.
            HeadendUnreachable: no connection, or no answer in time: whether it was taken is unknown.
        """
        may_connect, self._may_connect = self._may_connect, False
        if not may_connect and self._connections.made != self._asked_over:
            raise ConnectionEnded(f"{self.url}: a new connection")
        headers = {"Content-Type": "application/cloudevents-batch+json", "Content-Encoding": encoding}
        reply = await self._ask("POST", "/events", body, headers, may_connect)
        if may_connect:
            self._asked_over = self._connections.made
        return reply

    async def heartbeat(self, body: bytes) -> HeadendReply:
        """`PUT …/heartbeat` of a JSON document.

        Raises:
            HeadendUnreachable: no connection, or no answer in time.
        """
        return await self._ask("PUT", "/heartbeat", body, {"Content-Type": "application/json"})

    async def certificate(self, body: bytes) -> HeadendReply:
        """`POST …/certificate` of a JSON document with a new request. Raises as `heartbeat`."""
        return await self._ask("POST", "/certificate", body, {"Content-Type": "application/json"})

    async def close(self) -> None:
        """Shut every connection down and let the threads end."""
        self._adapter.shut_down()
        await self._pool.close()
        self._session.close()

    async def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], may_connect: bool = True
    ) -> HeadendReply:
        url = f"{self.url}/v1/appliances/{self._appliance}{path}"
        work: Callable[[], HeadendReply] = partial(self._exchange, method, url, body, headers, may_connect)
        try:
            return await self._pool.run(work, within=self._total, abort=self._adapter.shut_down)
        except TimeoutError as error:
            raise HeadendUnreachable(f"{self.url}: no whole answer in {self._total:g} s") from error
        except PoolFull as error:
            raise HeadendUnreachable(f"{self.url}: earlier requests still hang") from error

    # --- below: a thread of the pool ---

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], may_connect: bool
    ) -> HeadendReply:
        self._connections.forbid(not may_connect)
        try:
            response = self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            with response:
                content = response.raw.read(MOST_BYTES + 1, decode_content=False)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            if _caused_by(error, _MustNotConnect):
                raise ConnectionEnded(f"{self.url}: the connection ended") from error
            # ValueError: what urllib3 and http.client make of an answer that is not HTTP
            raise HeadendUnreachable(f"{self.url}: {_reason(error)}") from error
        return _reply(response.status_code, response.headers.get("Retry-After"), content)


def _bases(urls: Sequence[str]) -> list[str]:
    if not urls:
        raise ValueError("no URL of the head-end is configured")
    return [url.rstrip("/") for url in urls]


def _reply(status: int, retry_after: str | None, content: bytes) -> HeadendReply:
    if len(content) > MOST_BYTES:
        return HeadendReply(status, None, retry_after, f"an answer of more than {MOST_BYTES} bytes")
    try:
        return HeadendReply(status, decode(content, dict[str, Any]), retry_after)
    except DocumentInvalid as error:
        return HeadendReply(status, None, retry_after, f"not a JSON object: {error}")


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error is not None


def _reason(error: BaseException) -> str:
    """The innermost cause in a few words: the outer ones repeat URLs and object addresses."""
    while (inner := error.__cause__ or getattr(error, "reason", None) or error.__context__) is not None:
        if not isinstance(inner, BaseException):
            break
        error = inner
    return reason_of(error)[:200]
