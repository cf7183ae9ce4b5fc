"""How often something was reported lately: remembered in the draft, by the key under which it is asked."""

from cmsp_agent.model.event import AlarmKey, Event
from cmsp_agent.pipeline.alarm_state import Draft


def with_this(draft: Draft, key: AlarmKey, event: Event, within: float, most: int) -> int:
    """Remember a report, and say how many there were with it.

    Args:
        draft: where reports are remembered.
        key: what counts together.
        event: the report, which may stand for several.
        within: ms in which they have to come; where the clock went back, those of that time count as well.
        most: reports that are enough to remember.
    """
    before = draft.reports.get(key) or ()
    recent = [(at, count) for at, count in before if abs(event.received_at - at) < within]
    kept = (*recent, (event.received_at, event.count))[-most:]
    draft.reports.put(key, kept)
    return sum(count for _, count in kept)


def lately(draft: Draft, key: AlarmKey, within: float) -> int:
    """How many reports there were in the last so many ms."""
    return sum(count for at, count in draft.reports.get(key) or () if abs(draft.now - at) < within)
