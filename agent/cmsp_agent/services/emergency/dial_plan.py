"""The dial-peers of a gateway's configuration, and which of them take a number. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cmsp_agent.services.devices.voice_plan import configured_peers

KINDS = ("pots", "voip")

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
    found = [_outgoing(peer) for peer in configured_peers(configuration) if _has_a_number(peer)]
    return sorted(found, key=lambda peer: (peer.preference, len(peer.tag), peer.tag))


def _has_a_number(peer: Mapping[str, Any]) -> bool:
    return peer["kind"] in KINDS and peer["tag"].isdecimal() and bool(peer.get("pattern"))


def _outgoing(peer: Mapping[str, Any]) -> DialPeer:
    pattern, port, preference = (peer.get(name, "").partition(" ")[0] for name in ("pattern", "port", "preference"))
    return DialPeer(
        tag=peer["tag"],
        kind=peer["kind"],
        pattern=pattern,
        port=port,
        target=peer.get("target", ""),
        preference=int(preference) if preference.isdecimal() else 0,
        shutdown=peer.get("shutdown", False),
    )


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
