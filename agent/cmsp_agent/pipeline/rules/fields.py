"""The fields of an event that a condition may name, their types, and what they can be compared with."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity

Test = Callable[[Event], bool]
_TEXT = ("==", "!=", "~", "!~", "in")
_CHOICE = ("==", "!=", "in")
_ORDERED = ("==", "!=", "<", "<=", ">", ">=", "in")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A field: how it is got, which operators it takes, how a value of it is read."""

    name: str
    get: Callable[[Event], Any]
    operators: Sequence[str]
    read: Callable[[str], Any]
    many: bool = False
    """It has several values; a comparison holds if it holds for one of them."""

    def test(self, operator_text: str, wanted: Sequence[Any]) -> Test:
        """A closure that compares the field with what was read."""
        get, first = self.get, wanted[0]
        if operator_text == "in":
            options = frozenset(wanted)
            if self.many:
                return lambda event: not options.isdisjoint(get(event))
            return lambda event: get(event) in options
        if operator_text == "~":
            return lambda event: first(get(event))
        if operator_text == "!~":
            return lambda event: not first(get(event))
        if self.many:
            wants = operator_text == "=="
            return lambda event: (first in get(event)) is wants
        compare = _COMPARE[operator_text]
        return lambda event: compare(get(event), first)


def _choice(names: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"'{text}' is none of {', '.join(names)}{did_you_mean(text, names)}")
        return text

    return read


def _severity(text: str) -> int:
    """Severities are ordered by how bad they are: `severity >= major` is major and critical."""
    return -Severity(_choice([str(each) for each in Severity])(text)).rank


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"'{text}' is no whole number") from None


def _flag(text: str) -> bool:
    return _choice(["true", "false"])(text) == "true"


FIELDS: Mapping[str, FieldKind] = {
    kind.name: kind
    for kind in (
        FieldKind("component", lambda event: event.component, _TEXT, str),
        FieldKind("site", lambda event: event.site, _TEXT, str),
        FieldKind("object", lambda event: event.object, _TEXT, str),
        FieldKind("type", lambda event: event.type, _TEXT, str),
        FieldKind("text", lambda event: event.text, _TEXT, str),
        FieldKind("severity", lambda event: -event.severity.rank, _ORDERED, _severity),
        FieldKind("state", lambda event: event.state, _CHOICE, _choice([str(each) for each in Transition])),
        FieldKind("source", lambda event: event.sources, _CHOICE, _choice([str(each) for each in Source]), many=True),
        FieldKind("count", lambda event: event.count, _ORDERED, _number),
        FieldKind("confirmed", lambda event: event.confirmed, _CHOICE, _flag),
    )
}


def field_named(name: str) -> FieldKind | None:
    """The field of that name; `attributes.NAME` is text, empty where the event has no such attribute."""
    if name.startswith("attributes.") and (key := name.removeprefix("attributes.")):
        return FieldKind(name, lambda event: event.attributes.get(key, ""), _TEXT, str)
    return FIELDS.get(name)
