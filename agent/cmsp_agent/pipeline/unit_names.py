"""A unit that messages, traps and tables call otherwise goes by one name, so that its fault is one alarm.

`power supply 1` of a message is `Power Supply Module 1` of a table, `DSP 1 in slot 0` is `DSP (SP2600) 0/0/1`, and the
row 7 of a trap is what entPhysicalName calls it. Which alarms are of one place is said in `places`.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.pipeline.alarm_state import Draft

UNITS = frozenset({"env.power", "env.fan"})
"""Alarm types of units that each table and message calls otherwise, by one number: `Power Supply 0`, `P0`."""
NUMBERED = UNITS | {"module.offline"}
"""Alarm types whose objects are known by their number."""
BY_ROW = NUMBERED | {"dsp.card.failed"}
"""Alarm types whose traps may name no more than the row of their object in ENTITY-MIB (entPhysicalIndex)."""
SENSORS = frozenset({"env.temperature", "env.voltage"})
"""Alarm types of sensors: `Temp: Inlet 1, Location: R0` of a message is `Temp: Inlet 1 R0/0`."""
DSPS, PORTS, REACTIONS = "dsp.down", "voiceport.down", "ipsla.threshold"
NAMED_OTHERWISE = BY_ROW | SENSORS | {DSPS, PORTS, REACTIONS}
NO_ROWS: Mapping[str, str] = {}
_UNIT = re.compile(r"\d+|\b[A-F]\b")
_DSP = re.compile(r"(\d+) in slot ([\d/]+)")
_PATH = re.compile(r"\d+(?:/\d+)+(?::\d+)?")
_WORD = re.compile(r"[\w/]+")
_NO_NAME = frozenset({"temp", "temperature", "v", "voltage", "sensor", "location"})
"""Words that a sensor's name may have or not."""


def number_of(kind: str, name: str) -> str:
    """The numbers and letters that tell one unit from another of its kind; empty where its kind has none."""
    return "/".join(_UNIT.findall(name)) if kind in NUMBERED else ""


def alike(kind: str, one: str, other: str) -> bool:
    """Whether both are names of one unit."""
    if kind in NUMBERED:
        return bool(number := number_of(kind, one)) and number == number_of(kind, other)
    if kind in SENSORS:
        return _within(_words(one), _words(other)) or _within(_words(other), _words(one))
    if kind == DSPS:
        return _is_dsp(_dsp(one), _dsp(other)) or _is_dsp(_dsp(other), _dsp(one))
    if kind == PORTS:
        return bool(paths := _PATH.findall(one)) and paths == _PATH.findall(other)
    return kind == REACTIONS and operation_of(one) == operation_of(other)


def operation_of(name: str) -> str:
    """The number of an IP SLA operation; a reaction to it has another number after a point."""
    return name.partition(".")[0]


def by_one_name(draft: Draft, events: Sequence[Event]) -> Sequence[Event]:
    """What messages report, each unit by the name by which its alarm holds, or else by that in the table."""
    if not any(event.type in NAMED_OTHERWISE and event.state is not Transition.INFO for event in events):
        return events
    return [_named(draft, event) for event in events]


def held_otherwise(draft: Draft, component: str, kind: str, name: str, shown: Collection[str]) -> Iterator[Event]:
    """The alarms of a unit that hold by a name that the table does not show."""
    if kind in NAMED_OTHERWISE:
        rows = _rows(draft, component, kind)
        for held in draft.active.of(component, kind):
            if held.object not in shown and (rows.get(held.object) == name or alike(kind, held.object, name)):
                yield held


def is_shown(draft: Draft, held: Event, names: Iterable[str]) -> bool:
    """Whether one of the names is that of the alarm's unit."""
    called = _rows(draft, held.component, held.type).get(held.object)
    return any(name == called or alike(held.type, held.object, name) for name in names)


def _named(draft: Draft, event: Event) -> Event:
    if event.type not in NAMED_OTHERWISE or event.state is Transition.INFO or draft.active.get(event.key) is not None:
        return event
    shown = draft.observed.get((event.component, event.type)) or {}
    if event.object in shown:
        return event
    name = _rows(draft, event.component, event.type).get(event.object, event.object)
    held = [alarm.object for alarm in draft.active.of(event.component, event.type)]
    if name not in held:
        name = _only(event.type, name, held) or _only(event.type, name, shown) or name
    return replace(event, object=name) if name != event.object else event


def _only(kind: str, name: str, known: Iterable[str]) -> str:
    """The one known name that is of the same unit; empty where none is, or several are."""
    found = {each for each in known if alike(kind, name, each)}
    return found.pop() if len(found) == 1 or (found and kind in NUMBERED) else ""


def _rows(draft: Draft, component: str, kind: str) -> Mapping[str, str]:
    """Row → entPhysicalName, where traps of the kind may name the row alone."""
    return (draft.entities.get(component) or NO_ROWS) if kind in BY_ROW else NO_ROWS


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.lower())) - _NO_NAME


def _within(few: frozenset[str], many: frozenset[str]) -> bool:
    """Whether the first words are all among the others; the location `R0` is in `R0/0`."""
    return bool(few) and all(any(each == word or each.startswith(f"{word}/") for each in many) for word in few)


def _dsp(name: str) -> tuple[str, ...]:
    """Slot, what is within it, and the number of the DSP; empty where the name does not say."""
    if (found := _DSP.search(name)) is not None:
        return (*found[2].split("/"), found[1])
    paths = _PATH.findall(name)
    return tuple(paths[-1].split("/")) if paths else ()


def _is_dsp(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether a slot and a DSP are those of a path; older systems do not say which subslot."""
    return len(short) > 1 and (short == long or (len(short) == 2 < len(long) and short == (long[0], long[-1])))
