"""Makes samples and states of what a device answered. Pure but for the memory of counters that is handed in."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cmsp_agent.model.labels import labelled
from cmsp_agent.model.signal import ObservedState, PollSignal, Value
from cmsp_agent.plugin.api import NO_COUNT, Kpi, StateRule
from cmsp_agent.plugin.kpi import ENTITY_NAME
from cmsp_agent.plugin.rules import bits_in_words
from cmsp_agent.services.polling.plan import IF_DISCONTINUITY, Plan, PlannedKpi, is_label
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.shown_tables import ShownTables
from cmsp_agent.services.polling.values import number, text

Rows = Mapping[str, Value]
InterfaceName = Callable[[str], str]
"""ifIndex as text → the interface's canonical name."""

UNITS, MOST_SCALE = 9, 17
"""SensorDataScale: units(9), yotta(17)."""
ALL_BITS = ((1 << 32) - 1, (1 << 64) - 1)
"""How a counter says "not available"."""
NO_ROWS: Rows = {}
NO_OTHERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answers:
    """What one poll brought: instances by OID, columns by OID and row index, and when (monotonic seconds)."""

    scalars: Mapping[str, Value] = field(default_factory=dict)
    columns: Mapping[str, Rows] = field(default_factory=dict)
    at: float = 0.0

    def rows(self, oid: str) -> Rows:
        """The rows of a column, or an instance's value as a row without an index; none where it was not read."""
        return {"": self.scalars[oid]} if oid in self.scalars else self.columns.get(oid, NO_ROWS)


def samples(
    plan: Plan, answers: Answers, rates: Rates, interface: InterfaceName, unsure: Collection[str] = ()
) -> dict[str, float]:
    """KPI or `KPI[row]` → value in the KPI's unit. What the device did not answer is absent, never zero.

    Args:
        plan: what was asked.
        answers: what the device answered.
        rates: the memory of counters.
        interface: names interfaces.
        unsure: rows that may be other interfaces than at the last poll: their counters are seeded anew.
    """
    found: dict[str, float] = {}
    counted: set[str] = set()
    for planned in plan.kpis:
        rows = _rows(planned, answers)
        if not rows and not (planned.spare and answers.rows(planned.spare)):
            continue
        others = unsure if planned.kpi.per == "interface" else ()
        read = list(_values(planned, rows, answers, rates, interface, counted, others))
        whole = len(rows) if planned.kpi.parts else 0
        found.update(_aggregate(planned.kpi, read) if len(read) >= whole else {})
    rates.forget_others(counted)
    return found


def _values(
    planned: PlannedKpi,
    rows: Rows,
    answers: Answers,
    rates: Rates,
    interface: InterfaceName,
    counted: set[str],
    unsure: Collection[str],
) -> Iterator[tuple[str, str, float]]:
    """(index, label of the row, value) for each row of a KPI; both are empty for a scalar."""
    kpi = planned.kpi
    spare = answers.rows(planned.free) if planned.free else NO_ROWS
    moved = answers.rows(IF_DISCONTINUITY) if kpi.per == "interface" else NO_ROWS
    scale, usual_none = kpi.scale * planned.scale, kpi.none
    chosen = kpi.only_if is not None or kpi.valid_if is not None or kpi.last != ""
    for index, said in ({**answers.rows(planned.spare), **rows} if planned.spare else rows).items():
        width = planned.width if index in rows else 32
        none = usual_none if kpi.kind == "gauge" else ((1 << width) - 1,)
        value = number(said)
        if value is None or value in none or (chosen and not _applies(kpi, answers, index)):
            continue
        figure: float | None = value
        if planned.free:
            figure = None if (free := number(spare.get(index))) is None or free in none else _share(value, free)
        elif kpi.counts:
            figure = float(value in kpi.counts)
        elif kpi.kind == "ratio":
            figure = _ratio(kpi, value, answers, index, rates, counted)
        elif kpi.kind != "gauge":
            figure = None
            if isinstance(value, int):
                key = f"{kpi.name}[{index}]" if index in rows else f"{kpi.name}[{index}] of 32 bits"
                counted.add(key)
                if index in unsure:
                    rates.forget(key)
                since = since if isinstance(since := moved.get(index), int) else None
                figure = rates.rate(key, value, answers.at, width, since, _most(kpi, answers, index))
        if figure is not None:
            figure *= scale if kpi.precision is None else scale * _unit(*kpi.precision, answers, index)
            share = figure if kpi.share_of is None else _of_whole(figure, *kpi.share_of, answers, index)
            if share is not None:
                yield index, _label(kpi, answers, index, interface), share


