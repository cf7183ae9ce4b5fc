"""The parts of the demonstration that need no agent: the story's conditions, its screen and lines, its books."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from tests.lab.agent.picture import AgentFigures, ComponentRow, EventRow, IncidentRow, LinkRow, Picture
from tests.lab.demo.books import HeadendFigures, checks
from tests.lab.demo.narrator import PlainNarrator, narrator
from tests.lab.demo.scenes import SCENES, all_up, gateway_dead, line_failed
from tests.lab.demo.view import screen
from tests.lab.headend.store import Stored
from tests.lab.site.happenings import LAYER2_CHANGE
from tests.lab.site.ledger import Emitted, Kind, Ledger

LINE = IncidentRow(
    "INC-000001",
    "new",
    "P3",
    "major",
    "individual",
    "gw-1: line E1 0/1/0 has failed",
    "gw-1",
    (60, 400),
    (0, 4),
    (1, 8),
)
OUTAGE = replace(
    LINE,
    number="INC-000002",
    priority="P2",
    urgency="critical",
    level="localised",
    title="gw-1 is down",
    people=(100, 400),
    sites=(1, 4),
    parts=(2, 8),
)
EVENT = EventRow(
    "0193",
    "2026-11-23T08:00:00.123Z",
    "gw-1",
    "isdn.layer2.down",
    "Serial0/1/0:15",
    "raise",
    "critical",
    ("trap", "syslog"),
    2,
    "PRI out of service",
    False,
)
PICTURE = Picture(
    (ComponentRow("gw-1", "paris", "cisco_ios", "up", 1), ComponentRow("vg-1", "paris", "generic_snmp", "up")),
    (LINE,),
    (EVENT,),
    LinkRow(True, 0, 12, 12, 12),
)


def test_a_scene_says_what_is_missing() -> None:
    assert all_up(PICTURE) == ""
    assert all_up(Picture()) == "not up: "
    assert line_failed(PICTURE) == ""
    assert line_failed(replace(PICTURE, events=(replace(EVENT, sources=("trap",)),))) != ""
    assert "INC-000001, P3: major x individual (60/400 people, 0/4 sites, 1/8 components)" in SCENES[2].learnt(PICTURE)


def test_the_dead_gateway_inhibits_what_is_behind_it() -> None:
    components = (ComponentRow("gw-1", "paris", "", "down"), ComponentRow("vg-1", "paris", "", "unreachable"))
    dead = replace(PICTURE, components=components, incidents=(OUTAGE, LINE))
    assert gateway_dead(dead) == ""
    assert gateway_dead(replace(dead, incidents=(LINE,))) == "no critical incident for gw-1"
    assert gateway_dead(replace(dead, incidents=(replace(OUTAGE, people=(60, 400)), LINE))) != ""


def test_the_screen_fits_the_smallest_terminal() -> None:
    console = Console(width=80, height=24, force_terminal=True, record=True, color_system=None)
    console.print(screen(console, SCENES[2].title, SCENES[2].why, "12 s", PICTURE), height=24)
    lines = console.export_text().splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    assert any("INC-000001" in line for line in lines)
    assert any("60/400 people" in line for line in lines)


def test_lines_tell_only_what_is_new() -> None:
    console = Console(width=100, record=True, force_terminal=False)
    voice = narrator(console)
    assert isinstance(voice, PlainNarrator)
    for _ in range(2):
        voice.show(PICTURE)
    text = console.export_text()
    assert text.count("isdn.layer2.down") == 1
    assert text.count("INC-000001") == 1
    assert "[trap+syslog x2]" in text


def books(records: list[Stored], durable: int = 1) -> list[str]:
    ledger = Ledger()
    ledger.sent(Emitted("gw-1", Kind.TRAP, LAYER2_CHANGE))
    agent = AgentFigures(traps=1, syslog=0, events=["0193"], recorded=1, acknowledged=1, backups=0, snmp_up=0)
    headend = HeadendFigures(records, durable, holes=0)
    return [check.label for check in checks(ledger, agent, headend) if not check.right]


def test_the_books_agree_or_name_what_is_missing() -> None:
    data = {"component": "gw-1", "type": "isdn.layer2.down", "sources": ["trap"]}
    record = Stored("e", 1, "0193", "cmsp.event.v1", "", "", data)
    assert books([record]) == []
    assert books([]) == [
        "kinds of message: sent, known to the head-end",
        "events: stored by the agent, at the head-end",
        "records: acknowledged, really at the head-end",
    ]
