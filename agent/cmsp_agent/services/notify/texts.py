"""Mails about incidents, in plain text: what happened, how bad it is, what helps."""

import json
from collections.abc import Sequence

from cmsp_agent.model.incident import Incident
from cmsp_agent.model.notification import OutgoingNotification
from cmsp_agent.model.times import optional_time, rfc3339
from cmsp_agent.services.notify.due import Due

LONGEST_SUBJECT = 160
MOST_IN_A_DIGEST = 100


def mail(said: Due, recipients: tuple[str, ...], appliance: str, new_id: str, now: int) -> OutgoingNotification:
    """The mail about one incident."""
    incident = said.incident
    subject = f"[{incident.priority}] {incident.number} {said.why}: {incident.title}"
    body = "\n".join((f"{incident.number}: {said.why}", "", *_facts(incident), "", f"Sent by {appliance}."))
    return OutgoingNotification(new_id, recipients, _line(subject), body, incident.id, now, next_at=now)


def webhook(said: Due, appliance: str, new_id: str, now: int) -> OutgoingNotification:
    """The post about one incident: what the mail says, as JSON."""
    incident = said.incident
    subject = _line(f"[{incident.priority}] {incident.number} {said.why}: {incident.title}")
    document = {
        "id": new_id,
        "appliance": appliance,
        "at": rfc3339(now),
        "why": said.why,
        "escalates": said.escalates,
        "subject": subject,
        "incident": {
            "id": incident.id,
            "number": incident.number,
            "state": incident.state.value,
            "priority": incident.priority.value,
            "arithmetic": incident.arithmetic,
            "title": _line(incident.title),
            "components": list(incident.components),
            "opened_at": rfc3339(incident.opened_at),
            "restored_at": optional_time(incident.restored_at),
            "responsible": incident.responsible,
            "recommendation": incident.recommendation,
            "confirmed": incident.confirmed,
        },
    }
    return OutgoingNotification(new_id, (), subject, json.dumps(document), incident.id, now, next_at=now, by="webhook")


def digest(
    all_said: Sequence[Due], recipients: tuple[str, ...], appliance: str, new_id: str, now: int
) -> OutgoingNotification:
    """One mail about many incidents, the most urgent first."""
    ranked = sorted(all_said, key=lambda said: (said.incident.priority, said.incident.opened_at))
    lines = [
        f"[{said.incident.priority}] {said.incident.number} {said.why}: {said.incident.title}"
        for said in ranked[:MOST_IN_A_DIGEST]
    ]
    more = len(ranked) - len(lines)
    lines += [f"and {more} more: `cmsp-agent incident list`"] if more else []
    subject = f"[{ranked[0].incident.priority}] {len(ranked)} incidents have news"
    return OutgoingNotification(
        new_id, recipients, _line(subject), "\n".join((*lines, "", f"Sent by {appliance}.")), "", now, next_at=now
    )


def _facts(incident: Incident) -> list[str]:
    facts = (
        ("What", incident.title),
        ("Priority", incident.arithmetic),
        ("State", incident.state.value),
        ("Confirmed", "" if incident.confirmed else "no: only messages reported it, no poll has borne it out"),
        ("Since", rfc3339(incident.opened_at)),
        ("Restored", rfc3339(incident.restored_at) if incident.restored_at else ""),
        ("Components", ", ".join(incident.components)),
        ("Whose fault", incident.responsible),
        ("What helps", incident.recommendation),
        ("Assigned to", incident.assignee or ""),
    )
    return [f"{name + ':':<13}{_line(value, 1000)}" for name, value in facts if value]


def _line(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """Text on one line: nothing that a device wrote may begin another header or another fact."""
    return " ".join(text.split())[:longest]
