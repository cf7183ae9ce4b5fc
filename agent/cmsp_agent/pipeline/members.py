"""Which alarms belong to which incident, and when a large incident is weighed. Opens and changes no incident.

An incident may have ten thousand alarms. It names a few of them; the others are found here, so that what the next
alarm costs does not depend on how many there are.
"""

from collections.abc import Sequence

from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.pipeline.alarm_state import Draft

MOST_NAMED = 200
"""Alarms that one incident names: a storm, or a fault that comes and goes beside another that stays, adds thousands."""
LARGE = 100
"""Alarms that hold: an incident with more is weighed when enough of them changed, or with others of the same second."""
SHARE = 10
"""One in so many of its alarms is enough."""
AT_ONCE = 1_000
"""Alarms up to which a change that comes alone is weighed at once."""
APART = 5
"""Milliseconds, for each alarm of the incident, for which it is left alone after it was weighed."""


def standing(draft: Draft, incident: Incident) -> list[Event]:
    """The alarms of the incident that hold; what holds no more leaves it."""
    found = []
    for event_id in draft.members.of(incident.id):
        alarm = draft.active.by_id(event_id)
        if alarm is None:
            draft.members.leave(incident.id, event_id)
        else:
            found.append(alarm)
    return found


def named(draft: Draft, incident: Incident, more: Sequence[str]) -> tuple[str, ...]:
    """The alarms that the incident names once more belong to it.

    The first that opened it and those that hold come before the latest of those that have ended. While more hold than
    it may name, its names stay.
    """
    if len(incident.alarms) == MOST_NAMED < draft.members.count(incident.id):
        return incident.alarms
    alarms = (*incident.alarms, *(each for each in more if each not in incident.alarms))
    spare = len(alarms) - MOST_NAMED
    if spare <= 0:
        return alarms
    ended = [event_id for event_id in alarms[1:-1] if draft.active.by_id(event_id) is None]
    gone = frozenset(ended[:spare])
    return tuple(event_id for event_id in alarms if event_id not in gone)[:MOST_NAMED]


def is_full(incident: Incident) -> bool:
    """Whether it may have alarms that it does not name."""
    return incident.state.open and len(incident.alarms) >= MOST_NAMED


def put_off(draft: Draft, incident: Incident, size: int) -> bool:
    """Whether the incident is so large that one more change of it may wait for others, or for the next look."""
    changes = (draft.unweighed.get(incident.id) or 0) + 1
    if size > LARGE and changes * SHARE < size and not _comes_alone(draft, incident, size):
        draft.unweighed.put(incident.id, changes)
        return True
    if size > LARGE:
        draft.weighed_at.put(incident.id, draft.now)
    if changes > 1:
        draft.unweighed.drop(incident.id)
    return False


def _comes_alone(draft: Draft, incident: Incident, size: int) -> bool:
    since = draft.now - (draft.weighed_at.get(incident.id) or 0)
    return size <= AT_ONCE and not 0 <= since < size * APART
