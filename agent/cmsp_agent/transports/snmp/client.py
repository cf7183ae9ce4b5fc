"""The SNMP client: sessions with devices over a few shared sockets.

Use::

    client = SnmpClient(clock, counters)
    await client.open()
    session = client.session(SnmpTarget("192.0.2.1", credential))
    values = await session.get("1.3.6.1.2.1.1.3.0")
    tables = await session.columns("1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.8")
    await client.close()
"""

import logging
import random
import socket
from collections.abc import Callable
from contextlib import suppress

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.transports.snmp.ber import OidOctets, OidTexts
from cmsp_agent.transports.snmp.elsewhere import ANY, Elsewhere
from cmsp_agent.transports.snmp.endpoint import DatagramSocket, Endpoint, SocketAddress, open_socket
from cmsp_agent.transports.snmp.engine_discovery import engine_id
from cmsp_agent.transports.snmp.engines import EngineDirectory, EngineObserver, EngineStore, NoEngineStore, NoObserver
from cmsp_agent.transports.snmp.exchange import Exchange, UsmExchange
from cmsp_agent.transports.snmp.indexes import IndexCache
from cmsp_agent.transports.snmp.keys import KeyRing
from cmsp_agent.transports.snmp.message import V1, V2C
from cmsp_agent.transports.snmp.peers import CommunityPeer, UsmPeer
from cmsp_agent.transports.snmp.session import SnmpSession
from cmsp_agent.transports.snmp.target import SNMP_PORT, SnmpTarget
from cmsp_agent.transports.snmp.timeliness import SignedTimes
from cmsp_agent.transports.snmp.users import user_from

log = logging.getLogger(__name__)

OpenSocket = Callable[[int, str], DatagramSocket]
"""Opens a socket of an address family that sends from a source address; empty: from any."""
PathPayload = Callable[[int, SocketAddress, str], int]
"""Octets of UDP payload on the way to an address, from a source address."""
HEADERS = {socket.AF_INET: 28, socket.AF_INET6: 48}
"""Octets of IP and UDP headers."""
MTU_OPTION = {socket.AF_INET: (socket.IPPROTO_IP, 14), socket.AF_INET6: (socket.IPPROTO_IPV6, 24)}
"""Linux: IP_MTU and IPV6_MTU, which the socket module does not name."""
ETHERNET = 1500
MOST_PAYLOAD = 16_384
"""Beyond this, larger answers save nothing, and each that is lost costs more."""


