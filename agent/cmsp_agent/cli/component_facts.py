"""A component for people: one fact a line, without empty ones. JSON has all of them as they are."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cmsp_agent.cli.output import EMPTY, minute, moment_utc, shown, span
from cmsp_agent.model.counted import counted

LEAST_FAMILY = 3
"""Names of one family that are all shown; more of them are counted."""
LEAST_RUN = 3
"""Names in a row that are shown as a run: `Serial0/1/0:0 to 29`."""
MOST_NAMES = 40
"""Interfaces, or runs of them, that are named; the rest is counted."""

_NUMBERED = re.compile(r"(.*?)([0-9]+)", re.DOTALL)
_NUMBERS = {"most_oids", "answer_size"}
_SAID_ABOVE = {"device_type", "addresses", "sys_name", "site", "tier"}
_IN_THE_INVENTORY = {
    "entities": "parts",
    "interface_facts": "",
    "neighbours": "neighbours",
    "trunks": "trunks",
    "dial_peers": "dial-peers",
    "translation_rules": "translation rules",
}
"""Long tables, which are counted here: `cmsp-agent inventory show` has them."""
_LABELS = {"sys_descr": "describes itself", "sys_object_id": "sysObjectID", "quirks": "SNMP limits"}


def component_facts(document: Mapping[str, Any]) -> dict[str, object]:
    """The facts of a component's document, in its order; what the device says of itself comes last."""
    facts: dict[str, object] = {key.replace("_", " "): _fact(key, value) for key, value in document.items()}
    facts.pop("inventory", None)
    facts.pop("unsupported", None)
    facts["not supported"] = ", ".join(families(document.get("unsupported") or ()))
    facts |= _services(document.get("services") or {})
    facts["unreadable"] = "; ".join(_unreadable(each) for each in document.get("unreadable") or ())
    if isinstance(backup := document.get("latest_backup"), dict):
        facts["latest backup"] = _backup(backup)
    if isinstance(inventory := document.get("inventory"), dict):
        if document.get("type") == "auto" and inventory.get("device_type"):
            facts["type"] = f"{inventory['device_type']} (found out: type auto)"
        own = {key: value for key, value in inventory.items() if key not in {*_SAID_ABOVE, *_IN_THE_INVENTORY}}
        counted = [
            f"{len(inventory[key])} {name}" for key, name in _IN_THE_INVENTORY.items() if name and inventory.get(key)
        ]
        facts["inventory"] = ", ".join(counted)
        facts |= {_LABELS.get(key, key.replace("_", " ")): _shown(key, value) for key, value in own.items()}
    return {name: value for name, value in facts.items() if value not in (*EMPTY, "-")}


def _services(services: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """What it gets, with the level where there is one, and what it does not get, with the reason."""
    granted = [
        name if one.get("level") in (None, "", "yes") else f"{name} {one['level']}"
        for name, one in services.items()
        if one.get("granted")
    ]
    others = [f"{name} ({one.get('why')})" for name, one in services.items() if not one.get("granted")]
    return {"services": ", ".join(granted), "not granted": "; ".join(others)}


def families(names: Iterable[str]) -> list[str]:
    """Names of KPIs; many of one family are one: `sip.answers.* (92)`."""
    by_family: dict[str, list[str]] = {}
    for name in names:
        by_family.setdefault(".".join(name.split(".")[:2]) if name.count(".") > 1 else name.split(".")[0], []).append(
            name
        )
    return [
        part
        for family, some in by_family.items()
        for part in ([f"{family}.* ({len(some)})"] if len(some) > LEAST_FAMILY else some)
    ]


def runs(names: Iterable[str]) -> list[str]:
    """Names with their runs shown once: `a1`, `a2`, `a3` become `a1 to 3`; the order is that of each run's first."""
    split = [_split(name) for name in dict.fromkeys(names)]
    left: dict[str, set[int]] = {}
    for prefix, number in split:
        left.setdefault(prefix, set()).add(number)
    parts = []
    for prefix, number in split:
        if number in left[prefix]:
            run = _run(number, left[prefix])
            left[prefix].difference_update(run)
            name = prefix if number < 0 else f"{prefix}{run[0]}"
            parts.append(f"{name} to {run[-1]}" if len(run) > 1 else name)
    return parts


def _split(name: str) -> tuple[str, int]:
    """A name as prefix and number; -1: it has none that could be part of a run."""
    found = _NUMBERED.fullmatch(name)
    return (found[1], int(found[2])) if found and str(int(found[2])) == found[2] else (name, -1)


def _run(number: int, known: set[int]) -> range:
    """The run around a number; the number alone where the run would be short."""
    first = last = number
    while first > 0 and first - 1 in known:
        first -= 1
    while number >= 0 and last + 1 in known:
        last += 1
    return range(first, last + 1) if last - first + 1 >= LEAST_RUN else range(number, number + 1)


def _shown(key: str, value: object) -> object:
    """A member of the inventory."""
    if key == "interfaces" and isinstance(value, dict):
        return _interfaces([str(name) for name in value.values()])
    if key == "quirks" and isinstance(value, dict):
        return _limits(value)
    if isinstance(value, list):
        return shown(value)
    if isinstance(value, dict):
        return {name.replace("_", " "): inner for name, inner in value.items() if inner}
    return value


NOT_THERE = "noSuchName"


def _unreadable(found: Mapping[str, Any]) -> str:
    """An object that can't be decoded: `1.3.6.1.2.1.1.3.0: number of no octets (, 12 times)`."""
    octets = f" ({found['octets']})" if found.get("octets") else ""
    often = counted(found["count"], "time")
    return f"{found['oid']}: {found['reason']}{octets}, {often}, last {moment_utc(found['last_seen'])}"


def _limits(quirks: Mapping[str, Any]) -> str:
    """How the device departs from the standards: `no bulk, most oids 10, alone 1.3.6.1.2.1.1.5.0 (genErr)`.

    What it merely does not have, which SNMPv1 says by an error, is no such departure.
    """
    parts = []
    for name, value in quirks.items():
        plain = name.replace("_", " ")
        if isinstance(value, dict):
            parts += [f"{plain} {oid} ({reason})" for oid, reason in value.items() if reason != NOT_THERE]
        elif value:
            parts.append(plain if value == 1 and name not in _NUMBERS else f"{plain} {value}")
    return ", ".join(parts)


def _interfaces(names: list[str]) -> str:
    found = runs(names)
    more = f", and {len(found) - MOST_NAMES} more: --json" if len(found) > MOST_NAMES else ""
    return f"{len(names)}: {', '.join(found[:MOST_NAMES])}{more}" if names else ""


def _backup(backup: Mapping[str, Any]) -> str:
    good = ", known good" if backup.get("known_good") else ""
    return (
        f"{minute(backup.get('taken_at'))} UTC ({backup.get('reason')}), {counted(backup.get('lines') or 0, 'line')}, "
        f"verified {minute(backup.get('verified_at'))} UTC{good}"
    )


def _fact(key: str, value: object) -> str:
    if isinstance(value, dict):
        parts = (
            f"{inner.removesuffix('_seconds').replace('_', ' ')} {_fact(inner, one)}" for inner, one in value.items()
        )
        return ", ".join(parts)
    if key.endswith(("_at", "_seen", "since")):
        return moment_utc(value)
    return span(value) if key.endswith(("_seconds", "uptime")) and isinstance(value, int | float) else shown(value)
