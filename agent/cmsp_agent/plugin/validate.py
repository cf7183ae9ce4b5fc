"""Whether each part of a device type makes sense by itself: names, OIDs, patterns, values. Reports every mistake."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cmsp_agent.config.nearest import did_you_mean
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
from cmsp_agent.plugin.notation import dotted, function, oid, oids, one_of, pattern
from cmsp_agent.plugin.templates import TemplateUnusable, columns
from cmsp_agent.plugin.validate_kpi import kpi

MNEMONIC = re.compile(r"[A-Z0-9_]+(-[A-Z0-9_]+)*-[0-7*]-[A-Za-z0-9_*]+\Z|[A-Za-z0-9_./-]+\Z")
SHOUTED = re.compile(r"(?=[^A-Z]*[a-z])[a-z0-9_]+(?:-[a-z0-9_]+)*-[0-7*]-[a-z0-9_*]+\Z")
"""A mnemonic that somebody wrote in small letters."""
_FILLED = re.compile(r"\{\w*\}")
_GROUP = re.compile(r"\(\?P<(\w+)>")
TAKES = ("constant", "value", "instance", "interface")
READS = ("show ", "display ", "get ", "ping ", "traceroute ", "dir")
"""How commands begin that change nothing."""
RESPONSIBLE = ("provider", "partner", "customer", "carrier", "third-party")

CheckShape = Callable[[str, Any], Iterator[str]]
"""(path, part) → what is wrong with the part."""


def wrong_with(path: str, part: object) -> list[str]:
    """Everything that is wrong with one part, as `path.field: what`; the part's type was looked at before."""
    check = _CHECKS.get(type(part))
    return list(check(path, part)) if check is not None else []


def _groups(path: str, value: str, known: tuple[str, ...]) -> Iterator[str]:
    """Named groups that nobody reads: of a misspelt one nothing would be seen."""
    for name in sorted(set(_GROUP.findall(value)) - set(known)):
        yield f"{path}: no group is called {name!r}{did_you_mean(name, known)}"


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


def _form(path: str, fact: Fact) -> Iterator[str]:
    wrong = list(pattern(f"{path}.pattern", fact.pattern))
    yield from wrong
    if not wrong:
        parts = 2 if fact.also else re.compile(fact.pattern).groups if fact.pattern else 1
        try:
            fact.form.format(*[""] * parts)
        except (KeyError, IndexError, ValueError, AttributeError):
            yield f"{path}.form: only what was read is filled in ({fact.form!r})"


def _alarm(path: str, alarm: AlarmType) -> Iterator[str]:
    yield from dotted(f"{path}.type", alarm.type)
    yield from one_of(f"{path}.responsible", alarm.responsible, RESPONSIBLE)
    for name in sorted(alarm.impairs - {"*"}):
        yield from function(f"{path}.impairs", name)
    try:
        alarm.title.format(component="", object="")
    except (KeyError, IndexError, ValueError, AttributeError):
        yield f"{path}.title: only {{component}} and {{object}} are filled in ({alarm.title!r})"
    if not alarm.title.strip():
        yield f"{path}.title: empty: people read it"
    if strange := sorted(set(_FILLED.findall(alarm.recommendation)) - {"{component}"}):
        yield f"{path}.recommendation: only {{component}} is filled in, not {', '.join(strange)}"


def _trap(path: str, rule: TrapRule) -> Iterator[str]:
    yield from oid(f"{path}.oid", rule.oid)
    yield from _decided(path, rule.raises, rule.clears)
    if rule.state is not None and (rule.by or rule.raises or rule.clears or rule.bits):
        yield f"{path}.state: it is given, so that no value decides: leave out the one or the other"
    if rule.state is None:
        yield from oid(f"{path}.by", rule.by)
        if not (rule.raises or rule.clears or rule.bits):
            yield f"{path}: neither a state nor values that decide it"
    yield from one_of(f"{path}.object.take", rule.object.take, TAKES)
    if rule.object.take in TAKES[1:]:
        yield from oid(f"{path}.object.oid", rule.object.oid)


def _syslog(path: str, rule: SyslogRule) -> Iterator[str]:
    if not MNEMONIC.match(rule.mnemonic):
        hint = ": without the % in front" if rule.mnemonic.startswith("%") else ""
        yield f"{path}.mnemonic: not a mnemonic ({rule.mnemonic!r}){hint}"
    elif SHOUTED.match(rule.mnemonic):
        yield f"{path}.mnemonic: in capitals, as the device writes it ({rule.mnemonic!r})"
    yield from pattern(f"{path}.pattern", rule.pattern)
    yield from _groups(f"{path}.pattern", rule.pattern, ("object", "state"))
    yield from _decided(path, rule.raises, rule.clears)
    for word in sorted(word for word in rule.raises | rule.clears if word != word.lower()):
        yield f"{path}: {word!r} never matches: states are looked up in lower case"
    if rule.state is not None and (rule.raises or rule.clears):
        yield f"{path}.state: it is given, so that no word decides: leave out the one or the other"
    if rule.state is None and "(?P<state>" not in rule.pattern:
        yield f"{path}: neither a state nor a group `state` in the pattern"
    elif rule.state is None and not (rule.raises or rule.clears):
        yield f"{path}: no words in raises or clears for the group `state`"


def _state(path: str, rule: StateRule) -> Iterator[str]:
    yield from oid(f"{path}.column", rule.column)
    yield from _decided(path, rule.raises, rule.clears)
    scalar = rule.column.endswith(".0")
    if rule.object not in ("", "interface", "index"):
        yield from oid(f"{path}.object", rule.object)
    if scalar and rule.object:
        yield f"{path}.object: a scalar ({rule.column}) belongs to the device as a whole: object=''"
    if not (rule.raises or rule.clears or rule.bits):
        yield f"{path}: no values that decide it"
    elif not (rule.raises or rule.bits):
        yield f"{path}.raises: empty: it never raises {rule.type!r}"
    if rule.only_if is not None:
        yield from oid(f"{path}.only_if", rule.only_if[0])


def _history(path: str, table: CallHistory) -> Iterator[str]:
    yield from oids(path, (table.there, *table.columns))


def _message(path: str, message: CallMessage) -> Iterator[str]:
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


def _setup(path: str, step: SetupStep) -> Iterator[str]:
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


def _decided(path: str, raises: Iterable[object], clears: Iterable[object]) -> Iterator[str]:
    both = sorted(str(value) for value in set(raises) & set(clears))
    if both:
        yield f"{path}: {', '.join(both)} both raises and clears"


_CHECKS: Mapping[type, CheckShape] = {
    Sign: _sign,
    AlarmType: _alarm,
    TrapRule: _trap,
    SyslogRule: _syslog,
    StateRule: _state,
    Kpi: kpi,
    Redaction: _redaction,
    ShownTable: _table,
    SetupStep: _setup,
    CallHistory: _history,
    CallMessage: _message,
}
