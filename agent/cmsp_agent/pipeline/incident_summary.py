"""What alarms say of their incident: its title, whose fault it is, what to do. Weighs nothing itself: see `impact`."""

from collections.abc import Collection, Sequence

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.incident_facts import IncidentSummary
from cmsp_agent.model.wording import few
from cmsp_agent.pipeline.alarm_state import Draft
from cmsp_agent.pipeline.built_in import COMPONENT_DOWN
from cmsp_agent.pipeline.impact import Assessor
from cmsp_agent.pipeline.normalise import BY_A_PERSON, ENDS, Normaliser, title
from cmsp_agent.pipeline.places import PLACE

MOST_NAMES = 5
"""Components that a title names."""


def summary(draft: Draft, alarms: Sequence[Event], assessor: Assessor, normaliser: Normaliser) -> IncidentSummary:
    """What the alarms say, named after the cause among them: a cable before the layer 2 that it takes along."""
    assessment = assessor.assess(draft, alarms)
    ranked = [(normaliser.alarm(event.component, event.type), event) for event in alarms]
    alarm, event = min(ranked, key=lambda pair: pair[0].cause)
    components = list(dict.fromkeys(each.component for each in alarms if each.component))
    recommendation = alarm.recommendation.replace("{component}", event.component)
    if event.attributes.get(ENDS) == BY_A_PERSON:
        recommendation = f"{recommendation} End the alarm {event.id} once it is over.".strip()
    if assessment.without_emergency:
        sites = ", ".join(assessment.without_emergency)
        recommendation = f"No call reaches an emergency number from {sites}. {recommendation}".strip()
    if assessment.lost_before:
        recommendation = f"{recommendation} Lost before: {_several(assessment.lost_before)}.".strip()
    more = ""
    named, masked = (title(alarm, event.component, each) for each in (event.object, normaliser.masked_object(event)))
    if len(alarms) > 1 and any(PLACE in each.attributes for each in alarms):
        more = f", and {len(alarms) - 1} more"
    elif len(components) > 1:
        named = masked = _of_several(components, {each.component for each in alarms if each.type == COMPONENT_DOWN})
    confirmed = any(each.confirmed or each.state is not Transition.RAISE for each in alarms)
    return IncidentSummary(
        assessment.urgency,
        assessment.extent,
        named + more,
        alarm.responsible,
        recommendation,
        confirmed,
        masked_title="" if masked == named else masked + more,
        lost=max(len(components), 1),
    )


def _of_several(components: Sequence[str], down: Collection[str]) -> str:
    """The title of a storm: a component that answers, and has a fault, is not called lost."""
    names, count = few(components, MOST_NAMES), sum(name in down for name in components)
    if count == len(components):
        return f"{count} components lost: {names}"
    return f"{len(components)} components affected{f', {count} of them down' if count else ''}: {names}"


def _several(names: Sequence[str]) -> str:
    """The first names, and whether there are more."""
    return ", ".join(names[:MOST_NAMES]) + " and others" * (len(names) > MOST_NAMES)
