"""The process that holds the tunnel (cmsp-tunnel.service): sets it up, watches it, changes the endpoint.

Reads its own checked documents only: never a command, never the partner's file.
"""

import asyncio
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.tunnel import PeerEndpoint, TunnelInvalid, TunnelPeer, TunnelSettings, overlap, tunnel_settings
from cmsp_agent.services.tunnel.devices import FILE as DEVICES
from cmsp_agent.services.tunnel.devices import device_addresses
from cmsp_agent.services.tunnel.firewall import TABLE, ruleset
from cmsp_agent.services.tunnel.health import MISSED, TunnelHealth, judged, write_health
from cmsp_agent.storage import files
from cmsp_agent.transports.routes import routes
from cmsp_agent.transports.tcp import TcpAnswer, check_port
from cmsp_agent.transports.wireguard import TunnelFailed, WireguardLink, firewall, resolved

log = logging.getLogger(__name__)

EVERY = 10.0
SOONER = 0.2
"""Of the wait between two probes, after one that had no answer: an end is seen soon, and so is a return."""
PROBE_WITHIN = 3.0
MOST_BYTES = 64 * 1024
IP_FORWARD = Path("/proc/sys/net/ipv4/ip_forward")


@dataclass(frozen=True, slots=True)
class TunnelDocuments:
    """What the process reads: where the key is, the tunnel, and the addresses that are probed."""

    key: Path
    settings: TunnelSettings
    probes: tuple[PeerEndpoint, ...]
    devices: tuple[str, ...] = ()
    """Addresses that the head-end may reach."""


def documents(folder: Path) -> TunnelDocuments:
    """Read the folder of credentials.

    Raises:
        ConfigurationError: a document is missing, or is not what it should be.
    """
    try:
        settings = tunnel_settings(json.loads(_content(folder / "tunnel.json")))
        urls = json.loads(_content(folder / "settings.json"))["headend_urls"]
        parts = [urlsplit(str(url)) for url in urls]
        probes = tuple(PeerEndpoint(part.hostname or "", part.port or 443) for part in parts)
        devices = device_addresses(files.read(folder / DEVICES, MOST_BYTES) or b"[]")
    except (TunnelInvalid, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError([Problem(str(folder), 0, "", f"not the documents of a tunnel: {error}")]) from error
    site = [str(route.network) for route in routes() if route.network.prefixlen and not route.network.is_loopback]
    if why := overlap(settings, site):
        raise ConfigurationError([Problem(str(folder / "tunnel.json"), 0, "", why)])
    if devices and files.read(IP_FORWARD, 16) == b"0\n":
        log.warning("the head-end may reach devices, and this machine forwards nothing: sysctl net.ipv4.ip_forward=1")
    return TunnelDocuments(folder / "wireguard.key", settings, probes, devices)


def _content(file: Path) -> bytes:
    content = files.read(file, MOST_BYTES)
    if content is None:
        raise ConfigurationError([Problem(str(file), 0, "", "there is no such file: is the appliance enrolled?")])
    return content


class TunnelUnit:
    """The link and its watch.

    Args:
        documents: what is set up.
        link: the interface.
        health: the file that says how it is.
        tell: called after each look (systemd's watchdog).
    """

    def __init__(self, documents: TunnelDocuments, link: WireguardLink, health: Path, tell: Callable[[], None]) -> None:
        self._documents = documents
        self._link = link
        self._file = health
        self._tell = tell
        self._endpoints = {peer: in_turn(peer) for peer in documents.settings.peers}
        self._health = TunnelHealth(0.0, up=False, mode="")
        self._shown = self._shaken = 0.0

    async def run(self, api_port: int, every: float = EVERY) -> NoReturn:
        """Set the tunnel up and watch it, until cancelled.

        Raises:
            TunnelFailed: it can't be set up, or what carries it has ended: systemd starts it again.
        """
        settings = self._documents.settings
        with firewall(ruleset(self._link.interface, settings, api_port, self._documents.devices), TABLE):
            try:
                await asyncio.to_thread(self._link.up, settings, self._documents.key)
                await asyncio.to_thread(self._next_endpoints)
                while True:
                    await self.look()
                    await asyncio.sleep(every * SOONER if self._health.missed else every)
            finally:
                self._link.down()

    async def look(self) -> None:
        """Probe, judge, try the next endpoint where it is down, and say how it is."""
        if not self._link.alive:
            raise TunnelFailed("wireguard-go has ended")
        latency = await probe(self._documents.probes)
        now, (received, sent) = time.monotonic(), self._link.transfer()
        handshake = self._handshake(now)
        up, missed, reason = judged(self._health, now, latency, handshake)
        if up != self._health.up:
            log.info("the tunnel is up" if up else "the tunnel is down", extra={"reason": reason})
        self._health = replace(
            self._health, at=now, up=up, mode=self._link.mode, handshake_at=handshake, received=received, sent=sent,
            latency=latency, missed=missed, reason=reason,
        )  # fmt: skip
        if missed and missed % MISSED == 0:
            await asyncio.to_thread(self._next_endpoints)
        write_health(self._file, self._health)
        self._tell()

    def _handshake(self, now: float) -> float:
        """When the last one was, by the monotonic clock; 0: never. WireGuard says it by the wall's of that moment."""
        shown = self._link.handshake()
        if shown != self._shown:
            since_last_look = now - self._health.at
            self._shown, self._shaken = shown, now - min(max(time.time() - shown, 0.0), since_last_look)
        return self._shaken

    def _next_endpoints(self) -> None:
        """The next address of each peer, in the order of its endpoints, names resolved anew: it may have moved."""
        for peer, in_turn in self._endpoints.items():
            if found := next(in_turn) or next(in_turn):
                endpoint, address = found
                self._link.use(peer, address, endpoint.port)
                self._health = replace(self._health, endpoint=str(endpoint))


def in_turn(peer: TunnelPeer) -> Iterator[tuple[PeerEndpoint, str] | None]:
    """Each address of each endpoint, for ever; None ends a round, for no name of it may lead anywhere."""
    while True:
        for endpoint in peer.endpoints:
            for address in resolved(endpoint):
                yield endpoint, address
        yield None


async def probe(targets: Sequence[PeerEndpoint]) -> float | None:
    """Seconds until the first of the head-end's addresses answers, whatever it answers; None: none does."""
    loop = asyncio.get_running_loop()
    for target in targets:
        started = loop.time()
        if await check_port(target.host, target.port, PROBE_WITHIN) is not TcpAnswer.SILENT:
            return loop.time() - started
    return None


def notify(message: str, address: str) -> None:
    """Tell systemd (sd_notify(3)); nothing where it did not ask."""
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.sendto(message.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
