"""The dial-peers of a gateway's configuration, and which of them take a number. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

_PEER = re.compile(r"^dial-peer voice (\d+) (pots|voip)\s*$")
_TOKEN = re.compile(r"\[[^\]]*\]|\([^)]*\)|.", re.DOTALL)
LONGEST_PATTERN = 64


@dataclass(frozen=True, slots=True)
class DialPeer:
    """One outgoing way."""

    tag: str
    kind: str
    """`pots` or `voip`."""
    pattern: str = ""
    port: str = ""
    """Of POTS: `0/1/0:15`, `0/2/0`."""
    target: str = ""
    """Of VoIP: `ipv4:192.0.2.9`."""
    preference: int = 0
    shutdown: bool = False

    @property
    def way(self) -> str:
        """What calls leave by: two dial-peers of one way are no redundancy."""
        return f"port {self.port}" if self.port else f"trunk {self.target}" if self.target else f"dial-peer {self.tag}"


def dial_peers(configuration: str) -> list[DialPeer]:
    """The dial-peers with a destination pattern, the most preferred first."""
    found = [peer for peer in _peers(configuration) if peer.pattern]
    return sorted(found, key=lambda peer: (peer.preference, len(peer.tag), peer.tag))


def _peers(configuration: str) -> Iterator[DialPeer]:
    peer: DialPeer | None = None
    for line in configuration.splitlines():
        begins = _PEER.match(line)
        if begins or not line.startswith(" "):
            if peer is not None:
                yield peer
            peer = DialPeer(begins[1], begins[2]) if begins else None
        elif peer is not None:
            peer = _with(peer, line.split())
    if peer is not None:
        yield peer


def _with(peer: DialPeer, words: list[str]) -> DialPeer:
    match words:
        case ["destination-pattern", pattern, *_]:
            return replace(peer, pattern=pattern)
        case ["port", port, *_]:
            return replace(peer, port=port)
        case ["session", "target", target, *_]:
            return replace(peer, target=target)
        case ["session", "server-group", number, *_]:
            return replace(peer, target=f"server-group {number}")
        case ["preference", number, *_] if number.isdecimal():
            return replace(peer, preference=int(number))
        case ["shutdown"]:
            return replace(peer, shutdown=True)
    return peer


@lru_cache(maxsize=4_000)  # of a site with many gateways, asked every few seconds
def takes(pattern: str, number: str) -> bool:
    """Whether a destination pattern matches all of a number.

    In a pattern `.` is a digit, `T` any further ones, `[2-9]` one of several, `(…)` a group; `%`, `+` and `?`
    repeat what is before them.
    """
    try:
        return re.fullmatch("".join(_translated(pattern[:LONGEST_PATTERN])), number) is not None
    except re.error:
        return False


def _translated(pattern: str) -> Iterator[str]:
    for place, token in enumerate(_TOKEN.findall(pattern.removeprefix("^").removesuffix("$"))):
        match token:
            case ".":
                yield "[0-9*#]"
            case "T":
                yield "[0-9*#]*"
            case "%":
                yield "*"
            case "?":
                yield "?"
            case "+":
                yield "+" if place else r"\+"
            case ",":
                continue
            case _:
                yield token if token[0] in "[(" else re.escape(token)
