"""The tunnel as enrolment describes it, checked strictly: nothing of it ever becomes a command's text unchecked."""

import base64
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST_MTU, MOST_MTU = 1280, 1500
MOST_PEERS = 8
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}|\.(?=[A-Za-z0-9]))*")
TunnelNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class TunnelInvalid(ValueError):
    """Not a tunnel that could be set up; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class PeerEndpoint:
    """Where a peer is."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class TunnelPeer:
    """One head-end: its key, and the endpoints at which it is reached, tried in order."""

    public_key: str
    endpoints: tuple[PeerEndpoint, ...]
    allowed: tuple[str, ...]
    keepalive: int


@dataclass(frozen=True, slots=True)
class TunnelSettings:
    """Our address in the tunnel and who is at its other end."""

    address: str
    mtu: int
    peers: tuple[TunnelPeer, ...]

    @property
    def networks(self) -> list[TunnelNetwork]:
        """Every network that the tunnel leads to, our own address included."""
        ours = ipaddress.ip_interface(self.address).network
        return [ours, *(ipaddress.ip_network(text) for peer in self.peers for text in peer.allowed)]


def tunnel_settings(document: object) -> TunnelSettings:
    """Read the `wireguard` member of an enrolment's answer.

    Raises:
        TunnelInvalid: anything in it is not what it should be.
    """
    whole = _mapping(document, {"address", "mtu", "peers"}, "wireguard")
    try:
        address = str(ipaddress.ip_interface(_text(whole["address"], "address")))
    except ValueError as error:
        raise TunnelInvalid("address: not an address with a prefix length") from error
    peers = whole["peers"]
    if not isinstance(peers, list) or not 1 <= len(peers) <= MOST_PEERS:
        raise TunnelInvalid(f"peers: 1 to {MOST_PEERS}")
    mtu = _number(whole.get("mtu", 1380), "mtu", LEAST_MTU, MOST_MTU)
    return TunnelSettings(address, mtu, tuple(_peer(each) for each in peers))


def document_of_tunnel(settings: TunnelSettings) -> Mapping[str, Any]:
    """The same as a document that `tunnel_settings` reads."""
    peers = [
        {
            "public_key": peer.public_key,
            "endpoint": [str(each) for each in peer.endpoints],
            "allowed_ips": list(peer.allowed),
            "persistent_keepalive": peer.keepalive,
        }
        for peer in settings.peers
    ]
    return {"address": settings.address, "mtu": settings.mtu, "peers": peers}


def overlap(settings: TunnelSettings, site: Sequence[str]) -> str:
    """Which network of the tunnel overlaps which of the site's; empty where none does."""
    for ours in settings.networks:
        for text in site:
            other = ipaddress.ip_network(text, strict=False)
            if ours.version == other.version and other.prefixlen and ours.overlaps(other):
                return f"the tunnel's network {ours} overlaps the site's {other}"
    return ""


def endpoint(text: str) -> PeerEndpoint:
    """`vpn.example:51820` or `[2001:db8::1]:51820`.

    Raises:
        TunnelInvalid: not of this form.
    """
    host, _, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise TunnelInvalid("endpoint: a host and a port")
    try:
        bare = str(ipaddress.ip_address(bare))
    except ValueError:
        if _HOST.fullmatch(bare) is None:
            raise TunnelInvalid("endpoint: not a host name") from None
    return PeerEndpoint(bare, int(port))


def _peer(document: object) -> TunnelPeer:
    peer = _mapping(document, {"public_key", "endpoint", "allowed_ips", "persistent_keepalive"}, "peers")
    given = peer["endpoint"]
    ends = tuple(endpoint(_text(each, "endpoint")) for each in (given if isinstance(given, list) else [given]))
    if not 1 <= len(ends) <= MOST_PEERS:
        raise TunnelInvalid(f"endpoint: 1 to {MOST_PEERS}")
    allowed = peer["allowed_ips"]
    if not isinstance(allowed, list) or not allowed:
        raise TunnelInvalid("allowed_ips: at least one network")
    try:
        networks = tuple(str(ipaddress.ip_network(_text(each, "allowed_ips"))) for each in allowed)
    except ValueError as error:
        raise TunnelInvalid("allowed_ips: not networks") from error
    if any(ipaddress.ip_network(each).prefixlen == 0 for each in networks):
        raise TunnelInvalid("allowed_ips: the tunnel carries the head-end's networks only, not everything")
    keepalive = _number(peer.get("persistent_keepalive", 25), "persistent_keepalive", 0, 3600)
    return TunnelPeer(_key(peer["public_key"]), ends, networks, keepalive)


def _key(value: object) -> str:
    text = _text(value, "public_key")
    try:
        if len(base64.b64decode(text, validate=True)) == 32:
            return text
    except ValueError:
        pass
    raise TunnelInvalid("public_key: 32 octets in base64")


def _mapping(document: object, known: set[str], name: str) -> Mapping[str, Any]:
    if not isinstance(document, dict) or not {*document} <= known:
        raise TunnelInvalid(f"{name}: an object with {', '.join(sorted(known))}")
    missing = known - {*document} - {"mtu", "persistent_keepalive"}
    if missing:
        raise TunnelInvalid(f"{name}: without {', '.join(sorted(missing))}")
    return document


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.isascii() or len(value) > 300:
        raise TunnelInvalid(f"{name}: a text")
    return value


def _number(value: object, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise TunnelInvalid(f"{name}: {least} to {most}")
    return value
