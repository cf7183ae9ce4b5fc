"""Serves the application: mutual TLS for the head-end, a Unix socket for this machine. Starts and stops clean."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from uvicorn.config import Config
from uvicorn.server import ServerState

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.api.app import create_app
from cmsp_agent.api.limits import ApiLimits
from cmsp_agent.api.listener import Listener, ListenFailed, tcp_socket, unix_socket
from cmsp_agent.api.peers import group_id
from cmsp_agent.api.protocol import BoundedProtocol
from cmsp_agent.api.services import ApiServices
from cmsp_agent.api.shares import Shares
from cmsp_agent.api.tls import renew, server_context
from cmsp_agent.services.listening import Place
from cmsp_agent.transports.tls_server import ServerCertificates

GRACE_SECONDS = 2.0
GROUP = "cmsp-agent"


@dataclass(frozen=True, slots=True)
class TlsListen:
    """Where the head-end reaches us; port 0: any free one."""

    address: str
    port: int
    certificates: ServerCertificates


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What is listened on; None: not at all."""

    tls: TlsListen | None = None
    socket: Path | None = None
    group: str = GROUP
    """Members of this group of the machine may use the socket."""
    limits: ApiLimits = field(default_factory=ApiLimits)


class ApiServer:
    """The API on its sockets, between `start` and `stop`."""

    def __init__(
        self, services: ApiServices, settings: ServerSettings, supervisor: Supervisor, counters: Counters
    ) -> None:
        self._services = services
        self._settings = settings
        self._supervisor = supervisor
        self._counters = counters
        self._state = ServerState()
        access = services.configuration
        self._shares = Shares(settings.limits, access.roles, services.clock, counters, access.revoked)
        self._config = Config(
            create_app(services, settings.limits, self._shares),
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # a header must not say who the caller is
            server_header=False,
            timeout_keep_alive=settings.limits.keep_alive_seconds,
            h11_max_incomplete_event_size=settings.limits.header_bytes,
        )
        self._listeners: dict[str, Listener] = {}
        self._context = server_context(settings.tls.certificates) if settings.tls else None

    @property
    def port(self) -> int:
        """The TCP port that the head-end calls; 0 where there is none."""
        listener = self._listeners.get("api tls")
        return listener.port if listener else 0

    def places(self) -> list[Place]:
        """Where it listens, to be opened one by one."""
        found = []
        if self._settings.socket is not None:
            found.append(Place(f"api.socket {self._settings.socket}", partial(self._local, self._settings.socket)))
        if (tls := self._settings.tls) is not None:
            found.append(Place(f"api.listen {tls.address}:{tls.port}", partial(self._remote, tls)))
        return found

    async def start(self) -> None:
        """Listen everywhere.

        Raises:
            ListenFailed: an address or a path can't be listened on; nothing is then.
        """
        try:
            for place in self.places():
                await place.open()
        except ListenFailed:
            await self.stop()
            raise

    async def _local(self, path: Path) -> None:
        sock = unix_socket(path, group_id(self._settings.group))
        self._add(
            "api socket",
            Listener(sock, self._protocol, lambda: self._shares.local, self._settings.limits, self._counters),
        )

    async def _remote(self, listen: TlsListen) -> None:
        sock = tcp_socket(listen.address, listen.port)
        limits = self._settings.limits
        self._add(
            "api tls",
            Listener(sock, self._protocol, lambda: self._shares.remote, limits, self._counters, self._context),
        )

    def _add(self, name: str, listener: Listener) -> None:
        if not self._listeners:
            self._config.load()
            self._services.wakeup.closed = False
        self._listeners[name] = listener
        self._supervisor.keep_running(name, listener.run)

    def renew_certificates(self) -> None:
        """Use the certificate files as they are now, for connections from now on.

        Raises:
            ConfigurationError: they can't be used; what was used before stays.
        """
        if self._settings.tls is not None and self._context is not None:
            renew(self._context, self._settings.tls.certificates)

    async def stop(self) -> None:
        """Listen no more, let calls that are under way end for a moment, and cut those that don't."""
        for name, listener in self._listeners.items():
            await self._supervisor.cancel(name)
            listener.close()
        self._listeners.clear()
        self._services.wakeup.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if not await self._gone(GRACE_SECONDS):
            self._cut()
            await self._gone(GRACE_SECONDS)

    def _cut(self) -> None:
        for task in list(self._state.tasks):
            task.cancel()
        for connection in list(self._state.connections):
            assert isinstance(connection, BoundedProtocol)
            connection.transport.abort()

    async def _gone(self, within: float) -> bool:
        """Whether the last call and the last connection ended within so many seconds."""
        deadline = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < deadline:
            if not self._busy():
                return True
            await asyncio.sleep(0.01)  # uvicorn's sets notify nobody when they become empty
        return False

    def _busy(self) -> bool:
        return bool(self._state.tasks or self._state.connections)

    def _protocol(self) -> asyncio.Protocol:
        return BoundedProtocol(self._config, self._state, self._settings.limits, self._shares, self._counters)
