"""The dial-peers of a gateway's configuration, and which of them take a number. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cmsp_agent.services.devices.translation import TranslationRule, rules_of_profiles, translated
from cmsp_agent.services.devices.voice_plan import configured_peers
from cmsp_agent.services.devices.voice_ports import Block, VoicePorts, voice_ports
from cmsp_agent.services.emergency.legs import ACCESS

KINDS = ("pots", "voip")
_KINDS_OF_SERVER = ("ipv4", "ipv6", "dns", "sip")

_TOKEN = re.compile(r"\\.|\[[^\]]*\]|\([^)]*\)|.", re.DOTALL)
LONGEST_PATTERN = 64


@dataclass(frozen=True, slots=True)
class DialPeer:
    """One outgoing dial-peer."""

    tag: str
    kind: str
    """`pots` or `voip`."""
    patterns: tuple[str, ...] = ()
    """Destination patterns; none where they are in a file beside the configuration."""
    ports: tuple[str, ...] = ()
    """Of POTS: `0/1/0:15`, `0/2/0`; all those of a trunk group."""
    group: str = ""
    """The trunk group."""
    target: str = ""
    """Of VoIP: `ipv4:192.0.2.9`, `server-group 5`."""
    servers: tuple[str, ...] = ()
    """The addresses and names that the target stands for."""
    preference: int = 0
    shutdown: bool = False
    huntstop: bool = False
    """A call that fails here is tried nowhere else."""
    out: str = ""
    """Why the configuration lets no call leave by any of its ports."""
    monitored: tuple[str, ...] = ()
    """Interfaces with which its port is busied out, once all of them are down."""
    strip: bool = True
    """Of POTS: the digits that its pattern names are not sent on."""
    forward: str = ""
    """`all`, or how many of the last digits are sent on."""
    prefix: str = ""
    """What is sent before them."""
    rules: tuple[TranslationRule, ...] = ()
    """Those for called numbers on their way out."""

    @property
    def egress(self) -> str:
        """What calls leave by: two dial-peers that leave by the same are no redundancy."""
        if self.group:
            return f"trunk group {self.group}"
        if self.ports:
            return f"port {self.ports[0]}"
        return f"trunk {self.target}" if self.target else f"dial-peer {self.tag}"


def dial_peers(blocks: Sequence[Block]) -> list[DialPeer]:
    """Those of a configuration that calls leave by, the most preferred first."""
    ports, profiles = voice_ports(blocks), rules_of_profiles(blocks)
    found = [_by_port(_outgoing(peer, profiles), ports) for peer in configured_peers(blocks) if _leads_out(peer)]
    return sorted(found, key=lambda peer: (peer.preference, len(peer.tag), peer.tag))


def those_for(dialled: str, peers: Sequence[DialPeer]) -> list[DialPeer]:
    """The dial-peers that take what is dialled, in the order in which a gateway tries them: the longest match first."""
    taking = [(peer, max(map(weight, patterns))) for peer in peers if (patterns := _taking(peer, dialled))]
    return [peer for peer, _ in sorted(taking, key=lambda each: (-each[1], each[0].preference))]


def dialled_for(number: str, peers: Sequence[DialPeer], profiles: Sequence[Sequence[TranslationRule]] = ()) -> str:
    """What has to be dialled for a number: itself, or behind what gets a line; empty where no dial-peer takes it.

    Args:
        number: of an emergency service.
        peers: the dial-peers of a gateway.
        profiles: how it translates numbers on their way in: a dial-peer may take what becomes of the number.
    """
    open_ones = [peer for peer in peers if not peer.shutdown]
    behind = [access + number for access in ACCESS]
    became = [each for dialled in behind for each in translated(dialled, profiles) if each]
    return next((each for each in (*behind, *became) if those_for(each, open_ones)), "")


def weight(pattern: str) -> int:
    """How closely a pattern says what it takes: a digit more than one of several, that more than any."""
    tokens = _TOKEN.findall(pattern.removeprefix("^").removesuffix("$"))
    return sum(map(_weight, tokens))


def _weight(token: str) -> int:
    if token[0] == "(":
        return 10 * min(sum(map(str.isdecimal, choice)) for choice in token.split("|"))
    return 10 if token.isdecimal() else 5 if token[0] == "[" else 0


def _taking(peer: DialPeer, dialled: str) -> list[str]:
    return [pattern for pattern in peer.patterns if takes(pattern, dialled)]


def _by_port(peer: DialPeer, ports: VoicePorts) -> DialPeer:
    """With what the configuration says of its ports: it is out where all of them are."""
    reasons = [ports.out.get(port) or ports.out.get(port.partition(":")[0], "") for port in peer.ports]
    monitored = ports.monitored.get(peer.ports[0], ()) if len(peer.ports) == 1 else ()
    return replace(peer, out=reasons[0] if reasons and all(reasons) else "", monitored=monitored)


def _leads_out(peer: Mapping[str, Any]) -> bool:
    """It has patterns, or a map of them that is not in the configuration."""
    return peer["kind"] in KINDS and peer["tag"].isdecimal() and bool(peer["patterns"] or peer.get("pattern map"))


def _outgoing(peer: Mapping[str, Any], profiles: Mapping[str, Sequence[TranslationRule]]) -> DialPeer:
    preference, group, target = (
        peer.get(name, "").partition(" ")[0] for name in ("preference", "trunk group", "target")
    )
    return DialPeer(
        tag=peer["tag"],
        kind=peer["kind"],
        patterns=tuple(pattern.partition(" ")[0] for pattern in peer["patterns"]),
        ports=tuple(port.partition(" ")[0] for port in peer["ports"]),
        group=group,
        target=peer.get("target", ""),
        servers=tuple(peer["servers"] or filter(None, [_server(target)])),
        preference=int(preference) if preference.isdecimal() else 0,
        shutdown=peer.get("shutdown", False),
        huntstop=peer.get("huntstop", False),
        strip=peer.get("digit-strip", True),
        forward=peer.get("forward-digits", ""),
        prefix=peer.get("prefix", ""),
        rules=tuple(profiles.get(peer.get("translation outgoing", ""), ())),
    )


def _server(target: str) -> str:
    """The address or name that a session target leads to, without its port; empty where it names no server."""
    kind, _, rest = target.partition(":")
    if kind not in _KINDS_OF_SERVER:
        return ""
    if rest.startswith("["):
        return rest[1:].partition("]")[0]
    return rest if rest.count(":") > 1 else rest.partition(":")[0]


@lru_cache(maxsize=4_000)  # of a site with many gateways, asked every few seconds
def takes(pattern: str, number: str) -> bool:
    """Whether a destination pattern matches all of a number.

    In a pattern `.` is a digit, `T` any further ones, `[2-9]` one of several, `(…)` a group; `%`, `+` and `?`
    repeat what is before them. Behind a backslash each is itself, such as the plus of an E.164 number.
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
                yield token if token[0] in "[(" else re.escape(token[-1])
