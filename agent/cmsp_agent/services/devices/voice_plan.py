"""Trunks, dial-peers and translation rules of a gateway, by its saved configuration (Cisco IOS). Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cmsp_agent.services.devices.voice_ports import Block

_CHANNELS = ("pri-group", "ds0-group", "channel-group", "cas-custom")
_PEER_WORDS: Mapping[str, str] = {
    "description": "description",
    "destination-pattern": "pattern",
    "port": "port",
    "preference": "preference",
    "trunkgroup": "trunk group",
    "forward-digits": "forward-digits",
    "prefix": "prefix",
}


def voice_plan(configuration: str) -> dict[str, list[dict[str, Any]]]:
    """The members of the inventory that the configuration tells."""
    blocks = list(_blocks(configuration))
    peers = _peers(blocks)
    return {
        "dial_peers": peers,
        "trunks": [*_circuits(blocks), *_groups(blocks), *_sip(blocks, peers)],
        "translation_rules": [rule for block in blocks for rule in _rules(*block)],
    }


def blocks_of(configuration: str) -> list[Block]:
    """A configuration as blocks."""
    return list(_blocks(configuration))


def configured_peers(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The dial-peers: tag, kind, and what is set of the rest, as it is written.

    `patterns` are all of its destination patterns, `ports` all ports of its trunk group, `servers` those of its server
    group.
    """
    patterns, ports, servers = _pattern_maps(blocks), _ports_of_groups(blocks), _server_groups(blocks)
    return [
        {
            **peer,
            "patterns": [peer["pattern"]] if peer.get("pattern") else patterns.get(peer.get("pattern map", ""), []),
            "ports": [peer["port"]] if peer.get("port") else ports.get(peer.get("trunk group", "").lower(), []),
            "servers": servers.get(peer.get("target", ""), []),
        }
        for peer in _peers(blocks)
    ]


def _peers(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [_peer(*block) for block in blocks if block[0][:2] == ["dial-peer", "voice"] and len(block[0]) > 3]


def _blocks(configuration: str) -> Iterator[Block]:
    head: list[str] = []
    below: list[list[str]] = []
    for line in configuration.splitlines():
        words = line.split()
        if not words or words[0] == "!":
            continue
        if line[0] == " ":
            below.append(words)
            continue
        if head:
            yield head, below
        head, below = words, []
    if head:
        yield head, below


def _peer(head: Sequence[str], below: Sequence[Sequence[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {"tag": head[2], "kind": head[3]}
    for words in below:
        match words:
            case ["session", "target", target, *_]:
                found["target"] = target
            case ["session", "server-group", number, *_]:
                found["target"] = f"server-group {number}"
            case ["destination", "e164-pattern-map", number, *_]:
                found["pattern map"] = number
            case ["incoming", "called-number", pattern, *_]:
                found["incoming"] = pattern
            case ["translation-profile", direction, name, *_]:
                found[f"translation {direction}"] = name
            case ["call-block", "translation-profile", "incoming", name, *_]:
                found["call-block"] = name
            case ["no", "digit-strip"]:
                found["digit-strip"] = False
            case ["shutdown" | "huntstop" as word]:
                found[word] = True
            case [word, *rest] if word in _PEER_WORDS and rest:
                found[_PEER_WORDS[word]] = " ".join(rest)
    return found


def _circuits(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """E1 and T1 with what runs over them."""
    for head, below in blocks:
        if head[0] == "controller" and len(head) > 2:
            groups = [" ".join(words) for words in below if words[0] in _CHANNELS]
            yield {"name": " ".join(head[1:]), "kind": "circuit", "carries": "; ".join(groups)}


def _groups(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    for head, below in blocks:
        if head[:2] == ["trunk", "group"] and len(head) > 2:
            about = next((" ".join(words[1:]) for words in below if words[0] == "description"), "")
            yield {"name": f"trunk group {head[2]}", "kind": "group", "description": about}


def _sip(blocks: Sequence[Block], peers: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Where VoIP dial-peers lead to, by what peers; server groups with their members."""
    members = _server_groups(blocks)
    tags: dict[str, list[str]] = {}
    for peer in peers:
        if peer.get("target"):
            tags.setdefault(str(peer["target"]), []).append(str(peer["tag"]))
    for target, by in tags.items():
        servers = f" ({', '.join(members[target])})" if members.get(target) else ""
        yield {"name": f"{target}{servers}", "kind": "voip", "dial-peers": ", ".join(by)}


def _server_groups(blocks: Iterable[Block]) -> dict[str, list[str]]:
    """What dial-peers have as a target → the addresses or names of its servers."""
    return {
        f"server-group {head[3]}": [words[1] for words in below if words[0] in ("ipv4", "ipv6", "dns") and words[1:]]
        for head, below in blocks
        if head[:3] == ["voice", "class", "server-group"] and len(head) > 3
    }


def _pattern_maps(blocks: Iterable[Block]) -> dict[str, list[str]]:
    """The patterns that a map has in the configuration itself; of one in a file they are not known."""
    return {
        head[3]: [words[1] for words in below if words[0] == "e164" and words[1:]]
        for head, below in blocks
        if head[:3] == ["voice", "class", "e164-pattern-map"] and len(head) > 3
    }


def _ports_of_groups(blocks: Iterable[Block]) -> dict[str, list[str]]:
    """Trunk group in small letters → the ports and D-channels in it, as dial-peers name ports."""
    found: dict[str, list[str]] = {}
    for head, below in blocks:
        if head[0] in ("interface", "voice-port") and len(head) > 1:
            for words in below:
                if words[0] == "trunk-group" and words[1:]:
                    found.setdefault(words[1].lower(), []).append(head[-1].removeprefix("Serial"))
    return found


def _rules(head: Sequence[str], below: Sequence[Sequence[str]]) -> Iterator[dict[str, Any]]:
    if head[:2] == ["voice", "translation-rule"] and len(head) > 2:
        for words in below:
            found = re.match(r"rule (\d+) (.*)", " ".join(words))
            if found:
                yield {"rule": f"{head[2]}.{found[1]}", "does": found[2]}
    elif head[:2] == ["voice", "translation-profile"] and len(head) > 2:
        yield {"rule": f"profile {head[2]}", "does": "; ".join(" ".join(words) for words in below)}
