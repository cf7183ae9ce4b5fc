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
from cmsp_agent.plugin.templates import TemplateUnusable, columns

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
DOTTED = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\Z")
OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,9}))+\Z")
MNEMONIC = re.compile(r"[A-Z0-9_]+(-[A-Z0-9_]+)*-[0-7*]-[A-Za-z0-9_*]+\Z|[A-Za-z0-9_./-]+\Z")
FUNCTION = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_])?\Z")
SHOUTED = re.compile(r"(?=[^A-Z]*[a-z])[a-z0-9_]+(?:-[a-z0-9_]+)*-[0-7*]-[a-z0-9_*]+\Z")
"""A mnemonic that somebody wrote in small letters."""
_GROUP = re.compile(r"\(\?P<(\w+)>")
KINDS = ("gauge", "counter32", "counter64", "ratio")
PER = ("", "interface", "index", "first")
AGGREGATES = ("", "max", "sum", "mean")
TAKES = ("constant", "value", "instance", "interface")
RESPONSIBLE = ("provider", "partner", "customer", "carrier", "third-party")

CheckShape = Callable[[str, Any], Iterator[str]]
"""(path, part) → what is wrong with the part."""


def wrong_with(path: str, part: object) -> list[str]:
    """Everything that is wrong with one part, as `path.field: what`; the part's type was looked at before."""
    check = _CHECKS.get(type(part))
    return list(check(path, part)) if check is not None else []


def oid(path: str, value: str) -> Iterator[str]:
    """What is wrong with an OID, and how it is written."""
    if OID.match(value):
        return
    hint = ": without the dot in front" if OID.match(value.lstrip(".")) else ": digits and dots, no names"
    yield f"{path}: not an OID ({value!r}){hint}"


def oids(path: str, values: Iterable[str]) -> Iterator[str]:
    """What is wrong with several OIDs."""
    for value in values:
        yield from oid(path, value)


def pattern(path: str, value: str) -> Iterator[str]:
    """Whether a pattern compiles."""
    try:
        re.compile(value)
    except re.error as error:
        yield f"{path}: not a pattern: {error} ({value!r})"


def function(path: str, name: str) -> Iterator[str]:
    """What is wrong with the name of what a device is there for: `pstn`, `fax`."""
    if not FUNCTION.match(name):
        yield f"{path}: not a function's name ({name!r}): lower case, digits, dots and dashes"


def _groups(path: str, value: str, known: tuple[str, ...]) -> Iterator[str]:
    """Named groups that nobody reads: of a misspelt one nothing would be seen."""
    for name in sorted(set(_GROUP.findall(value)) - set(known)):
        yield f"{path}: no group is called {name!r}{did_you_mean(name, known)}"


def one_of(path: str, value: str, choices: Iterable[str]) -> Iterator[str]:
    """Whether a value is one of a few."""
    if value not in choices:
        yield f"{path}: one of {', '.join(repr(choice) for choice in choices)} (got {value!r})"


def identity(declared: Identity) -> Iterator[str]:
    """What is wrong with the identity of a device type."""
    for name in ("version", "model", "serial"):
        for place, fact in enumerate(getattr(declared, name)):
            path = f"identity.{name}[{place}]"
            yield from oids(f"{path}.oid", (fact.oid, fact.also) if fact.also else (fact.oid,))
            yield from _form(path, fact)


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
    yield from _dotted(f"{path}.type", alarm.type)
    yield from one_of(f"{path}.responsible", alarm.responsible, RESPONSIBLE)
    for name in sorted(alarm.impairs - {"*"}):
        yield from function(f"{path}.impairs", name)
    try:
        alarm.title.format(component="", object="")
    except (KeyError, IndexError, ValueError, AttributeError):
        yield f"{path}.title: only {{component}} and {{object}} are filled in ({alarm.title!r})"


def _trap(path: str, rule: TrapRule) -> Iterator[str]:
    yield from oid(f"{path}.oid", rule.oid)
    yield from _decided(path, rule.raises, rule.clears)
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
    if rule.only_if is not None:
        yield from oid(f"{path}.only_if", rule.only_if[0])


def _kpi(path: str, kpi: Kpi) -> Iterator[str]:
    yield from _dotted(f"{path}.name", kpi.name)
    if not kpi.oids:
        yield f"{path}.oids: empty"
    yield from _asked(path, kpi)
    if kpi.absent and kpi.kind != "gauge":
        yield f"{path}.absent: only a gauge has values that mean none"
    if kpi.limit is not None and kpi.limit.raise_at == kpi.limit.clear_at:
        yield f"{path}.limit: the levels must differ, or it never clears"
    if kpi.limit is not None and kpi.limit.for_ < 0:
        yield f"{path}.limit: how long it must last is no negative time ({kpi.limit.for_:g})"
    if bool(kpi.hourly) != (kpi.kind == "ratio"):
        yield f"{path}.hourly: a ratio has it, and nothing else has"
    if not kpi.scale:
        yield f"{path}.scale: every figure would be zero"
    yield from one_of(f"{path}.kind", kpi.kind, KINDS)
    if not OID.match(kpi.per):
        yield from one_of(f"{path}.per", kpi.per, (*PER, "the OID of a label column"))
    yield from one_of(f"{path}.aggregate", kpi.aggregate, AGGREGATES)
    if kpi.parts and kpi.aggregate != "sum":
        yield f"{path}.parts: only a sum has parts"
    for part in kpi.parts:
        if not part.endswith(".0"):
            yield f"{path}.parts: an instance, which ends with .0 ({part!r})"


def _asked(path: str, kpi: Kpi) -> Iterator[str]:
    """What is wrong with the objects of a KPI: how they are written, and how many there are."""
    members = {
        "oids": kpi.oids,
        "free": kpi.free,
        "hourly": kpi.hourly,
        "parts": kpi.parts,
        "precision": kpi.precision or (),
        "share_of": kpi.share_of[:1] if kpi.share_of else (),
        "at_most": kpi.at_most[:1] if kpi.at_most else (),
        "only_if": kpi.only_if[:1] if kpi.only_if else (),
    }
    for name, asked in members.items():
        yield from oids(f"{path}.{name}", asked)
    for name, numbers in (("free", kpi.free), ("scales", kpi.scales)):
        if numbers and len(numbers) != len(kpi.oids):
            yield f"{path}.{name}: as many as oids"


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
    for place, kpi in enumerate(table.kpis):
        yield from _dotted(f"{path}.kpis[{place}].name", kpi.name)
    for conditions in (*(kpi.where for kpi in table.kpis), *((each.raises, each.clears) for each in table.states)):
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
        except (KeyError, IndexError, ValueError):
            yield f"{path}.lines[{place}]: only {', '.join(FILLED_IN)} are filled in ({line.command!r})"


def _decided(path: str, raises: Iterable[object], clears: Iterable[object]) -> Iterator[str]:
    both = sorted(str(value) for value in set(raises) & set(clears))
    if both:
        yield f"{path}: {', '.join(both)} both raises and clears"


def _dotted(path: str, name: str) -> Iterator[str]:
    if not DOTTED.match(name):
        yield f"{path}: not a dotted name in lower case ({name!r})"


_CHECKS: Mapping[type, CheckShape] = {
    Sign: _sign,
    AlarmType: _alarm,
    TrapRule: _trap,
    SyslogRule: _syslog,
    StateRule: _state,
    Kpi: _kpi,
    Redaction: _redaction,
    ShownTable: _table,
    SetupStep: _setup,
    CallHistory: _history,
    CallMessage: _message,
}