class SnmpClient:
    """Opens sockets as sessions need them: one for each address family and source address.

    Args:
        clock: for deadlines and SNMPv3 time.
        counters: counts under `snmp.`.
        engines: where discovered engine IDs are kept.
        observer: called for duplicate and changed engine IDs, and for boots that went back.
        ring: share it with the receiver of notifications, so that a password is hashed once.
        texts: shared cache of OIDs.
        times: where to ask for what devices signed of their time; share it with the receiver of notifications.
        open_socket: opens a UDP socket.
        chance: random numbers from 0 to 1.
        path_payload: tells how large a datagram may be on the way to a device.
    """

    def __init__(
        self,
        clock: Clock,
        counters: Counters,
        *,
        engines: EngineStore | None = None,
        observer: EngineObserver | None = None,
        ring: KeyRing | None = None,
        texts: OidTexts | None = None,
        times: SignedTimes | None = None,
        open_socket: OpenSocket = open_socket,
        chance: Callable[[], float] = random.random,
        path_payload: PathPayload | None = None,
    ) -> None:
        self._open_socket = open_socket
        self._chance = chance
        self._path_payload = path_payload or kernel_path_payload
        self._clock = clock
        self._counters = counters
        self._store = engines or NoEngineStore()
        self._observer = observer or NoObserver()
        self._ring = ring or KeyRing()
        self._texts = OidTexts() if texts is None else texts
        self._times = times or SignedTimes()
        self._octets = OidOctets()
        self._indexes = IndexCache()
        self._endpoints: dict[tuple[int, str], Endpoint] = {}
        self._engines: EngineDirectory | None = None

    async def open(self) -> None:
        """Load the known engine IDs."""
        self._engines = EngineDirectory(self._store, self._observer)

    async def close(self) -> None:
        """Close the sockets; requests that are out fail as unreachable."""
        for endpoint in self._endpoints.values():
            endpoint.close()
        self._endpoints.clear()
        self._engines = None

    def session(self, target: SnmpTarget) -> SnmpSession:
        """A session with one device; sends nothing yet, and needs no closing.

        Raises:
            ValueError: the address is no IPv4 or IPv6 address, or the credential is not complete.
            NotPermittedHere: the source address is not ours.
        """
        if self._engines is None:
            raise RuntimeError("the SNMP client is not open")
        family, address = _socket_address(target.address, target.port)
        endpoint = self._endpoint(family, target.source)
        signed = target.credential.version == "3" and target.credential.auth
        elsewhere = Elsewhere(target.address, target.port, ANY if signed else target.answers_from)
        return SnmpSession(
            target,
            self._exchange(target, address, endpoint, elsewhere, self._engines).ask,
            elsewhere,
            self._counters,
            self._octets,
            self._texts,
            self._indexes,
            target.largest_answer or self._path_payload(family, address, target.source),
        )

    async def engine_id(self, address: str, within: float, port: int = SNMP_PORT) -> bytes:
        """The SNMPv3 engine ID of the device at an address. Shows no secret.

        Raises:
            DeviceError: no v3 agent answers there.
        """
        family, asked = _socket_address(address, port)
        return await engine_id(self._endpoint(family, ""), asked, self._texts, within)

    def _endpoint(self, family: int, source: str) -> Endpoint:
        known = self._endpoints.get((family, source))
        if known is None:
            try:
                sock = self._open_socket(family, source)
            except OSError as error:
                raise NotPermittedHere(f"can't send SNMP from {source or 'any address'}: {error.strerror}") from error
            known = self._endpoints[(family, source)] = Endpoint(self._clock, self._counters, sock, self._chance)
        return known

    def _exchange(
        self,
        target: SnmpTarget,
        address: SocketAddress,
        endpoint: Endpoint,
        elsewhere: Elsewhere,
        engines: EngineDirectory,
    ) -> Exchange:
        credential = target.credential
        if credential.version == "3":
            peer = UsmPeer(user_from(credential), self._clock, self._ring, self._texts, self._on_boots_reset(target))
            self._times.offer(target.address, peer.signed_time)
            return UsmExchange(
                target, address, endpoint, peer, self._counters, elsewhere, engines, self._texts, self._clock
            )
        if credential.version not in ("1", "2c") or credential.community is None:
            raise ValueError("an SNMP credential without a version or a community")
        version = V1 if credential.version == "1" else V2C
        other = elsewhere.came_with if target.any_community else None
        community = CommunityPeer(version, credential.community.reveal().encode(), self._texts, other)
        return Exchange(target, address, endpoint, community, self._counters, elsewhere)

    def _on_boots_reset(self, target: SnmpTarget) -> Callable[[int, int], bool]:
        noted = False

        def believe(known: int, now: int) -> bool:
            nonlocal noted
            self._counters.add("snmp.engines.boots_reset", key=target.address)
            if not noted:
                noted = True
                log.warning("engineBoots went back", extra={"device": target.address, "known": known, "now": now})
                self._observer.boots_reset(target.address, known, now)
            return target.accept_boots_reset

        return believe


def kernel_path_payload(family: int, address: SocketAddress, source: str) -> int:
    """Octets of UDP payload that fit one packet on the way to the device, as far as the kernel knows. Sends nothing."""
    kind = socket.AddressFamily(family)
    mtu = ETHERNET
    with socket.socket(family, socket.SOCK_DGRAM) as probe, suppress(OSError):  # no route: the request will say so
        probe.bind((source, 0))
        probe.connect(address)
        mtu = probe.getsockopt(*MTU_OPTION[kind])
    return min(mtu - HEADERS[kind], MOST_PAYLOAD)


def _socket_address(host: str, port: int) -> tuple[int, SocketAddress]:
    """The address as the kernel will spell it in answers; looks up no names."""
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=flags)
    except socket.gaierror as error:
        raise ValueError(f"not an IPv4 or IPv6 address: {host!r}") from error
    family, _, _, _, address = found[0]
    return family, address  # type: ignore[return-value]  # two or four parts, as the family has
