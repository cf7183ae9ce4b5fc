"""Says of alarms that hold whether a person alone ends them, now that their device type may be another. Ends none."""

from dataclasses import replace

from cmsp_agent.model.event import Event
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import BUILT_IN
from cmsp_agent.pipeline.normalise import BY_A_PERSON, ENDED_BY_A_PERSON, ENDS, Normaliser

_OF_THE_AGENT = frozenset(alarm.type for alarm in BUILT_IN)
_SAID = f" ({ENDED_BY_A_PERSON})"


def say_how_they_end(draft: Draft, normaliser: Normaliser) -> None:
    """Mark the alarms of devices that nothing ends any more, and take the mark from those that something ends again."""
    for alarm in [*draft.active.values()]:
        if not alarm.component or alarm.type in _OF_THE_AGENT:
            continue
        by_a_person = not normaliser.has_end(alarm.component, alarm.type)
        if by_a_person is not (ENDS in alarm.attributes):
            changed = _marked(alarm) if by_a_person else _unmarked(alarm)
            draft.active.put(changed.key, changed)
            draft.changes.revise(changed, tell=True)


def _marked(alarm: Event) -> Event:
    return replace(alarm, text=alarm.text + _SAID, attributes={**alarm.attributes, ENDS: BY_A_PERSON})


def _unmarked(alarm: Event) -> Event:
    others = {name: value for name, value in alarm.attributes.items() if name != ENDS}
    return replace(alarm, text=alarm.text.removesuffix(_SAID), attributes=others)
