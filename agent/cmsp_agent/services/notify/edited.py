"""What recipients know of open incidents stays known where their policy is edited. Says nothing new: see `due`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cmsp_agent.config.configuration import NotificationPolicy
from cmsp_agent.model.component import Component
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.notification import Notified
from cmsp_agent.services.notify.due import concerns, touched_by

Known = Mapping[tuple[str, int], Notified]
"""(incident, policy's key) → what was notified last."""


def taken_over(
    known: Known,
    policies: Sequence[NotificationPolicy],
    incidents: Mapping[str, Incident],
    components: Mapping[str, Component],
) -> Iterator[Notified]:
    """What was notified by policies that are no more, as known by those that have one of their recipients.

    A policy that the incident does not concern takes nothing over: nobody is to hear of it any more.
    """
    keys = {policy.key for policy in policies}
    for each in known.values():
        incident = incidents.get(each.incident)
        if each.policy in keys or incident is None:
            continue
        touched = touched_by(incident, components)
        for policy in policies:
            same = not set(policy.whom).isdisjoint(each.whom)
            if same and (incident.id, policy.key) not in known and concerns(policy, incident, touched):
                yield replace(each, policy=policy.key, whom=policy.whom)
