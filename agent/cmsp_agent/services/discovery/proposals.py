"""The outcome of a discovery as a document and as YAML to paste. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from cmsp_agent.model.component import Component
from cmsp_agent.services.discovery.results import DiscoveryOutcome, FoundDevice, names, site_of

TIER = "monitored-only"
"""Until the order says what it gets."""


def document(found: DiscoveryOutcome, components: Mapping[str, Component], sites: Sequence[str]) -> dict[str, Any]:
    """What a job's result has."""
    named = names(found.proposals, components)
    proposals = [
        _proposal(named[each.address], each, site_of(each.address, each.via, components, sites))
        for each in sorted(found.proposals, key=lambda one: named[one.address])
    ]
    return {
        "known": list(found.known),
        "moved": [{"component": name, "address": address} for name, address in found.moved],
        "proposals": proposals,
        "seen": [
            {
                "name": neighbour.name,
                "by": by,
                "interface": neighbour.interface,
                "address": neighbour.address,
                "platform": neighbour.platform,
            }
            for by, neighbour in found.seen
        ],
        "yaml": as_yaml(proposals),
    }


def _proposal(name: str, device: FoundDevice, site: str) -> dict[str, Any]:
    return {
        "name": name,
        "addresses": [device.address, *device.others],
        "site": site,
        "type": device.device_type,
        "credential": device.credential,
        "model": device.facts.model,
        "serial": device.facts.serial,
        "software": device.facts.software,
        "sys_name": device.facts.sys_name,
        "engine_id": device.engine,
        "via": device.via,
        "detail": device.detail,
    }


def as_yaml(proposals: Sequence[Mapping[str, Any]]) -> str:
    """Components ready to be pasted; all words are ours or checked, but for the comment."""
    lines = ["components:"] if proposals else []
    for each in proposals:
        said = ", ".join(str(each[key]) for key in ("model", "serial", "software") if each[key])
        comment = "".join(letter if letter.isprintable() else " " for letter in f"{said or 'unknown'}, {each['via']}")
        addresses = each["addresses"]
        lines += [
            f"  {each['name']}:  # {comment}",
            f"    address: {_flow(addresses) if len(addresses) > 1 else _quoted(addresses[0])}",
            f"    site: {each['site']}",
            f"    type: {each['type']}",
            f"    tier: {TIER}  # the order says what it gets",
        ]
        if each["credential"]:
            lines.append(f"    credentials: [{each['credential']}]")
    return "".join(f"{line}\n" for line in lines)


def _flow(addresses: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, addresses))}]"


def _quoted(address: str) -> str:
    return f'"{address}"' if ":" in address else address
