"""What a device type supports, made of its data: for `type show`, the API, `plugin show` and the reference."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cmsp_agent.plugin.api import CAPABILITIES, CliPlatform, DeviceType

MOST_NAMED = 12
"""Names that are shown of many; the rest is counted."""


class Capability(NamedTuple):
    """One capability of a device type."""

    capability: str
    what: str
    label: str
    """`proven`: an independent capture or a real peer showed it; `documented`; empty where there is nothing."""


def support(kind: DeviceType) -> list[Capability]:
    """Every capability, in one order for all types."""
    said = dict(zip(CAPABILITIES, _said(kind), strict=True))
    return [Capability(name, what or "nothing", _label(kind, name) if what else "") for name, what in said.items()]


def document(kind: DeviceType) -> dict[str, Any]:
    """The capabilities for programs."""
    known = {"name": kind.name, "title": kind.title, "like": kind.like or None}
    return {**known, "capabilities": [row._asdict() for row in support(kind)]}


def in_short(kind: DeviceType, plugin: str) -> dict[str, Any]:
    """A device type in a list, for programs: how many KPIs and rules it has."""
    return {
        "name": kind.name,
        "title": kind.title,
        "plugin": plugin,
        "vendor": kind.identity.vendor,
        "identified": bool(kind.sys_object_ids),
        "kpis": len(kind.kpis),
        "states": len(kind.states),
        "traps": len(kind.traps),
        "syslog": len(kind.syslog),
        "saved": kind.cli is not None,
    }


def _said(kind: DeviceType) -> Iterator[str]:
    yield _known_by(kind)
    yield _names(f"{kpi.name} ({kpi.unit})" for kpi in kind.kpis)
    yield _names(table.command for table in kind.tables)
    yield _names(state.type for state in kind.states)
    yield _names(trap.type for trap in kind.traps)
    yield _names(rule.mnemonic for rule in kind.syslog)
    yield _read_by(kind.cli) if kind.cli else ""
    yield _put_back(kind.cli) if kind.cli else ""
    yield _names([*(message.mnemonic for message in kind.call_messages), *("call history" for _ in kind.calls)])
    yield _names(step.need for step in kind.setup)


def _read_by(cli: CliPlatform) -> str:
    if cli.fetch is None:
        return f"{cli.config} (SSH, {cli.driver})"
    return f"{cli.fetch.method} {cli.fetch.path or 'the URL of its profile'} (HTTP)"


def _put_back(cli: CliPlatform) -> str:
    """By which program, command without its arguments, or path of a file; empty where a person does it."""
    way = cli.replacement
    if way is None:
        return f"{cli.upload.method} {cli.upload.path} (HTTP), where the component permits it" if cli.upload else ""
    program = re.search(r"[\w.-]+\.py\b|^\w+ \w+", way.apply)
    return program[0] if program else way.apply.split()[0]


def _known_by(kind: DeviceType) -> str:
    if kind.fallback:
        return "whatever answers SNMP and is known to no other type"
    found = [f"sysObjectID {', '.join(kind.sys_object_ids)}"] if kind.sys_object_ids else []
    return " with ".join([*found, *(["sysDescr"] if kind.sys_descr else [])])


def _names(names: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(names))
    more = len(distinct) - MOST_NAMED
    return ", ".join(distinct[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _label(kind: DeviceType, capability: str) -> str:
    return "proven" if capability in kind.proven else "documented"
