"""Says of alarms that hold how they end where no poll shows it: by a message, or by a person alone. Ends none.

A reload may give a component another device type, or take away the credentials that it was polled with.
"""

from dataclasses import replace

from cmsp_agent.model.event import Event, Source
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import BUILT_IN
from cmsp_agent.pipeline.normalise import BY_A_PERSON, ENDED_BY_A_PERSON, ENDS, Normaliser

BY_A_MESSAGE = "by a message"
"""Of an alarm that polls showed too, of a component that SNMP no longer asks."""
_OF_THE_AGENT = frozenset(alarm.type for alarm in BUILT_IN)
_SAID = {
    BY_A_PERSON: f" ({ENDED_BY_A_PERSON})",
    BY_A_MESSAGE: " (no poll shows its end any more: a message of the device ends this alarm, or a person does, with"
    " `cmsp-agent alarm clear`)",
}


def say_how_they_end(draft: Draft, normaliser: Normaliser) -> None:
    """Mark the alarms of devices that no poll ends any more, and take the mark from those that one ends again."""
    for alarm in [*draft.active.values()]:
        if not alarm.component or alarm.type in _OF_THE_AGENT:
            continue
        how = _how(alarm, normaliser)
        if how != alarm.attributes.get(ENDS, ""):
            changed = _marked(_unmarked(alarm), how)
            draft.active.put(changed.key, changed)
            draft.changes.revise(changed, tell=True)


def _how(alarm: Event, normaliser: Normaliser) -> str:
    if not normaliser.has_end(alarm.component, alarm.type):
        return BY_A_PERSON
    polled_no_more = Source.POLL in alarm.sources and not normaliser.is_polled(alarm.component)
    of_snmp = normaliser.meanings(alarm.component).is_read_by_snmp(alarm.type, alarm.object)
    return BY_A_MESSAGE if polled_no_more and of_snmp else ""


def _marked(alarm: Event, how: str) -> Event:
    if not how:
        return alarm
    return replace(alarm, text=alarm.text + _SAID[how], attributes={**alarm.attributes, ENDS: how})


def _unmarked(alarm: Event) -> Event:
    others = {name: value for name, value in alarm.attributes.items() if name != ENDS}
    text = alarm.text
    for said in _SAID.values():
        text = text.removesuffix(said)
    return replace(alarm, text=text, attributes=others)
