"""Whether each part of a device type makes sense by itself: names, OIDs, patterns, values. Reports every mistake."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cmsp_agent.plugin import validate_kpi, validate_rules
from cmsp_agent.plugin.api import (
    AlarmType,
    CallHistory,
    CallMessage,
    CliPlatform,
    Kpi,
    Redaction,
    SetupStep,
    ShownTable,
    StateRule,
    SyslogRule,
    TrapRule,
)
from cmsp_agent.plugin.command_line import FILLED_IN, NEEDS
from cmsp_agent.plugin.identity import Fact, Identity, Sign
from cmsp_agent.plugin.notation import dotted, oid, oids, one_of, pattern
from cmsp_agent.plugin.templates import TemplateUnusable, columns

OF_A_CALL = ("number", "port", "seconds", "cause", "origin", "call")
"""The groups of a message about a call."""
READS = ("show ", "display ", "get ", "ping ", "traceroute ", "dir")
"""How commands begin that change nothing."""

CheckShape = Callable[[str, Any], Iterator[str]]
"""(path, part) → what is wrong with the part."""


def wrong_with(path: str, part: object) -> list[str]:
    """Everything that is wrong with one part, as `path.field: what`; the part's type was looked at before."""
    check = _CHECKS.get(type(part))
    return list(check(path, part)) if check is not None else []


def identity(declared: Identity) -> Iterator[str]:
    """What is wrong with the identity of a device type."""
    for name in ("version", "model", "serial"):
        for place, fact in enumerate(getattr(declared, name)):
            path = f"identity.{name}[{place}]"
            yield from oids(f"{path}.oid", (fact.oid, fact.also) if fact.also else (fact.oid,))
            yield from _form(path, fact)
    for each in (declared.chassis_tells_version, *(shown for shown, _ in declared.systems)):
        yield from pattern("identity", each)
    yield from oids("identity.products", (number for number, _ in declared.products))


def cli(platform: CliPlatform) -> Iterator[str]:
    """What is wrong with how a configuration is read."""
    members = {
        "complete": (platform.complete,),
        "must_have": platform.must_have,
        "invalid": platform.invalid,
        "volatile": platform.volatile,
        "blocks": tuple(part for block in platform.blocks for part in (block.begins, block.ends)),
        "lacks": tuple(lack.where for lack in platform.lacks),
    }
    for name, patterns in members.items():
        for each in patterns:
            yield from pattern(f"cli.{name}", each)
    for redaction in platform.redact:
        yield from _redaction("cli.redact", redaction)
    for command in platform.read_only:
        if not command.startswith(READS):
            yield f"cli.read_only: a command that only shows something ({command!r})"


def _sign(path: str, sign: Sign) -> Iterator[str]:
    yield from oid(f"{path}.subtree", sign.subtree)
    yield from pattern(f"{path}.pattern", sign.pattern)
    if sign.unless:
        yield from oid(f"{path}.unless", sign.unless)


def _form(path: str, fact: Fact) -> Iterator[str]:
    wrong = list(pattern(f"{path}.pattern", fact.pattern))
    yield from wrong
    if not wrong:
        parts = 2 if fact.also else re.compile(fact.pattern).groups if fact.pattern else 1
        try:
            fact.form.format(*[""] * parts)
        except (KeyError, IndexError, ValueError, AttributeError):
            yield f"{path}.form: only what was read is filled in ({fact.form!r})"


def _history(path: str, table: CallHistory) -> Iterator[str]:
    yield from oids(path, (table.there, *table.columns))


def _message(path: str, message: CallMessage) -> Iterator[str]:
    yield from validate_rules.mnemonic(f"{path}.mnemonic", message.mnemonic)
    yield from validate_rules.groups(f"{path}.pattern", message.pattern, OF_A_CALL)
    yield from pattern(f"{path}.pattern", message.pattern)
    if "(?P<number>" not in message.pattern:
        yield f"{path}.pattern: no group `number` in {message.pattern!r}"


def _redaction(path: str, redaction: Redaction) -> Iterator[str]:
    yield from pattern(path, redaction.pattern)
    if "(?P<secret>" not in redaction.pattern:
        yield f"{path}: no group `secret` in {redaction.pattern!r}"


def _table(path: str, table: ShownTable) -> Iterator[str]:
    if not table.command.startswith("show "):
        yield f"{path}.command: a show command ({table.command!r})"
    yield from pattern(f"{path}.header", table.header)
    for place, shown in enumerate(table.kpis):
        yield from dotted(f"{path}.kpis[{place}].name", shown.name)
    yield from _shown(path, table)
    for conditions in (*(each.where for each in table.kpis), *((each.raises, each.clears) for each in table.states)):
        for _, wanted in conditions:
            yield from pattern(path, wanted)
    try:
        there = columns(table.template)
    except TemplateUnusable as error:
        yield f"{path}.template: {error}"
        return
    for name in sorted(set(table.columns) - set(there)):
        yield f"{path}: no column {name!r} in the template; there are {', '.join(there)}"


def _shown(path: str, table: ShownTable) -> Iterator[str]:
    """What of a table's figures and faults is there twice, or never tells one from the other."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for place, shown in enumerate(table.kpis):
        if (shown.name, shown.row) in seen:
            yield f"{path}.kpis[{place}].name: {shown.name!r} twice"
        seen.add((shown.name, shown.row))
    for place, state in enumerate(table.states):
        if state.raises == state.clears:
            yield f"{path}.states[{place}]: {state.raises[1]!r} both raises and clears"
        if state.readings < 1:
            yield f"{path}.states[{place}].readings: at least 1 (got {state.readings})"


def _setup(path: str, step: SetupStep) -> Iterator[str]:
    if not step.lines:
        yield f"{path}.lines: empty: a step has commands"
    yield from one_of(f"{path}.need", step.need, NEEDS)
    yield from one_of(f"{path}.only", step.only, ("", "2c", "3"))
    words = dict.fromkeys(FILLED_IN, "x")
    for place, line in enumerate(step.lines):
        try:
            line.command.format_map(words)
            yield from pattern(f"{path}.lines[{place}].there", line.there.format_map(words))
            yield from pattern(f"{path}.lines[{place}].behind", line.behind.format_map(words))
        except (KeyError, IndexError, ValueError):
            yield f"{path}.lines[{place}]: only {', '.join(FILLED_IN)} are filled in ({line.command!r})"


_CHECKS: Mapping[type, CheckShape] = {
    Sign: _sign,
    AlarmType: validate_rules.alarm,
    TrapRule: validate_rules.trap,
    SyslogRule: validate_rules.syslog,
    StateRule: validate_rules.state,
    Kpi: validate_kpi.kpi,
    Redaction: _redaction,
    ShownTable: _table,
    SetupStep: _setup,
    CallHistory: _history,
    CallMessage: _message,
}
