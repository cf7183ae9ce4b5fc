"""What people say of an alarm, kept as attributes of it: acknowledged, suppressed for a while. Ends with the alarm."""

from collections.abc import Mapping
from dataclasses import replace

from cmsp_agent.model.event import Event
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


def _with(alarm: Event, more: Mapping[str, str]) -> Event:
    return replace(alarm, attributes={**alarm.attributes, **more})
