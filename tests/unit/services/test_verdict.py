"""One line on how the agent is, and each reason for it."""

from dataclasses import replace
from typing import Any

import pytest

from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.services.status.verdict import reasons, verdict

WELL: dict[str, Any] = {
    "not_up": [],
    "plugins": [{"name": "cisco_ios", "state": "loaded", "reason": ""}],
    "outbox": {"depth": 0, "oldest_seconds": 0.0},
    "uptime_seconds": 60.0,
    "backups": {"scheduled": 1, "without": ["gw-1"], "failed": []},
}
ALARM = Event(
    "1", "", "", "x", "listen.failed", Severity.MAJOR, Transition.RAISE, 0, 0, "received", (Source.AGENT,), "taken"
)
DOWN = [{"name": name, "state": "down", "since": None, "reason": ""} for name in ("gw-1", "gw-2")]


def test_all_well_is_healthy() -> None:
    assert verdict(reasons(WELL, [])) == "healthy"


def test_a_component_that_was_not_polled_yet_is_no_reason() -> None:
    unknown = [{"name": "gw-1", "state": "unknown", "since": None, "reason": "not polled yet"}]
    assert reasons({**WELL, "not_up": unknown}, []) == []


def test_an_unknown_component_that_has_an_alarm_is_a_reason_and_names_are_in_natural_order() -> None:
    unknown = [{"name": name, "state": "unknown", "since": None, "reason": "x"} for name in ("gw-10", "gw-9", "gw-1")]
    alarms = [replace(ALARM, type="component.unresolved", component=name) for name in ("gw-10", "gw-9")]
    assert reasons({**WELL, "not_up": unknown}, alarms) == ["2 unknown: gw-9, gw-10"]


@pytest.mark.parametrize(
    ("more", "alarms", "said"),
    [
        ({"not_up": DOWN}, [], "2 down: gw-1, gw-2"),
        ({"problem": "/state is read-only; mount -o remount,rw /"}, [], "/state is read-only; mount -o remount,rw /"),
        ({}, [ALARM], "taken"),
        ({}, [replace(ALARM, type="device_type.missing", component="gw-1", object="acme")], "no plugin brings: acme"),
        ({"plugins": [{"name": "acme", "state": "quarantined", "reason": "it blocked"}]}, [], "acme quarantined: it"),
        ({"outbox": {"depth": 7, "oldest_seconds": 4000.0}}, [], "7 records wait for the head-end"),
        ({"outbox": {"depth": 1, "oldest_seconds": 4000.0}}, [], "1 record waits for the head-end"),
        (
            {"outbox": {"depth": 1, "oldest_seconds": 4000.0}, "headend": {"configured": False}},
            [],
            "1 record waits for the head-end, and this appliance has none yet: it is not enrolled",
        ),
        ({"uptime_seconds": 1e6}, [], "1 without a good backup: gw-1"),
        ({"backups": {"scheduled": 1, "without": [], "failed": ["gw-1"]}}, [], "1 without a good backup: gw-1"),
    ],
)
def test_each_reason_is_one_sentence(more: dict[str, Any], alarms: list[Event], said: str) -> None:
    found = reasons({**WELL, **more}, alarms)
    assert verdict(found) == "degraded: 1 reason"
    assert said in found[0]
