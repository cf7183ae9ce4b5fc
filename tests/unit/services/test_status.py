"""Availability as the alarms tell it, and what the status and the heartbeat say."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component, State
from cmsp_agent.model.event import AlarmKey, Event, Source, Transition
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.priority import Extent, Share, Urgency
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.alarm_state import AlarmState
from cmsp_agent.pipeline.built_in import (
    APPLIANCE_ISOLATED,
    COMPONENT_DEGRADED,
    COMPONENT_DOWN,
    COMPONENT_UNRESOLVED,
    MANAGEMENT_LOST,
)
from cmsp_agent.pipeline.unanswered_polls import UnansweredPolls
from cmsp_agent.services.availability import Availability
from cmsp_agent.services.part import Part
from cmsp_agent.services.status.service import ApplianceIdentity, StatusService
from cmsp_agent.storage.state import open_state
from tests.lab.clock import ManualClock

CLOCK = ManualClock()


class Connected(Part):
    """A part that has something to say."""

    async def status(self) -> Mapping[str, Any]:
        return {"headend": {"connected": True}, **await self.heartbeat()}

    async def heartbeat(self) -> Mapping[str, Any]:
        return {"tunnel": {"handshake_age_seconds": 12}}


@pytest.fixture
def alarm_state() -> AlarmState:
    return AlarmState()


@pytest.fixture
async def status(tmp_path: Path, alarm_state: AlarmState) -> AsyncIterator[StatusService]:
    counters = Counters()
    counters.add("traps.dropped", 3, key="10.0.0.1")
    counters.add("traps.dropped", 2, key="10.0.0.2")
    counters.add("traps.received", 100)
    database = await open_state(tmp_path / "state.db", "apl-1", clock=CLOCK, counters=counters)
    components = {name: Component(name, ("10.0.0.1",), "paris") for name in ("gw-1", "gw-2")}
    identity = ApplianceIdentity("apl-1", "paris-hq", "0.1.0", CLOCK.now())
    yield StatusService(identity, lambda: components, lambda: alarm_state, database, counters, CLOCK, [Connected()])
    await database.close()


def alarm(alarm_state: AlarmState, component: str, kind: str, suppressed_by: str | None = None) -> None:
    event = Event(
        f"{component}-{kind}", component, "paris", "", kind, Severity.CRITICAL, Transition.RAISE, 0, 0, "received",
        (Source.POLL,), "", suppressed_by=suppressed_by,
    )  # fmt: skip
    alarm_state.active[event.key] = event


def test_a_component_that_was_never_polled_is_unknown_and_one_that_answered_is_up(
    status: StatusService, alarm_state: AlarmState
) -> None:
    assert status.availability_of("gw-1").state is State.UNKNOWN
    alarm_state.unanswered["gw-1"] = UnansweredPolls(polled_at=1, polls=1)
    assert status.availability_of("gw-1").state is State.UNKNOWN
    alarm_state.unanswered["gw-1"] = UnansweredPolls(polled_at=2, polls=1, answered_at=1)
    assert status.availability_of("gw-1").state is State.UP


def test_what_is_between_up_and_down(status: StatusService, alarm_state: AlarmState) -> None:
    alarm_state.unanswered["gw-1"] = alarm_state.unanswered["gw-2"] = UnansweredPolls(polled_at=1, answered_at=1)
    alarm(alarm_state, "gw-1", COMPONENT_DEGRADED)
    alarm(alarm_state, "gw-2", COMPONENT_UNRESOLVED)
    assert status.states() == {"gw-1": State.DEGRADED, "gw-2": State.UNKNOWN}
    alarm(alarm_state, "gw-1", MANAGEMENT_LOST)
    assert status.availability_of("gw-1").state is State.MANAGEMENT_LOST


def test_alarms_decide(status: StatusService, alarm_state: AlarmState) -> None:
    alarm(alarm_state, "gw-1", MANAGEMENT_LOST)
    assert status.availability_of("gw-1").state is State.MANAGEMENT_LOST
    alarm(alarm_state, "gw-1", COMPONENT_DOWN)
    alarm(alarm_state, "gw-2", COMPONENT_DOWN, suppressed_by="gw-1-down")
    assert status.states() == {"gw-1": State.DOWN, "gw-2": State.UNREACHABLE}


def test_an_isolated_appliance_judges_nobody(status: StatusService, alarm_state: AlarmState) -> None:
    alarm_state.unanswered["gw-1"] = UnansweredPolls(polled_at=1, polls=2)
    alarm_state.unanswered["gw-2"] = UnansweredPolls(polled_at=1, answered_at=1)
    alarm(alarm_state, "", APPLIANCE_ISOLATED)
    assert status.states() == {"gw-1": State.UNREACHABLE, "gw-2": State.UP}


async def test_the_heartbeat_is_short_and_names_the_worst(status: StatusService, alarm_state: AlarmState) -> None:
    extent = Extent(Share(400, 400), Share(4, 4), Share(1, 8))
    for number, (urgency, state) in enumerate(
        [
            (Urgency.LOW, IncidentState.NEW),
            (Urgency.CRITICAL, IncidentState.NEW),
            (Urgency.CRITICAL, IncidentState.RESTORED),
        ]
    ):
        incident = Incident(
            f"i{number}",
            f"INC-{number}",
            state,
            urgency,
            extent,
            "t",
            ("gw-1",),
            (),
            CLOCK.now(),
            restored_at=None if state.open else CLOCK.now(),
        )
        alarm_state.incidents[incident.id] = incident
    heartbeat = await status.heartbeat()
    assert [(one["number"], one["priority"]) for one in heartbeat["urgent"]] == [("INC-1", "P1")]
    assert heartbeat["components"]["total"] == 2
    assert heartbeat["drops"] == {"traps.dropped": 5}
    assert heartbeat["tunnel"] == {"handshake_age_seconds": 12}
    assert heartbeat["outbox"]["depth"] == 1, "the epoch's first record"
    assert "headend" not in heartbeat
    whole = await status.status()
    assert whole["incidents"] == {"open": 2, "P1": 1, "P2": 0, "P3": 0, "P4": 1}
    assert whole["headend"] == {"connected": True}


def test_each_state_has_its_time_and_its_reason(status: StatusService, alarm_state: AlarmState) -> None:
    started = status.identity.started_at
    assert status.availability_of("gw-1") == Availability(State.UNKNOWN, started, "not polled yet")
    alarm_state.unanswered["gw-1"] = UnansweredPolls(polled_at=9, answered_at=9, answering_since=7)
    assert status.availability_of("gw-1") == Availability(State.UP, 7)
    alarm_state.ended_at[AlarmKey("gw-1", MANAGEMENT_LOST, "")] = 8
    assert status.availability_of("gw-1").since == 8
    for kind, state in ((COMPONENT_DEGRADED, State.DEGRADED), (MANAGEMENT_LOST, State.MANAGEMENT_LOST)):
        alarm(alarm_state, "gw-1", kind)
        held = alarm_state.active[AlarmKey("gw-1", kind, "")]
        alarm_state.active[held.key] = replace(held, text=f"{kind}, because", received_at=10)
        assert status.availability_of("gw-1") == Availability(state, 10, f"{kind}, because")


def test_what_is_behind_another_says_what_it_is_behind(status: StatusService, alarm_state: AlarmState) -> None:
    alarm(alarm_state, "gw-1", COMPONENT_DOWN)
    alarm(alarm_state, "gw-2", COMPONENT_DOWN, suppressed_by="gw-1-component.down")
    assert status.availability_of("gw-2").reason == "behind gw-1, which is down"
