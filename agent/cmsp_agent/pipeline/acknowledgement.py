"""What people say of an alarm, kept as attributes of it: acknowledged, suppressed for a while. Ends with the alarm."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cmsp_agent.model.event import Event
from cmsp_agent.model.incident_facts import SuppressedAlarms
from cmsp_agent.model.times import parse_rfc3339, rfc3339

ACKNOWLEDGED = "acknowledged by"
SUPPRESSED_UNTIL, SUPPRESSED_BY, BECAUSE = "suppressed until", "suppressed by", "suppressed because"


def acknowledged(alarm: Event, by: str) -> Event:
    """A person has seen it."""
    return _with(alarm, {ACKNOWLEDGED: by})


def suppressed(alarm: Event, by: str, reason: str, until: int) -> Event:
    """A person wants no incident of it until then (ms since the epoch)."""
    return _with(alarm, {SUPPRESSED_UNTIL: rfc3339(until), SUPPRESSED_BY: by, BECAUSE: reason})


def is_suppressed(alarm: Event, now: int) -> bool:
    """Whether a person wants no incident of it now."""
    until = alarm.attributes.get(SUPPRESSED_UNTIL)
    return until is not None and now < parse_rfc3339(until)


def suppression_of(alarms: Sequence[Event], now: int) -> SuppressedAlarms | None:
    """By whom alarms among these are suppressed, and until when the first of them is; None: none is."""
    hushed = [alarm for alarm in alarms if is_suppressed(alarm, now)]
    if not hushed:
        return None
    people = dict.fromkeys(alarm.attributes[SUPPRESSED_BY] for alarm in hushed)
    until = min(parse_rfc3339(alarm.attributes[SUPPRESSED_UNTIL]) for alarm in hushed)
    return SuppressedAlarms(", ".join(people), until, partly=len(hushed) < len(alarms))


def _with(alarm: Event, more: Mapping[str, str]) -> Event:
    return replace(alarm, attributes={**alarm.attributes, **more})
