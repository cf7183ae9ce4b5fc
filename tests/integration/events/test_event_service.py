"""Signals in, durable changes out: one transaction for a fact and its outbox row; memory agrees with the disk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.errors import NotFound, StorageError, StorageFull
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.signal import Signal, SyslogSignal, TrapSignal
from cmsp_agent.pipeline.alarm_state import AlarmState, Changes, Draft
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.services.events.disk_budget import EventRoom
from cmsp_agent.services.events.raw_messages import RawMessages
from cmsp_agent.services.events.service import EventService
from cmsp_agent.storage import outbox
from cmsp_agent.storage.sealed.sealing import Sealer
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import events, incidents
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, LAPD, LAYER2_CHANGE, FakeInventory


def pri(up: bool, component: str = "gw-1") -> TrapSignal:
    return TrapSignal(component, SystemClock().now(), LAYER2_CHANGE, ((f"{LAPD}.7", 3 if up else 1),))


class Parts:
    """An event service on a database of its own."""

    def __init__(self, database: Database, counters: Counters) -> None:
        self.counters = counters
        self.database = database
        pipeline = Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), counters)
        room, raw = EventRoom(1 << 40, counters), RawMessages(database, Sealer(bytes(32)), counters)
        self.service = EventService(database, pipeline, SystemClock(), counters, room, raw)

    async def stored(self) -> tuple[int, int, int]:
        """Events, incidents and outbox rows on disk; the epoch's first record not counted."""
        page = await self.database.read(events.page)
        found, _ = await self.database.read(incidents.page)
        last = await self.database.read(outbox.last_sequence)
        return len(page.events), len(found), last - 1


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    counters = Counters()
    database = await open_state(tmp_path / "state.db", "apl-test", clock=SystemClock(), counters=counters)
    made = Parts(database, counters)
    async with Supervisor(SystemClock(), counters) as supervisor:
        supervisor.keep_running("events", made.service.run)
        supervisor.keep_running("repeats", made.service.count_repeats)
        yield made
    await made.service.close()
    await database.close()


