"""What changes while the notifier looks is notified by its next look."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.config.configuration import NotificationPolicy
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import Trigger
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.plugin.api import NotificationChannel
from cmsp_agent.services.notify.notifier import SETTLE, IncidentNotifier, Interested
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import notifications
from tests.lab.clock import ManualClock
from tests.unit.storage.facts import an_incident

SMTP = {"smtp": NotificationChannel("smtp", print, addressed=True)}
POLICY = NotificationPolicy(("duty@example.org",), ("smtp",), (), (), (), {}, {})


def changed(incident: Incident) -> Changes:
    """Changes in which one incident changed."""
    return Changes(incidents={incident.id: incident})


async def test_an_incident_that_ends_while_its_opening_is_queued_is_notified_too(tmp_path: Path) -> None:
    clock = SystemClock()
    database = await open_state(tmp_path / "state.db", "apl-1", clock=clock, counters=Counters())
    incident = an_incident()
    over = incident.after(Trigger.RESTORE, incident.opened_at + 1).after(Trigger.RESOLVE, incident.opened_at + 2, "noc")
    endings = [over]

    def queued() -> None:
        if endings:
            notifier(changed(endings.pop()))

    interested = Interested([POLICY], {}, {}, "paris-hq", channels=SMTP)
    notifier = IncidentNotifier(database, interested, list, queued, clock, uuid7, lambda each: each)
    notifier(changed(incident))
    await notifier.look()
    await notifier.look()
    subjects = [each.subject for each in await database.read(notifications.queued)]
    await database.close()
    assert [subject.split()[2].rstrip(":") for subject in subjects] == ["opened", "resolved"]


async def looked(database: Database, clock: ManualClock, policy: NotificationPolicy, those: Iterable[Incident]) -> None:
    """One life of the agent with this policy, which looks once."""
    interested = Interested([policy], {}, {}, "paris-hq", channels=SMTP)
    notifier = IncidentNotifier(database, interested, lambda: those, lambda: None, clock, uuid7, lambda each: each)
    await notifier.look()


EDITED = (
    replace(POLICY, to=("duty@example.org", "night@example.org")),
    replace(POLICY, priorities=("P1", "P2", "P3")),
    replace(POLICY, by=("smtp", "webhook")),
)


async def test_open_incidents_are_not_notified_anew_where_their_policy_is_edited(tmp_path: Path) -> None:
    clock, incident = ManualClock(), an_incident()
    database = await open_state(tmp_path / "state.db", "apl-1", clock=clock, counters=Counters())
    await looked(database, clock, POLICY, [incident])
    for policy in EDITED:
        await looked(database, clock, policy, [incident])
    assert len(await database.read(notifications.queued)) == 1
    await looked(database, clock, EDITED[-1], [incident.after(Trigger.ACKNOWLEDGE, 1, "noc")])
    subjects = [each.subject for each in await database.read(notifications.queued) if each.by == "smtp"]
    assert sorted(subject.split()[2].rstrip(":") for subject in subjects) == ["acknowledged", "opened"]
    await looked(database, clock, replace(POLICY, to=("other@example.org",)), [incident])
    fresh = [each for each in await database.read(notifications.queued) if each.recipients == ("other@example.org",)]
    assert len(fresh) == 1, "who knows nothing of it yet is notified"
    await database.close()


async def test_a_restart_does_not_forget_how_many_were_sent_lately(tmp_path: Path) -> None:
    clock = ManualClock()
    database = await open_state(tmp_path / "state.db", "apl-1", clock=clock, counters=Counters())
    those = [an_incident(f"INC-{number}") for number in range(1, 13)]
    for count in range(1, 13):
        await looked(database, clock, POLICY, those[:count])
        await clock.advance(10)
    assert len(await database.read(notifications.queued)) == 5
    await clock.advance(600)
    await looked(database, clock, POLICY, those)
    assert len(await database.read(notifications.queued)) == 6
    await database.close()


async def test_a_policy_that_comes_with_a_reload_is_carried_out_without_a_new_incident(tmp_path: Path) -> None:
    clock = ManualClock()
    database = await open_state(tmp_path / "state.db", "apl-1", clock=clock, counters=Counters())
    queued = asyncio.Event()
    nobody, somebody = (Interested(policies, {}, {}, "paris-hq", channels=SMTP) for policies in ([], [POLICY]))
    notifier = IncidentNotifier(database, nobody, lambda: [an_incident()], queued.set, clock, uuid7, lambda each: each)
    assert not await notifier.look(), "nobody is to be notified, whatever time brings"
    running = asyncio.ensure_future(notifier.run())
    await clock.advance(60)
    notifier.use(somebody)
    while not queued.is_set():
        await clock.advance(SETTLE)
    running.cancel()
    assert len(await database.read(notifications.queued)) == 1
    await database.close()
