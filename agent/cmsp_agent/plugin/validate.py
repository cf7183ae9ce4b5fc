"""Whether a device type makes sense: names, OIDs, patterns, references between its parts. Says all that is wrong."""

import re
from collections.abc import Iterable, Iterator

from cmsp_agent.plugin.api import AlarmType, CliPlatform, DeviceType, Kpi, Redaction, StateRule, SyslogRule, TrapRule
from cmsp_agent.plugin.identity import Fact, Identity
from cmsp_agent.plugin.shape import misfits

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
DOTTED = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\Z")
OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,9}))+\Z")
MNEMONIC = re.compile(r"[A-Z0-9_]+(-[A-Z0-9_]+)*-[0-7*]-[A-Za-z0-9_*]+\Z|[A-Za-z0-9_./-]+\Z")
KINDS = ("gauge", "counter32", "counter64")
PER = ("", "interface", "index")
AGGREGATES = ("", "max", "sum", "mean")


def problems(device_type: object) -> list[str]:
    """Everything that is wrong with what a plugin handed over as a device type; empty: it may be used."""
    wrong = misfits(device_type, DeviceType)
    if wrong or not isinstance(device_type, DeviceType):
        return wrong
    return [*_identity(device_type), *_contents(device_type)]


def _identity(device_type: DeviceType) -> Iterator[str]:
    if not NAME.match(device_type.name):
        yield f"name: not a name ({device_type.name!r})"
    yield from _oids("sys_object_ids", device_type.sys_object_ids)
    yield from _pattern("sys_descr", device_type.sys_descr)
    yield from _facts(device_type.identity)


def _facts(identity: Identity) -> Iterator[str]:
    for name in ("version", "model", "serial"):
        for place, fact in enumerate(getattr(identity, name)):
            path = f"identity.{name}[{place}]"
            yield from _oids(f"{path}.oid", (fact.oid, fact.also) if fact.also else (fact.oid,))
            yield from _form(path, fact)


def _form(path: str, fact: Fact) -> Iterator[str]:
    wrong = list(_pattern(f"{path}.pattern", fact.pattern))
    yield from wrong
    if not wrong:
        parts = 2 if fact.also else re.compile(fact.pattern).groups if fact.pattern else 1
        try:
            fact.form.format(*[""] * parts)
        except (KeyError, IndexError, ValueError, AttributeError):
            yield f"{path}.form: only what was read is filled in ({fact.form!r})"


def _contents(device_type: DeviceType) -> Iterator[str]:
    yield from _unique("alarms", (alarm.type for alarm in device_type.alarms))
    yield from _unique("kpis", (kpi.name for kpi in device_type.kpis))
    known = {alarm.type for alarm in device_type.alarms}
    for place, alarm in enumerate(device_type.alarms):
        yield from _alarm(f"alarms[{place}]", alarm)
    for place, trap in enumerate(device_type.traps):
        yield from _trap(f"traps[{place}]", trap, known)
    for place, line in enumerate(device_type.syslog):
        yield from _syslog(f"syslog[{place}]", line, known)
    for place, state in enumerate(device_type.states):
        yield from _state(f"states[{place}]", state, known)
    for place, kpi in enumerate(device_type.kpis):
        yield from _kpi(f"kpis[{place}]", kpi)
    yield from _redactions("personal", device_type.personal)
    if device_type.cli is not None:
        yield from _cli(device_type.cli)


def _alarm(path: str, alarm: AlarmType) -> Iterator[str]:
    if not DOTTED.match(alarm.type):
        yield f"{path}.type: not a dotted name ({alarm.type!r})"
    try:
        alarm.title.format(component="", object="")
    except (KeyError, IndexError, ValueError, AttributeError):
        yield f"{path}.title: only {{component}} and {{object}} are filled in ({alarm.title!r})"


def _trap(path: str, rule: TrapRule, known: set[str]) -> Iterator[str]:
    yield from _oids(f"{path}.oid", (rule.oid,))
    yield from _known(path, rule.type, known)
    if rule.state is None:
        yield from _oids(f"{path}.by", (rule.by,))
        if not (rule.raises or rule.clears or rule.bits):
            yield f"{path}: neither a state nor values that decide it"
    if rule.object.take not in ("constant", "value", "instance", "interface"):
        yield f"{path}.object.take: {rule.object.take!r}"
    elif rule.object.take != "constant":
        yield from _oids(f"{path}.object.oid", (rule.object.oid,))


def _syslog(path: str, rule: SyslogRule, known: set[str]) -> Iterator[str]:
    if not MNEMONIC.match(rule.mnemonic):
        yield f"{path}.mnemonic: not a mnemonic ({rule.mnemonic!r})"
    yield from _known(path, rule.type, known)
    yield from _pattern(f"{path}.pattern", rule.pattern)
    if rule.state is None and "(?P<state>" not in rule.pattern:
        yield f"{path}: neither a state nor a group `state` in the pattern"


def _state(path: str, rule: StateRule, known: set[str]) -> Iterator[str]:
    yield from _oids(f"{path}.column", (rule.column,))
    yield from _known(path, rule.type, known)
    if rule.object not in ("", "interface", "index"):
        yield from _oids(f"{path}.object", (rule.object,))
    if not (rule.raises or rule.clears or rule.bits):
        yield f"{path}: no values that decide it"
    if rule.only_if is not None:
        yield from _oids(f"{path}.only_if", rule.only_if[:1])


def _kpi(path: str, kpi: Kpi) -> Iterator[str]:
    if not DOTTED.match(kpi.name):
        yield f"{path}.name: not a dotted name ({kpi.name!r})"
    if not kpi.oids:
        yield f"{path}.oids: empty"
    yield from _oids(f"{path}.oids", kpi.oids)
    yield from _oids(f"{path}.free", kpi.free)
    if kpi.free and len(kpi.free) != len(kpi.oids):
        yield f"{path}.free: as many as oids"
    if kpi.absent and kpi.kind != "gauge":
        yield f"{path}.absent: only a gauge has values that mean none"
    for name, value, choices in (
        ("kind", kpi.kind, KINDS),
        ("per", kpi.per, PER),
        ("aggregate", kpi.aggregate, AGGREGATES),
    ):
        if value not in choices:
            yield f"{path}.{name}: one of {', '.join(repr(choice) for choice in choices)} (got {value!r})"


def _cli(cli: CliPlatform) -> Iterator[str]:
    patterns = {
        "complete": (cli.complete,),
        "must_have": cli.must_have,
        "invalid": cli.invalid,
        "volatile": cli.volatile,
    }
    for name, members in patterns.items():
        for pattern in members:
            yield from _pattern(f"cli.{name}", pattern)
    yield from _redactions("cli.redact", cli.redact)


def _redactions(path: str, redactions: Iterable[Redaction]) -> Iterator[str]:
    for redaction in redactions:
        yield from _pattern(path, redaction.pattern)
        if "(?P<secret>" not in redaction.pattern:
            yield f"{path}: no group `secret` in {redaction.pattern!r}"


def _known(path: str, alarm_type: str, known: set[str]) -> Iterator[str]:
    if alarm_type not in known:
        yield f"{path}.type: {alarm_type!r} is not among the alarms"


def _oids(path: str, oids: Iterable[str]) -> Iterator[str]:
    for oid in oids:
        if not OID.match(oid):
            yield f"{path}: not an OID ({oid!r})"


def _pattern(path: str, pattern: str) -> Iterator[str]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"{path}: not a pattern: {error} ({pattern!r})"


def _unique(path: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{path}: {name!r} twice"
        seen.add(name)