def _rows(planned: PlannedKpi, answers: Answers) -> Rows:
    """The rows of a KPI, and the further parts of a sum, each under its OID."""
    rows = answers.rows(planned.oid)
    parts = {oid: answers.scalars[oid] for oid in planned.kpi.parts if oid in answers.scalars}
    return {**rows, **parts} if parts else rows


def _ratio(kpi: Kpi, value: float, answers: Answers, index: str, rates: Rates, counted: set[str]) -> float | None:
    """By how much a counter grew in the last hour, for each that the others grew."""
    others = [answers.rows(oid).get(index) for oid in kpi.hourly]
    if not isinstance(value, int) or not all(isinstance(other, int) and other not in ALL_BITS for other in others):
        return None
    key = f"{kpi.name}[{index}]"
    counted.add(key)
    grown = rates.hours.grown(key, (value, *(other for other in others if isinstance(other, int))), answers.at)
    whole = sum(grown[1:]) if grown is not None else 0
    return grown[0] / whole if grown is not None and whole >= max(1, kpi.least) else None


def _applies(kpi: Kpi, answers: Answers, index: str) -> bool:
    if kpi.last and index.rpartition(".")[2] != kpi.last:
        return False
    if kpi.only_if is not None and answers.rows(kpi.only_if[0]).get(index) != kpi.only_if[1]:
        return False
    return kpi.valid_if is None or answers.rows(kpi.valid_if[0]).get(index, kpi.valid_if[1]) == kpi.valid_if[1]


def _label(kpi: Kpi, answers: Answers, index: str, interface: InterfaceName) -> str:
    if kpi.per == "interface" and index:
        return interface(index)
    if kpi.label:
        return text(answers.rows(kpi.label).get(index)) or index
    if kpi.per == "first":
        return index.partition(".")[0]
    return dict(kpi.rows).get(index, index) if kpi.rows else index


def _most(kpi: Kpi, answers: Answers, index: str) -> float | None:
    """What a counter can grow by in a second."""
    bound = kpi.at_most or kpi.share_of
    most = number(answers.rows(bound[0]).get(index)) if bound is not None else None
    return most * bound[1] if bound is not None and most and most not in NO_COUNT else None


def _of_whole(figure: float, oid: str, factor: float, answers: Answers, index: str) -> float | None:
    whole = number(answers.rows(oid).get(index))
    return 100.0 * figure / (whole * factor) if whole is not None and whole > 0 and whole not in NO_COUNT else None


def _unit(scales: str, precisions: str, answers: Answers, index: str) -> float:
    """What the device says that a sensor's value is to be multiplied by (ENTITY-SENSOR-MIB)."""
    scale, precision = answers.rows(scales).get(index), answers.rows(precisions).get(index)
    if not isinstance(scale, int) or not isinstance(precision, int) or not 1 <= scale <= MOST_SCALE:
        return 1.0
    return float(10.0 ** (3 * (scale - UNITS) - max(-8, min(9, precision))))


def _share(used: float, free: float) -> float | None:
    return 100.0 * used / (used + free) if used + free > 0 else None


def says_none(kpi: Kpi, value: object) -> bool:
    """Whether a value is how the KPI's object says that it has none."""
    return kpi.kind == "gauge" and number(value if isinstance(value, int | float | bytes) else None) in kpi.none


def _aggregate(kpi: Kpi, read: Sequence[tuple[str, str, float]]) -> dict[str, float]:
    if not read:
        return {}
    values = [value for _, _, value in read]
    match kpi.aggregate:
        case "max":
            return {kpi.name: max(values)}
        case "sum":
            return {kpi.name: sum(values)}
        case "mean":
            return {kpi.name: sum(values) / len(values)}
        case _:
            often = Counter(label for _, label, _ in read)
            # rows that are called alike are told apart by their index
            names = (f"{label} {index}" if often[label] > 1 and kpi.label else label for index, label, _ in read)
            return {
                f"{kpi.name}[{name}]" if name else kpi.name: value for name, value in zip(names, values, strict=True)
            }