async def test_when_handle_returns_the_fact_and_its_outbox_row_are_there(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    # an event, an incident, and a record of each
    assert await parts.stored() == (1, 1, 2)


async def test_repeats_are_durable_within_a_second_and_reported_to_nobody(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    await parts.service.handle([pri(up=False)] * 9)
    counted = asyncio.Event()
    parts.service.subscribe(lambda _changes: counted.set())
    async with asyncio.timeout(1):
        await counted.wait()
    assert await parts.stored() == (1, 1, 2)
    [event] = (await parts.database.read(events.page)).events
    assert event.count == 10


async def test_what_was_repeated_is_stored_when_the_agent_stops(parts: Parts) -> None:
    for _ in range(10):
        await parts.service.handle([pri(up=False)])
    await parts.service.close()
    [event] = (await parts.database.read(events.page)).events
    assert event.count == 10


async def test_incidents_are_numbered_in_order_and_keep_their_number(parts: Parts) -> None:
    await parts.service.handle([pri(up=False, component="gw-1")])
    await parts.service.handle([pri(up=False, component="gw-lyon")])
    await parts.service.handle([pri(up=True, component="gw-1")])
    found, _ = await parts.database.read(incidents.page)
    assert [(i.number, i.state) for i in found] == [
        ("INC-000002", IncidentState.NEW),
        ("INC-000001", IncidentState.RESTORED),
    ]


async def test_a_second_life_takes_up_where_the_first_ended(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    second = Parts(parts.database, parts.counters)
    await second.service.load()
    assert second.service.alarm_state.active.keys() == parts.service.alarm_state.active.keys()
    assert second.service.alarm_state.incidents.keys() == parts.service.alarm_state.incidents.keys()


async def test_a_fault_that_comes_back_after_a_restart_is_a_relapse_of_its_incident(parts: Parts) -> None:
    await parts.service.handle([pri(up=False), pri(up=False, component="gw-2"), pri(up=False, component="gw-lyon")])
    for component in ("gw-1", "gw-2", "gw-lyon"):
        await parts.service.handle([pri(up=True, component=component)])
    [storm] = parts.service.alarm_state.incidents.values()
    assert (storm.state, len(storm.components)) == (IncidentState.RESTORED, 3)
    second = Parts(parts.database, parts.counters)
    await second.service.load()
    async with Supervisor(SystemClock(), parts.counters) as supervisor:
        supervisor.keep_running("events", second.service.run)
        await second.service.handle([pri(up=False, component="gw-lyon")])
    await second.service.close()
    [relapsed] = second.service.alarm_state.incidents.values()
    assert (relapsed.id, relapsed.state, relapsed.reopened) == (storm.id, IncidentState.NEW, 1)


async def test_many_callers_share_commits(parts: Parts) -> None:
    before = parts.counters.total("storage.commits")
    await asyncio.gather(*(parts.service.handle([pri(up=False, component="gw-1")]) for _ in range(200)))
    [event] = (await parts.database.read(events.page)).events
    assert event.count == 200
    assert parts.counters.total("storage.commits") - before < 50


async def test_what_could_not_be_stored_is_refused_forgotten_and_later_reported(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: Callable[..., object]) -> object:
        raise StorageFull("no room left on the device")

    with monkeypatch.context() as patch:
        patch.setattr(parts.database, "write", full)
        with pytest.raises(StorageFull):
            await parts.service.handle([pri(up=False)])
    assert not parts.service.alarm_state.active
    await parts.service.handle([pri(up=False)])
    page = await parts.database.read(events.page)
    assert [event.type for event in page.events] == ["storage.lost", "isdn.layer2.down"]
    assert parts.counters.value("events.not_stored") == 1


async def test_one_signal_that_breaks_the_pipeline_does_not_take_the_others(parts: Parts) -> None:
    broken: Signal = pri(up=False)._replace(varbinds=None)  # type: ignore[arg-type]
    fine = SyslogSignal("gw-2", SystemClock().now(), "ISDN-6-LAYER2DOWN", "Interface Se0/1/0:15, TEI 0 changed")
    await parts.service.handle([broken, fine])
    [event] = (await parts.database.read(events.page)).events
    assert event.component == "gw-2"
    assert parts.counters.value("pipeline.signal.failed") == 1


async def test_a_person_changes_an_incident_and_the_head_end_hears_of_it(parts: Parts) -> None:
    await parts.service.handle([pri(up=False)])
    [incident] = parts.service.alarm_state.incidents.values()
    await parts.service.change_incident(
        incident.id, lambda known: replace(known, assignee="noc", version=known.version + 1)
    )
    assert await parts.stored() == (1, 1, 3)
    assert parts.service.alarm_state.incidents[incident.id].assignee == "noc"
    with pytest.raises(NotFound):
        await parts.service.change_incident("0", lambda known: known)


async def test_listeners_hear_after_the_commit(parts: Parts) -> None:
    received: list[int] = []
    parts.service.subscribe(lambda changes: received.append(len(changes.new)))
    await parts.service.handle([pri(up=False)])
    await parts.service.handle([pri(up=True)])
    assert received == [1, 1]


async def test_stopping_refuses_what_waits(tmp_path: Path) -> None:
    counters = Counters()
    database = await open_state(tmp_path / "state.db", "apl-test", clock=SystemClock(), counters=counters)
    stopped = Parts(database, counters)
    waiting = asyncio.ensure_future(stopped.service.handle([pri(up=False)]))
    await asyncio.sleep(0)
    await stopped.service.close()
    with pytest.raises(StorageError, match="stopping"):
        await waiting
    await database.close()


class FailingTogether(Pipeline):
    """Judges one signal, and fails over two."""

    def process(self, alarm_state: AlarmState, signals: Iterable[Signal], now: int) -> Draft:
        signals = list(signals)
        if len(signals) > 1:
            raise KeyError("together")
        return super().process(alarm_state, signals, now)


async def test_signals_that_only_fail_together_are_refused_and_nobody_waits_for_ever(parts: Parts) -> None:
    await parts.service.use(FailingTogether(COMPONENTS, CUSTOMER, FakeInventory(), parts.counters))
    with pytest.raises(StorageError):
        await parts.service.handle([pri(up=False), pri(up=False, component="gw-2")])
    await parts.service.use(Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), parts.counters))
    await parts.service.handle([pri(up=False)])
    assert parts.counters.value("tasks.failed", "events") == 0


async def test_a_failing_listener_does_not_make_stored_facts_unstored(parts: Parts) -> None:
    def failing(_: Changes) -> None:
        raise KeyError("listener")

    received: list[int] = []
    parts.service.subscribe(failing)
    parts.service.subscribe(lambda changes: received.append(len(changes.new)))
    await parts.service.handle([pri(up=False)])
    assert received == [1]
    assert parts.counters.value("events.listener.failed") == 1


async def test_alarms_of_components_that_left_the_file_while_the_agent_was_down_are_cleared_at_the_start(
    parts: Parts,
) -> None:
    await parts.service.handle([pri(up=False, component="gw-1"), pri(up=False, component="gw-lyon")])
    left = {name: each for name, each in COMPONENTS.items() if name != "gw-1"}
    second = EventService(
        parts.database,
        Pipeline(left, CUSTOMER, FakeInventory(), parts.counters),
        SystemClock(),
        parts.counters,
        EventRoom(1 << 40, parts.counters),
        RawMessages(parts.database, Sealer(bytes(32)), parts.counters),
    )
    await second.load()
    assert {key.component for key in second.alarm_state.active} == {"gw-lyon"}
    unfinished = await parts.database.read(incidents.unfinished)
    assert [each.components for each in unfinished if each.state.open] == [("gw-lyon",)]


async def test_a_configuration_whose_consequences_can_not_be_stored_is_not_gone_by(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await parts.service.handle([pri(up=False)])
    left = {name: each for name, each in COMPONENTS.items() if name != "gw-1"}

    async def full(_: Callable[..., object]) -> object:
        raise StorageFull("no room left on the device")

    with monkeypatch.context() as patch:
        patch.setattr(parts.database, "write", full)
        with pytest.raises(StorageFull):
            await parts.service.use(Pipeline(left, CUSTOMER, FakeInventory(), parts.counters))
    await parts.service.handle([pri(up=True)])
    assert not parts.service.alarm_state.active
