"""HTTPS to the head-end: mutual TLS, deadlines, bounded answers, one URL after another. `services.link` reads them.

Requests run in a pool of two threads, one for batches and one for heartbeats. Nothing of the environment counts: it
could name another CA bundle or a proxy. The connections are kept by `kept_connections`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from cmsp_agent.aio.blocking import BlockingPool, PoolFull
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.model.errors import HeadendUnreachable
from cmsp_agent.model.machine_faults import reason_of
from cmsp_agent.storage.encoding import DocumentInvalid, decode
from cmsp_agent.transports.kept_connections import ClientCertificates, KeptConnections, MustNotConnect

__all__ = ["ClientCertificates", "ConnectionEnded", "HeadendClient", "HeadendReply"]

TOTAL_SECONDS = 40.0
"""For a whole request, a trickling answer included."""
MOST_BYTES = 64 * 1024
"""Of an answer; the contract's are below 1 KiB."""


class ConnectionEnded(HeadendUnreachable):
    """Nothing was sent: the connection over which the head-end was asked has ended. Ask again first."""


@dataclass(frozen=True, slots=True)
class HeadendReply:
    """What came back: a status, the JSON object where there was one, and what was wrong with the body where not."""

    status: int
    document: dict[str, Any] | None
    retry_after: str | None = None
    problem: str = ""
    date: str | None = None
    """When it was answered, by the clock of the head-end."""


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
        self._total = total
        self._at = 0
        self._threads = threads
        self._pool = BlockingPool("headend", threads=2, waiting=2, source=threads)
        self._certificates = certificates
        self._connections = KeptConnections(certificates)
        self._asked_over = -1
        self._may_connect = False

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
        self.renew(certificates)

    def renew(self, certificates: ClientCertificates) -> None:
        """Read the certificates anew; requests under way are finished with the old ones."""
        self._certificates = certificates
        self._connections.renew(certificates)
        self._asked_over = -1

    def another(self) -> "HeadendClient":
        """A client with connections of its own, that begins with the URL that is asked at present."""
        urls = self._urls[self._at :] + self._urls[: self._at]
        return HeadendClient(urls, self._appliance, self._certificates, self._threads, total=self._total)

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
        self._connections.shut_down()
        await self._pool.close()
        self._connections.close()

    async def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], may_connect: bool = True
    ) -> HeadendReply:
        url = f"{self.url}/v1/appliances/{self._appliance}{path}"
        work: Callable[[], HeadendReply] = partial(self._exchange, method, url, body, headers, may_connect)
        try:
            return await self._pool.run(work, within=self._total, abort=self._connections.shut_down)
        except TimeoutError as error:
            raise HeadendUnreachable(f"{self.url}: no whole answer in {self._total:g} s") from error
        except PoolFull as error:
            raise HeadendUnreachable(f"{self.url}: earlier requests still hang") from error

    # --- below: a thread of the pool ---

    def _exchange(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], may_connect: bool
    ) -> HeadendReply:
        where = urlsplit(url)
        origin = where.hostname or "", where.port or 443
        try:
            status, (retry_after, date), content = self._connections.ask(
                origin, (method, where.path, body, headers), MOST_BYTES + 1, may_connect
            )
        except MustNotConnect as error:
            raise ConnectionEnded(f"{self.url}: the connection ended") from error
        except (HTTPException, OSError, ValueError) as error:
            # ValueError: what http.client makes of an answer that is not HTTP
            raise HeadendUnreachable(f"{self.url}: {reason_of(error)[:200]}") from error
        return replace(_reply(status, retry_after, content), date=date)


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
