"""Recorded events through rules again: what is dropped, which incidents open, how two sets of rules differ."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.cli import rule_replay
from cmsp_agent.cli.rule_files import load
from cmsp_agent.model.event import Event
from cmsp_agent.model.times import rfc3339
from cmsp_agent.pipeline.rules.cases import BEGUN, event_from
from cmsp_agent.pipeline.rules.load import load_rules

PRI = "isdn.layer2.down"


def recorded(*reported: tuple[int, str], kind: str = PRI, name: str = "Se0/1/0:15") -> list[dict[str, Any]]:
    """Events of gw-1, so many seconds after one another began."""
    begun = round(time.time() * 1000) - 3_600_000
    return [
        {
            "id": f"{kind}-{at}",
            "component": "gw-1",
            "site": "paris",
            "object": name,
            "type": kind,
            "severity": "critical" if state == "raise" else "cleared",
            "state": state,
            "received_at": rfc3339(begun + at * 1000),
            "sources": ["trap"],
        }
        for at, state in reported
    ]


def rules(tmp_path: Path, text: str) -> list[Path]:
    """A file of rules."""
    (tmp_path / "proposed.yaml").write_text(text, encoding="utf-8")
    return [tmp_path / "proposed.yaml"]


def replayed(tmp_path: Path, events: list[dict[str, Any]], text: str) -> dict[str, Any]:
    def recorded(since: int) -> list[Event]:
        return [event for event in map(event_from, events) if event.received_at >= since]

    return rule_replay.replayed(recorded, "2h", tmp_path / "none.yaml", rules(tmp_path, text))


def test_incidents_that_a_proposed_rule_would_not_open_are_named(tmp_path: Path) -> None:
    events = recorded((0, "raise"), (30, "clear"), (1200, "raise"), (2400, "clear"))
    result = replayed(tmp_path, events, f"timing:\n  - {{name: patient, if: type == {PRI}, lasts: 5m}}\n")
    assert (result["in_force"]["incidents"], result["proposed"]["incidents"]) == (2, 1)
    assert [(each["opens"], each["component"]) for each in result["differ"]] == [("only now", "gw-1")]


def test_a_relapse_within_the_stability_period_is_the_same_incident(tmp_path: Path) -> None:
    events = recorded((0, "raise"), (30, "clear"), (300, "raise"), (330, "clear"))
    assert replayed(tmp_path, events, "filter: []\n")["in_force"]["incidents"] == 1


def test_what_a_filter_does_is_counted_and_old_events_are_left_out(tmp_path: Path) -> None:
    events = recorded((-9000, "raise"), (0, "raise"), (30, "clear"))
    result = replayed(tmp_path, events, f"filter:\n  - {{name: quiet, if: type == {PRI}, do: drop}}\n")
    assert result["proposed"] == {
        "events": 2, "dropped": 1, "changed": 0, "incidents": 0, "by_rule": {"quiet": 1},
        "warnings": [f"{tmp_path}/proposed.yaml:2: quiet matches every event: 1 of 1, with drop"],
    }  # fmt: skip


def test_a_rule_that_matches_everything_shows_its_count(tmp_path: Path) -> None:
    events = recorded((0, "raise"), (30, "clear")) + recorded((40, "raise"), kind="link.down", name="Gi0/1")
    proposed = replayed(tmp_path, events, "filter:\n  - {name: all, if: always, do: drop}\n")["proposed"]
    assert proposed["by_rule"] == {"all": 2}
    assert [text.partition(": ")[2] for text in proposed["warnings"]] == ["all matches every event: 2 of 2, with drop"]
    only_pri = f"filter:\n  - {{name: PRI, if: type == {PRI}, do: drop}}\n"
    assert replayed(tmp_path, events, only_pri)["proposed"]["warnings"] == []


def test_a_check_counts_what_a_rule_matches_that_matches_everything(tmp_path: Path) -> None:
    events = recorded((0, "raise"), (30, "clear")) + recorded((40, "raise"), kind="link.down", name="Gi0/1")
    files = rules(
        tmp_path, "filter:\n  - {name: one, if: site == a, do: keep}\n  - {name: all, if: always, do: drop}\n"
    )
    loaded, warnings = load_rules(files)
    shown = rule_replay.counted(warnings, loaded, lambda _since: map(event_from, events))
    assert [each.text for each in shown] == ["`always` matches every event: 2 of 2 recorded in the last 7d"]


def test_hours_of_proposed_rules_are_those_of_the_site(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        "appliance: {name: a}\ncomponents: {}\nsites: {paris: {timezone: Pacific/Kiritimati}}\n", encoding="utf-8"
    )
    text = "filter:\n  - {name: night, if: site == paris, when: 'Mon-Sun 22:00-06:00', do: drop}\n"
    [event] = map(event_from, recorded((0, "raise")))
    by_hour = [
        load(site, rules(tmp_path, text))[0].filter_for(replace(event, received_at=BEGUN + hour * 3_600_000))
        is not None
        for hour in range(24)
    ]
    # 22:00 there is 08:00 UTC
    assert by_hour == [8 <= hour < 16 for hour in range(24)]


def test_alarms_of_a_group_are_one_incident_also_in_a_replay(tmp_path: Path) -> None:
    events = [event for number in range(8) for event in recorded((number, "raise"), name=f"slot 0/{number}", kind=PRI)]
    result = replayed(
        tmp_path, events, f"correlation:\n  - {{name: card, if: type == {PRI}, group: {{by: component}}}}\n"
    )
    assert (result["in_force"]["incidents"], result["proposed"]["incidents"]) == (8, 1)


@pytest.mark.parametrize(("clear_at", "incidents"), [("4m", 0), ("6m", 1)])
def test_a_case_is_a_history_of_events_too(tmp_path: Path, clear_at: str, incidents: int) -> None:
    [file] = rules(tmp_path, f"timing:\n  - {{name: patient, if: type == {PRI}, lasts: 5m}}\n")
    (tmp_path / "cases.yaml").write_text(
        f"cases:\n  - events: [{{at: 0s, type: {PRI}}}, {{at: {clear_at}, type: {PRI}, state: clear}}]\n"
        f"    expect: {{incidents: {incidents}}}\n",
        encoding="utf-8",
    )
    [outcome] = rule_replay.try_file(tmp_path / "cases.yaml", load_rules([file])[0], tmp_path / "none.yaml")
    assert outcome.right, outcome.got
