"""What is to be notified: at opening, at each change, at intervals, when nobody looks, at the end; each thing once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cmsp_agent.config.configuration import Contact, NotificationPolicy
from cmsp_agent.config.windows import parse_weekly
from cmsp_agent.model.component import Component, Tier
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_facts import SuppressedAlarms, TimelineEntry
from cmsp_agent.model.incident_state import IncidentState, Trigger
from cmsp_agent.model.notification import Notified
from cmsp_agent.model.priority import Extent, Priority, Share
from cmsp_agent.services.notify.due import Due, due, openings_in_quiet_hours
from cmsp_agent.services.notify.notifier import Interested
from cmsp_agent.services.notify.pacing import WITHIN, Pacing
from cmsp_agent.services.notify.texts import Sender, about_one, backlog, digest
from tests.unit.storage.facts import an_incident

MINUTE = 60_000
POLICY = NotificationPolicy(
    ("partner", "duty@example.org"), ("smtp",), ("P1", "P2"), (), (), {"P1": 1800.0}, {"P1": 900.0}
)
COMPONENTS = {"gw-1": Component("gw-1", (), "paris")}


def urgent(number: int = 1) -> Incident:
    """A new incident of P1."""
    return an_incident(f"INC-{number}").with_priority(Priority.P1, "noc", 0)


def said(
    incident: Incident, now: int, before: Notified | None = None, policy: NotificationPolicy = POLICY
) -> Due | None:
    known: Mapping[tuple[str, int], Notified] = {} if before is None else {(incident.id, policy.key): before}
    return next(due([policy], [incident], known, COMPONENTS, now), None)


def test_an_incident_that_concerns_somebody_is_notified_once() -> None:
    incident = urgent()
    first = said(incident, incident.opened_at)
    assert first is not None
    assert first.why == "opened"
    assert said(incident, incident.opened_at + MINUTE, first.after) is None


def test_one_of_another_priority_site_or_component_is_not() -> None:
    incident = urgent()
    for other in (
        replace(POLICY, priorities=("P3",)),
        replace(POLICY, sites=("lyon",)),
        replace(POLICY, components=("vg-*",)),
    ):
        assert said(incident, incident.opened_at, policy=other) is None


def test_a_change_of_state_or_priority_is_notified_also_where_it_leaves_what_the_policy_is_for() -> None:
    incident = urgent()
    opened = said(incident, incident.opened_at)
    assert opened is not None
    acknowledged = incident.after(Trigger.ACKNOWLEDGE, incident.opened_at + 1, "noc")
    now = said(acknowledged, incident.opened_at + MINUTE, opened.after)
    assert now is not None
    assert now.why == "acknowledged"
    lower = acknowledged.declared("partner", incident.opened_at + 2, low=True)
    after = said(lower, incident.opened_at + 2 * MINUTE, now.after)
    assert after is not None
    assert after.why == "P1 → P4"


def test_an_incident_that_stays_open_is_notified_at_intervals_and_nobody_s_escalates_once() -> None:
    incident = urgent()
    first = said(incident, incident.opened_at)
    assert first is not None
    escalated = said(incident, incident.opened_at + 15 * MINUTE, first.after)
    assert escalated is not None
    assert (escalated.why, escalated.escalates) == ("unacknowledged for 15 min", True)
    assert said(incident, incident.opened_at + 16 * MINUTE, escalated.after) is None
    again = said(incident, incident.opened_at + 46 * MINUTE, escalated.after)
    assert again is not None
    assert (again.why, again.escalates) == ("still open", False)


def test_nothing_is_said_of_an_incident_whose_alarms_are_suppressed_until_it_is_judged_again_or_over() -> None:
    incident = urgent()
    opened = said(incident, incident.opened_at)
    assert opened is not None
    late = incident.opened_at + 60 * MINUTE
    known = incident.quieted(SuppressedAlarms("noc", late), incident.opened_at)
    assert said(known, incident.opened_at) is None
    assert said(known, late, opened.after) is None
    again = said(known.quieted(None, late), late, opened.after)
    assert again is not None
    assert again.escalates
    over = said(known.after(Trigger.RESTORE, late), late, opened.after)
    assert over is not None


def test_the_end_is_the_last_that_is_said() -> None:
    incident = urgent()
    first = said(incident, incident.opened_at)
    assert first is not None
    restored = incident.after(Trigger.RESTORE, incident.opened_at + 1)
    over = restored.after(Trigger.RESOLVE, incident.opened_at + 2, "noc")
    assert over.state is IncidentState.RESOLVED
    last = said(over, incident.opened_at + MINUTE, first.after)
    assert last is not None
    assert (last.why, last.is_last) == ("resolved", True)
    assert said(over, incident.opened_at + MINUTE) is None


def test_contacts_have_addresses_and_an_escalation_goes_to_all_of_them() -> None:
    incident = urgent()
    first = said(incident, incident.opened_at)
    assert first is not None
    contacts = {
        "partner": Contact("Partner", "partner@example.org", ""),
        "boss": Contact("Boss", "boss@example.org", ""),
        "phone": Contact("Phone", "", "123"),
    }
    interested = Interested([POLICY], contacts, COMPONENTS, "paris-hq")
    assert interested.recipients(first) == ("partner@example.org", "duty@example.org")
    escalated = replace(first, escalates=True)
    assert interested.recipients(escalated) == ("partner@example.org", "duty@example.org", "boss@example.org")


def test_what_a_device_wrote_begins_no_header_and_no_fact() -> None:
    incident = replace(urgent(), title="down\nBcc: everybody@example.org\r\nWhat helps: nothing")
    first = said(incident, incident.opened_at)
    assert first is not None
    made = about_one(first, "smtp", ("a@example.org",), Sender("paris-hq", "id", 0))
    assert "\n" not in made.subject
    assert [line for line in made.body.splitlines() if line.startswith("Bcc")] == []


def test_many_are_one_digest_with_the_worst_first() -> None:
    many = [said(urgent(number), 10**13) for number in range(1, 200)]
    low = replace(many[0], incident=an_incident("INC-500")) if many[0] else None
    made = digest([one for one in (low, *many) if one], "smtp", ("a@example.org",), Sender("paris-hq", "id", 0))
    assert "[P1] 200 incidents have news" in made.subject
    assert made.body.splitlines()[0].startswith("[P1]")
    assert "and 100 more" in made.body


def test_in_quiet_hours_nobody_is_notified_and_all_is_said_when_they_end() -> None:
    zone = ZoneInfo("Europe/Paris")
    incident = an_incident()
    priority = incident.priority.value
    policy = NotificationPolicy(
        ("noc",), ("smtp",), (), (), (), {}, {}, {priority: parse_weekly("Mon-Sun 20:00-07:00")}
    )
    zones = {"paris": zone}
    gateway = {name: Component(name, (), "paris", "") for name in incident.components}

    def at(hour: int, minute: int, one: Incident, known: dict[tuple[str, int], Notified]) -> list[str]:
        now = round(datetime(2026, 7, 1, hour, minute, tzinfo=zone).timestamp() * 1000)
        return [each.why for each in due([policy], [one], known, gateway, now, zones)]

    assert at(6, 59, incident, {}) == []
    assert at(7, 0, incident, {}) == ["opened"]
    known = {(incident.id, policy.key): Notified(incident.id, policy.key, priority, "new", 0)}
    over = incident.after(Trigger.RESTORE, incident.opened_at + 1)
    assert at(23, 0, over, known) == []
    assert at(8, 0, over, known) == ["restored"]


def test_one_that_comes_and_ends_in_quiet_hours_is_notified_when_they_end() -> None:
    incident = an_incident()
    policy = NotificationPolicy(
        ("noc",), ("smtp",), (), (), (), {}, {}, {incident.priority.value: parse_weekly("Mon-Sun 20:00-07:00")}
    )
    night, morning = (round(datetime(2026, 7, 1, hour, tzinfo=UTC).timestamp() * 1000) for hour in (3, 8))
    (kept,) = openings_in_quiet_hours([policy], [incident], {}, COMPONENTS, night)
    known = {(incident.id, policy.key): kept}
    assert [*openings_in_quiet_hours([policy], [incident], known, COMPONENTS, night)] == []
    over = incident.after(Trigger.RESTORE, night + 1).after(Trigger.RESOLVE, night + 2)
    assert [*due([policy], [over], known, COMPONENTS, night + 3)] == []
    (found,) = due([policy], [over], known, COMPONENTS, morning)
    assert (found.why, found.is_last) == ("opened, then resolved", True)
    assert [*openings_in_quiet_hours([policy], [incident], {}, COMPONENTS, morning)] == []


def test_a_clock_that_has_gone_back_holds_no_update_and_no_escalation() -> None:
    incident = urgent()
    first = said(incident, incident.opened_at)
    assert first is not None
    assert said(incident, incident.opened_at - MINUTE, first.after) is None
    years_ago = incident.opened_at - 3 * 365 * 24 * 60 * MINUTE
    escalated = said(incident, years_ago, first.after)
    assert escalated is not None
    assert escalated.why == "unacknowledged for 15 min"
    assert said(incident, years_ago + 29 * MINUTE, escalated.after) is None
    again = said(incident, years_ago + 30 * MINUTE, escalated.after)
    assert again is not None
    assert again.why == "still open"


def test_a_fault_that_comes_and_goes_is_notified_a_few_times_an_hour_and_its_end_all_the_same() -> None:
    incident, known = urgent(), None
    whys: list[str] = []
    policy = replace(POLICY, updates={}, escalate={})
    for minute in range(59):
        first = said(incident, incident.opened_at + minute * MINUTE, known, policy)
        if first is not None:
            known, whys = first.after, [*whys, first.why]
        trigger = Trigger.RESTORE if incident.state.open else Trigger.RELAPSE
        incident = incident.after(trigger, incident.opened_at + minute * MINUTE + 1)
    assert whys == ["opened", "restored", "reopened", "restored", "reopened", "restored"]
    assert known is not None
    over = incident.after(Trigger.RESOLVE, incident.opened_at + 60 * MINUTE)
    last = said(over, incident.opened_at + 60 * MINUTE, known, policy)
    assert last is not None
    assert last.why == "resolved"


def test_one_that_comes_back_has_to_be_acknowledged_anew_and_in_the_time_from_then_on() -> None:
    incident = urgent()
    opened_at = incident.opened_at
    known = said(incident, opened_at)
    assert known is not None
    escalated = said(incident, opened_at + 15 * MINUTE, known.after)
    assert escalated is not None
    restored = incident.after(Trigger.RESTORE, opened_at + 20 * MINUTE)
    known = said(restored, opened_at + 20 * MINUTE, escalated.after)
    assert known is not None
    back = restored.after(Trigger.RELAPSE, opened_at + 25 * MINUTE)
    known = said(back, opened_at + 25 * MINUTE, known.after)
    assert known is not None
    assert known.why == "reopened"
    assert said(back, opened_at + 39 * MINUTE, known.after) is None
    again = said(back, opened_at + 40 * MINUTE, known.after)
    assert again is not None
    assert again.why == "unacknowledged for 15 min"


@pytest.mark.parametrize(("affected", "escalates"), [(1, False), (2, True)])
def test_a_switch_that_is_only_watched_escalates_where_it_takes_a_managed_gateway_along(
    affected: int, *, escalates: bool
) -> None:
    switch = Component("sw-1", (), "paris", tier=Tier.MONITORED_ONLY)
    site = {
        "sw-1": switch,
        "gw-1": Component("gw-1", (), "paris", parent="sw-2"),
        "sw-2": replace(switch, parent="sw-1"),
    }
    incident = replace(urgent(), components=("sw-1",), extent=Extent(Share(60, 400), Share(0, 4), Share(affected, 8)))
    known = Notified(incident.id, POLICY.key, "P1", "new", incident.opened_at)
    found = list(due([POLICY], [incident], {(incident.id, POLICY.key): known}, site, incident.opened_at + 15 * MINUTE))
    assert [each.escalates for each in found] == [True] * escalates


def test_a_site_whose_components_are_lost_with_another_s_is_notified() -> None:
    site = {"router": Component("router", (), "paris"), "gw-2": Component("gw-2", (), "lyon", parent="router")}
    incident = replace(urgent(), components=("router",), extent=Extent(Share(60, 400), Share(1, 4), Share(2, 8)))
    policies = [replace(POLICY, sites=(name,)) for name in ("paris", "lyon", "lille")]
    assert [each.policy for each in due(policies, [incident], {}, site, incident.opened_at)] == [0, 1]


def test_one_that_becomes_p1_escalates_when_nobody_has_acknowledged_it_as_such() -> None:
    incident = an_incident("INC-9")
    worse = replace(
        incident,
        timeline=(*incident.timeline, TimelineEntry(incident.opened_at + 60 * MINUTE, "P3 → P1")),
        raised_priority=urgent().raised_priority,
    )
    known = Notified(incident.id, POLICY.key, "P1", "new", incident.opened_at + 60 * MINUTE)
    assert said(worse, incident.opened_at + 74 * MINUTE, known) is None
    late = said(worse, incident.opened_at + 75 * MINUTE, known)
    assert late is not None
    assert late.escalates


def test_after_a_few_news_the_others_wait_and_are_one_digest_but_a_new_p1_never_waits() -> None:
    pacing = Pacing({})
    p3 = Due(an_incident("INC-1"), 0, "opened", Notified("INC-1", 1, "P3", "new", 0))
    p1 = Due(urgent(), 0, "opened", Notified("INC-2", 1, "P1", "new", 0))
    assert [pacing.ready(1, [p3], minute) for minute in range(5)] == [([p3], False)] * 5
    assert pacing.ready(1, [p3, p1], 6) == ([p1], False)
    assert pacing.ready(2, [p3], 6) == ([p3], False), "another policy's recipients got nothing yet"
    assert pacing.ready(1, [p3] * 25, WITHIN) == ([], False)
    assert pacing.ready(1, [p3] * 25, WITHIN + 1) == ([p3] * 25, True)
    assert pacing.ready(3, [p3] * 6, 0) == ([p3] * 6, True)
    assert pacing.ready(3, [p3] * 4, 1) == ([p3] * 4, False)


def test_what_waited_for_a_server_is_one_notification_that_names_all_of_it() -> None:
    waited = []
    for number in range(3):
        first = said(urgent(number), 0)
        assert first is not None
        waited.append(about_one(first, "smtp", ("duty@example.org",), Sender("paris-hq", f"n{number}", 60_000)))
    once = backlog(waited, "n9", 120_000)
    assert once.subject == "3 news of incidents that could not be sent since 1970-01-01T00:01:00.000Z"
    again = backlog([once, waited[0]], "n10", 180_000)
    said_of = [line.split(":")[0].removeprefix("[P1] ") for line in again.body.splitlines()[:4]]
    assert said_of == ["INC-0 opened", "INC-1 opened", "INC-2 opened", "INC-0 opened"]
    assert (again.recipients, again.by) == (("duty@example.org",), "smtp")
