"""Whether a kind of fault, and a rule that reads a message or a value, makes sense by itself. Reports every mistake."""

import re
from collections.abc import Iterable, Iterator

from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.plugin.api import AlarmType, ObjectFrom, StateRule, SyslogRule, TrapRule
from cmsp_agent.plugin.notation import dotted, function, letters, oid, one_of, pattern
from cmsp_agent.plugin.rules import trap_key
from cmsp_agent.plugin.validate_figure import severity

MNEMONIC = re.compile(r"[A-Z0-9_]+(-[A-Z0-9_]+)*-[0-7*]-[A-Za-z0-9_*]+\Z|[A-Za-z0-9_./-]+\Z")
SHOUTED = re.compile(r"(?=[^A-Z]*[a-z])[a-z0-9_]+(?:-[a-z0-9_]+)*-[0-7*]-[a-z0-9_*]+\Z")
"""A mnemonic that somebody wrote in small letters."""
NO_SEVERITY = re.compile(r"[A-Z][A-Z0-9_]*-(?:[89]|\d\d+)-[A-Z0-9_]+\Z")
IN_TEXT = re.compile(r"%[A-Z][A-Z0-9_]*-[0-7]-[A-Z0-9_]+")
"""A mnemonic with what stands before it: no part of the text that a pattern is searched in."""
WORDS = re.compile(r"\(\?P<state>(\w[\w -]*(?:\|\w[\w -]*)*)\)")
"""A group `state` that lists its words."""
_FILLED = re.compile(r"\{\w*\}")
_GROUP = re.compile(r"\(\?P<(\w+)>")
TAKES = ("constant", "value", "instance", "interface")
RESPONSIBLE = ("provider", "partner", "customer", "carrier", "third-party")


def mnemonic(path: str, value: str) -> Iterator[str]:
    """What is wrong with the name of a message."""
    if not MNEMONIC.match(value):
        hint = ": without the % in front" if value.startswith("%") else ""
        yield f"{path}: not a mnemonic ({value!r}){hint}"
    elif SHOUTED.match(value):
        yield f"{path}: in capitals, as the device writes it ({value!r})"
    elif NO_SEVERITY.match(value):
        yield f"{path}: its severity is a digit from 0 to 7, or * ({value!r})"


def groups(path: str, value: str, known: tuple[str, ...]) -> Iterator[str]:
    """Named groups that nobody reads: of a misspelt one nothing would be seen."""
    for name in sorted(set(_GROUP.findall(value)) - set(known)):
        yield f"{path}: no group is called {name!r}{did_you_mean(name, known)}"


def alarm(path: str, kind: AlarmType) -> Iterator[str]:
    """What is wrong with a kind of fault."""
    yield from dotted(f"{path}.type", kind.type)
    yield from one_of(f"{path}.responsible", kind.responsible, RESPONSIBLE)
    for name in sorted(kind.impairs - {"*"}):
        yield from function(f"{path}.impairs", name)
    try:
        kind.title.format(component="", object="")
    except (KeyError, IndexError, ValueError, AttributeError):
        yield f"{path}.title: only {{component}} and {{object}} are filled in ({kind.title!r})"
    if not kind.title.strip():
        yield f"{path}.title: empty: people read it"
    if kind.cause < 0:
        yield f"{path}.cause: 0 or more (got {kind.cause})"
    yield from severity(f"{path}.severity", kind.severity)
    yield from letters(f"{path}.impairs", kind.impairs)
    yield from _burst(f"{path}.burst", kind)
    if strange := sorted(set(_FILLED.findall(kind.recommendation)) - {"{component}"}):
        yield f"{path}.recommendation: only {{component}} is filled in, not {', '.join(strange)}"


def _burst(path: str, kind: AlarmType) -> Iterator[str]:
    """What is wrong with how many reports weigh more than each alone."""
    if kind.burst is None:
        return
    if not kind.transient:
        yield f"{path}: only of a transient type: of others one alarm is kept, however often it is reported"
    if kind.burst.count < 2:
        yield f"{path}.count: at least 2 (got {kind.burst.count})"
    if not 0 < kind.burst.within < float("inf"):
        yield f"{path}.within: seconds, more than 0 (got {kind.burst.within:g})"
    yield from severity(f"{path}.severity", kind.burst.severity)


def trap(path: str, rule: TrapRule) -> Iterator[str]:
    """What is wrong with a rule for a notification."""
    yield from oid(f"{path}.oid", rule.oid)
    yield from _decided(path, rule.raises, rule.clears)
    if rule.state is not None and (rule.by or rule.raises or rule.clears or rule.bits):
        yield f"{path}.state: it is given, so that no value decides: leave out the one or the other"
    if rule.state is None:
        yield from oid(f"{path}.by", rule.by)
        if not (rule.raises or rule.clears or rule.bits):
            yield f"{path}: neither a state nor values that decide it"
        if trap_key(rule.by) == trap_key(rule.oid):
            yield f"{path}.by: the notification itself: the value is in one of its varbinds"
    if rule.text != (plain := _FILLED.sub("", rule.text)):
        yield f"{path}.text: nothing is filled in ({rule.text!r}): {plain.strip()!r}, or no text for the alarm's title"
    yield from _bits(path, rule.bits, rule.words, rule.raises | rule.clears)
    if rule.by.endswith(".0") and rule.state is None:
        yield f"{path}.by: the object, without its instance ({rule.by!r}): {rule.by.removesuffix('.0')!r}"
    yield from _object(f"{path}.object", rule.object)


