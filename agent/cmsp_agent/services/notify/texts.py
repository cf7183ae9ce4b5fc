"""Notifications about incidents: what happened, how bad it is, what helps; in plain text, and as JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmsp_agent.model.incident import Incident
from cmsp_agent.model.notification import OutgoingNotification
from cmsp_agent.model.times import optional_time, rfc3339
from cmsp_agent.services.notify.due import Due

LONGEST_SUBJECT = 160
MOST_IN_A_DIGEST = 100


@dataclass(frozen=True, slots=True)
class Sender:
    """Who notifies, when, and under which id."""

    appliance: str
    new_id: str
    now: int

    def document(self, subject: str) -> Mapping[str, object]:
        """What each document begins with."""
        return {"id": self.new_id, "appliance": self.appliance, "at": rfc3339(self.now), "subject": subject}


def about_one(said: Due, by: str, recipients: tuple[str, ...], sender: Sender) -> OutgoingNotification:
    """The notification about one incident."""
    incident = said.incident
    subject = _line(_headline(said))
    body = "\n".join((f"{incident.number}: {said.why}", "", *_facts(incident), "", f"Sent by {sender.appliance}."))
    document = {
        **sender.document(subject),
        "why": said.why,
        "escalates": said.escalates,
        "incident": _document(incident),
    }
    return _outgoing(by, recipients, subject, body, document, sender, incident.id)


def digest(all_said: Sequence[Due], by: str, recipients: tuple[str, ...], sender: Sender) -> OutgoingNotification:
    """One notification about many incidents, the most urgent first."""
    ranked = sorted(all_said, key=lambda said: (said.incident.priority, said.incident.opened_at))
    shown = ranked[:MOST_IN_A_DIGEST]
    lines = [_headline(said) for said in shown]
    more = len(ranked) - len(lines)
    lines += [f"and {more} more: `cmsp-agent incident list`"] if more else []
    subject = _line(f"[{ranked[0].incident.priority}] {len(ranked)} incidents have news")
    news = [{"why": said.why, "escalates": said.escalates, "incident": _document(said.incident)} for said in shown]
    body = "\n".join((*lines, "", f"Sent by {sender.appliance}."))
    return _outgoing(by, recipients, subject, body, {**sender.document(subject), "news": news, "more": more}, sender)


def backlog(waited: Sequence[OutgoingNotification], new_id: str, now: int) -> OutgoingNotification:
    """One notification in place of those to the same recipients that the channel did not take for a while."""
    documents = [json.loads(each.document) for each in waited]
    news = [one for each in documents for one in each.get("news", [each])]
    more = len(news) - MOST_IN_A_DIGEST + sum(each.get("more", 0) for each in documents)
    lines = [_headline_of(one) for one in news[-MOST_IN_A_DIGEST:]]
    lines += [f"and {more} before these: `cmsp-agent incident list`"] if more > 0 else []
    first = min(each.created_at for each in waited)
    sender = Sender(documents[0].get("appliance", ""), new_id, now)
    subject = _line(f"{len(news)} news of incidents that could not be sent since {rfc3339(first)}")
    body = "\n".join((*lines, "", f"Sent by {sender.appliance}."))
    document = {**sender.document(subject), "news": news[-MOST_IN_A_DIGEST:], "more": max(0, more)}
    return _outgoing(waited[0].by, waited[0].recipients, subject, body, document, sender)


def _headline_of(news: Mapping[str, Any]) -> str:
    incident = news.get("incident", {})
    return f"[{incident.get('priority')}] {incident.get('number')} {news.get('why')}: {incident.get('title')}"


def _outgoing(
    by: str,
    recipients: tuple[str, ...],
    subject: str,
    body: str,
    document: Mapping[str, object],
    sender: Sender,
    thread: str = "",
) -> OutgoingNotification:
    said = json.dumps(document)
    return OutgoingNotification(
        sender.new_id, recipients, subject, body, thread, sender.now, next_at=sender.now, by=by, document=said
    )


def _headline(said: Due) -> str:
    return _line(f"[{said.incident.priority}] {said.incident.number} {said.why}: {said.incident.title}", 1000)


def _document(incident: Incident) -> Mapping[str, object]:
    return {
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
    }


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