class StateReader:
    """Reads states; remembers which objects were seen without their alarm, for rules that ask for it."""

    def __init__(self, seen_well: Iterable[tuple[str, str]] = ()) -> None:
        self._seen_well = set(seen_well)
        self.grown = False
        """Whether objects were seen well that were not before; set back by whoever keeps them."""
        self.unused: dict[str, set[str]] = {}
        """Alarm type → the objects of the last poll that are bad and were never seen well."""
        self.renamed: Mapping[str, str] = {}
        """Object → what it is called since the last poll, of rows whose label is another one."""
        self._labels: dict[tuple[str, str], str] = {}
        self._entities: Mapping[str, str] = {}
        """(label's column, index) → the object."""
        self.there: Mapping[str, Collection[str]] = {}
        """Alarm type → the objects of all rows of the last poll, whatever they said; types that were read alone."""
        self.tables = ShownTables()

    @property
    def seen_well(self) -> frozenset[tuple[str, str]]:
        """(alarm type, object) of what was seen without its alarm."""
        return frozenset(self._seen_well)

    def rename(self, names: Mapping[str, str], others: Mapping[str, str] = NO_OTHERS) -> None:
        """Objects are called otherwise from now on: what was seen of them is theirs still.

        Args:
            names: better names.
            others: names of those that may come back under the old one, too.
        """
        renamed = {(kind, names.get(name, name)) for kind, name in self._seen_well}
        renamed |= {(kind, others[name]) for kind, name in self._seen_well if name in others}
        self.grown = self.grown or renamed != self._seen_well
        self._seen_well = renamed

    def states(self, plan: Plan, answers: Answers, interface: InterfaceName) -> tuple[ObservedState, ...]:
        """What holds and what does not, by rule and object; rows whose value says nothing are left out.

        Where two rows have one name (two interfaces called alike), the alarm holds if it holds for either.
        """
        there: dict[str, dict[str, None]] = {
            rule.type: {} for rule in plan.states if rule.column in answers.columns or rule.column in answers.scalars
        }
        self.there, self.unused, self.renamed = there, {}, {}
        labels: dict[tuple[str, str], str] = {}
        found: dict[tuple[str, str], ObservedState] = {}
        for seen in (state for rule in plan.states for state in self._rule(rule, answers, interface, there, labels)):
            known = found.get((seen.type, seen.object))
            if known is None or seen.raised:
                found[seen.type, seen.object] = seen
        if labels != self._labels:
            self._take_labels(labels)
        return tuple(found.values())

    def added_to(self, signal: PollSignal) -> PollSignal:
        """The poll with which objects there are, used or not, and what they are called now."""
        there, unused = self.there, self.unused
        return replace(signal, there=there, unused=unused, renamed=self.renamed, entities=self._entities)

    def _take_labels(self, labels: dict[tuple[str, str], str]) -> None:
        before, now = {*self._labels.values()}, {*labels.values()}
        rows = ((name, labels[row]) for row, name in self._labels.items() if row in labels)
        self.renamed = {old: new for old, new in rows if old not in now and new not in before}
        self._labels = labels
        self._entities = {row: name for (column, row), name in labels.items() if column == ENTITY_NAME}

    def _rule(
        self,
        rule: StateRule,
        answers: Answers,
        interface: InterfaceName,
        there: Mapping[str, dict[str, None]],
        called: dict[tuple[str, str], str],
    ) -> Iterator[ObservedState]:
        condition = answers.rows(rule.only_if[0]) if rule.only_if else NO_ROWS
        labels, labelling = answers.rows(rule.object), is_label(rule)
        seen = there[rule.type]
        for index, value in answers.rows(rule.column).items():
            name = labelled(text(labels.get(index, index)), index) if labelling else _object(rule, index, interface)
            seen[name] = None
            if labelling:
                called[rule.object, index] = name
            if not isinstance(value, int):
                continue
            holds = rule.judge(value)
            if rule.only_if and index in condition and condition[index] != rule.only_if[1]:
                holds = False
            if holds is False and rule.once_clear and (rule.type, name) not in self._seen_well:
                self._seen_well.add((rule.type, name))
                self.grown = True
            if holds and rule.once_clear and (rule.type, name) not in self._seen_well:
                self.unused.setdefault(rule.type, set()).add(name)
                continue
            if holds is None:
                continue
            detail = bits_in_words(value, rule.words) if holds else ""
            yield ObservedState(rule.type, name, holds, detail=detail)


def _object(rule: StateRule, index: str, interface: InterfaceName) -> str:
    if rule.object == "interface":
        return interface(index)
    return index if rule.object == "index" else ""
