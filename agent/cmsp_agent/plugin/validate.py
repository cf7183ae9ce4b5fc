"""Whether each part of a device type makes sense by itself: names, OIDs, patterns, values. Reports every mistake."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cmsp_agent.plugin import validate_cli, validate_kpi, validate_rules, validate_shown
from cmsp_agent.plugin.api import (
    AlarmType,
    CallHistory,
    CallMessage,
    Kpi,
    Redaction,
    SetupStep,
    ShownTable,
    StateRule,
    SyslogRule,
    TrapRule,
)
from cmsp_agent.plugin.command_line import FILLED_IN, NEEDS, SetupLine
from cmsp_agent.plugin.identity import Sign
from cmsp_agent.plugin.notation import oid, oids, one_of, pattern

OF_A_CALL = ("number", "port", "seconds", "cause", "origin", "call")
"""The groups of a message about a call."""
CheckShape = Callable[[str, Any], Iterator[str]]
"""(path, part) → what is wrong with the part."""


def wrong_with(path: str, part: object) -> list[str]:
    """Everything that is wrong with one part, as `path.field: what`; the part's type was looked at before."""
    check = _CHECKS.get(type(part))
    return list(check(path, part)) if check is not None else []


def _sign(path: str, sign: Sign) -> Iterator[str]:
    yield from oid(f"{path}.subtree", sign.subtree)
    yield from pattern(f"{path}.pattern", sign.pattern)
    if sign.unless:
        yield from oid(f"{path}.unless", sign.unless)


def _history(path: str, table: CallHistory) -> Iterator[str]:
    yield from oids(path, (table.there, *table.columns))


def _message(path: str, message: CallMessage) -> Iterator[str]:
    yield from validate_rules.mnemonic(f"{path}.mnemonic", message.mnemonic)
    yield from validate_rules.groups(f"{path}.pattern", message.pattern, OF_A_CALL)
    yield from pattern(f"{path}.pattern", message.pattern)
    if "(?P<number>" not in message.pattern:
        yield f"{path}.pattern: no group `number` in {message.pattern!r}"


def _setup(path: str, step: SetupStep) -> Iterator[str]:
    if not step.lines:
        yield f"{path}.lines: empty: a step has commands"
    if not step.why.strip():
        yield f"{path}.why: empty: people read what the commands are for"
    yield from one_of(f"{path}.need", step.need, NEEDS)
    yield from one_of(f"{path}.only", step.only, ("", "2c", "3"))
    for place, line in enumerate(step.lines):
        yield from _line(f"{path}.lines[{place}]", line)


def _line(path: str, line: SetupLine) -> Iterator[str]:
    """What is wrong with a command that is to be entered."""
    words = dict.fromkeys(FILLED_IN, "x")
    if not line.command.strip():
        yield f"{path}.command: empty"
    try:
        line.command.format_map(words)
        yield from pattern(f"{path}.there", line.there.format_map(words))
        yield from pattern(f"{path}.behind", line.behind.format_map(words))
    except (KeyError, IndexError, ValueError):
        yield f"{path}: only {', '.join(FILLED_IN)} are filled in ({line.command!r})"
    yield from validate_rules.groups(f"{path}.behind", line.behind, ("list",))
    if ("(?P<network>" in line.there) != ("(?P<mask>" in line.there):
        yield f"{path}.there: the groups `network` and `mask` stand together"


_CHECKS: Mapping[type, CheckShape] = {
    Sign: _sign,
    AlarmType: validate_rules.alarm,
    TrapRule: validate_rules.trap,
    SyslogRule: validate_rules.syslog,
    StateRule: validate_rules.state,
    Kpi: validate_kpi.kpi,
    Redaction: validate_cli.redaction,
    ShownTable: validate_shown.table,
    SetupStep: _setup,
    CallHistory: _history,
    CallMessage: _message,
}