def _object(path: str, source: ObjectFrom) -> Iterator[str]:
    """What is wrong with where a notification names the object."""
    yield from one_of(f"{path}.take", source.take, TAKES)
    if source.take in TAKES[1:]:
        yield from oid(f"{path}.oid", source.oid)
        if source.constant:
            yield f"{path}.constant: not read with take={source.take!r}"
    elif source.take == "constant" and source.oid:
        yield f"{path}.take: {source.oid!r} is not read: take='value', 'instance' or 'interface'"
    if source.also and source.take != "value":
        yield f"{path}.also: read only with take='value'"
    elif source.also:
        yield from oid(f"{path}.also", source.also)


def syslog(path: str, rule: SyslogRule) -> Iterator[str]:
    """What is wrong with a rule for a message."""
    yield from mnemonic(f"{path}.mnemonic", rule.mnemonic)
    yield from pattern(f"{path}.pattern", rule.pattern)
    if said := IN_TEXT.search(rule.pattern):
        yield f"{path}.pattern: {said[0]!r} never matches: the pattern is searched in the text after the mnemonic"
    if rule.interface and "(?P<object>" not in rule.pattern:
        yield f"{path}.interface: no group `object` in the pattern names an interface"
    yield from groups(f"{path}.pattern", rule.pattern, ("object", "state"))
    yield from _decided(path, rule.raises, rule.clears)
    yield from severity(f"{path}.severity", rule.severity)
    for name in ("raises", "clears"):
        yield from letters(f"{path}.{name}", getattr(rule, name))
    for word in sorted(word for word in rule.raises | rule.clears if word != word.lower()):
        yield f"{path}: {word!r} never matches: states are looked up in lower case"
    for word in sorted(word for word in rule.raises | rule.clears if word != word.strip() or not word):
        yield f"{path}: {word!r} never matches: a word without blanks around it"
    if rule.state is None and (listed := WORDS.search(rule.pattern)):
        words = frozenset(listed[1].lower().split("|"))
        for word in sorted(word for word in (rule.raises | rule.clears) - words if word == word.lower()):
            yield f"{path}: {word!r} never matches: the group `state` takes {', '.join(sorted(words))}"
    if rule.state is not None and (rule.raises or rule.clears):
        yield f"{path}.state: it is given, so that no word decides: leave out the one or the other"
    if rule.state is None and "(?P<state>" not in rule.pattern:
        yield f"{path}: neither a state nor a group `state` in the pattern"
    elif rule.state is None and not (rule.raises or rule.clears):
        yield f"{path}: no words in raises or clears for the group `state`"


def state(path: str, rule: StateRule) -> Iterator[str]:
    """What is wrong with a rule for an object that is polled."""
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
    elif not (rule.clears or rule.bits):
        yield f"{path}.clears: empty: it never clears {rule.type!r}"
    yield from _bits(path, rule.bits, rule.words, rule.raises | rule.clears)
    yield from _beside(path, rule)


def _beside(path: str, rule: StateRule) -> Iterator[str]:
    """What is wrong with the columns that are read beside that of a state."""
    for name, asked in (("only_if", rule.only_if[0] if rule.only_if else ""), ("object", rule.label)):
        if name == "only_if" and asked:
            yield from oid(f"{path}.only_if", asked)
        if asked and asked == rule.column:
            yield f"{path}.{name}: the column itself: its values are in raises and clears"
        elif asked.endswith(".0") and not rule.column.endswith(".0"):
            yield f"{path}.{name}: a column, of rows with an equal index ({asked} is a scalar)"


def _bits(path: str, bits: int, words: tuple[tuple[int, str], ...], values: frozenset[int]) -> Iterator[str]:
    """What is wrong with a sum of bits."""
    if bits < 0:
        yield f"{path}.bits: a sum of bits is no negative number ({bits})"
    if bits and values:
        yield f"{path}.bits: it is given, so that no value decides: leave out the one or the other"
    if words and not bits:
        yield f"{path}.words: they name bits, and there are no bits"
    named = [bit for bit, _ in words]
    for bit in sorted({bit for bit in named if named.count(bit) > 1}):
        yield f"{path}.words: {bit} twice"
    if any(bit <= 0 for bit in named):
        yield f"{path}.words: a bit is a number above zero"


def _decided(path: str, raises: Iterable[object], clears: Iterable[object]) -> Iterator[str]:
    both = sorted(str(value) for value in set(raises) & set(clears))
    if both:
        yield f"{path}: {', '.join(both)} both raises and clears"
