"""Rule files: read in order, wrong in many places at once, warned of, tried on cases, carried out in the pipeline."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from cmsp_agent.cli.rule_explain import explain
from cmsp_agent.config.rule_files import rule_files
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.model.severity import Severity
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.rules.cases import event_from, read_cases, try_cases
from cmsp_agent.pipeline.rules.load import load_rules
from cmsp_agent.pipeline.rules.replay import ReplaySite
from cmsp_agent.pipeline.rules.unknown_names import unknown_names
from cmsp_agent.plugin.api import AlarmType
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, GATEWAY, PRI_1, FakeInventory, Site

RULES_PAGE = Path(__file__).resolve().parents[4] / "docs/rules.md"
DOWN = AlarmType("down", Severity.CRITICAL, "{component} is down", frozenset({"*"}))

GOOD = """
filter:
  - {name: lab, if: 'component == "gw-2"', do: drop}
  - {name: trunks, if: type == isdn.layer2.down, do: {severity: minor}}
  - {name: never reached, if: type == isdn.layer2.down, do: drop}
timing:
  - {name: patient, if: type == isdn.layer2.down, flapping: {start: 20, stop: 2, within: 2m}}
"""

BAD = """\
filter:
  - {name: one, if: typ == "x", do: drop}
  - {name: two, if: severity == mayor, do: remove}
  - {if: always, do: keep}
  - {name: two, do: {severity: terrible}}
timing:
  - {name: five, if: always, flapping: {start: 1, stop: 3}}
  - {name: six, if: always, flaping: {}}
corelation: []
"""


def written(tmp_path: Path, text: str, name: str = "a.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_mistake_is_reported_at_once_with_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_rules([written(tmp_path, BAD)])
    reported = [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]
    places = [each.partition(": ")[0] for each in reported]
    assert "a.yaml:2:21" in places
    assert "a.yaml:3:33" in places
    assert len(reported) >= 11
    parts = "'typ' is no field; did you mean 'major'; 'remove'; name: is missing; is taken; if: is missing; no severity"
    for part in (*parts.split("; "), "must be below start", "'flaping' is not known", "'corelation' is not known"):
        assert any(part in each for each in reported), part


MISTAKES_IN_BLOCKS = """\
filter:
  - name: drop it
    if: >-
      type == x.y and
      severity ~ major
    do: dropp
  - name: two
    if: type == x.y and
      colour = major
    do: drop
timing:
  - name: patient
    if: type == x.y
    lasts: soon
  - name: often
    if: type == x.y
    times:
      count: 3
      within: 8d
correlation:
  - name: after
    if: type == x.y
    sequence: {after: type == y, within: 1m, do: hide}
"""


def test_a_mistake_is_shown_where_it_stands_in_rules_of_several_lines(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_rules([written(tmp_path, MISTAKES_IN_BLOCKS)])
    places = [(problem.line, problem.column) for problem in caught.value.problems]
    assert places == [(5, 16), (6, 9), (9, 7), (9, 14), (14, 12), (19, 15), (23, 50)]


@pytest.mark.parametrize(
    ("condition", "warned"),
    [
        ("always", True),
        ("text ~ '.*'", True),
        ("count >= 1", True),
        ("severity >= major or severity < major", True),
        ("not (type == a and type == b)", True),
        ("state in [raise, info]", True),
        ("site != a or component != b", False),
        ("not (site == a and component == b and object == c and type == d)", False),
        ("component !~ '^gw-[0-9]+$'", False),
        ("attributes.user != bob", False),
        ("count != 1000001", False),
        ("severity >= minor", False),
    ],
)
def test_a_rule_that_matches_everything_is_warned_of(tmp_path: Path, condition: str, warned: bool) -> None:
    file = written(tmp_path, f'filter:\n  - {{name: all, if: "{condition}", do: drop}}\n')
    warnings = [(warning.line, warning.text) for warning in load_rules([file])[1]]
    assert warnings == ([(2, f"`{condition}` matches every event")] if warned else [])


def test_files_come_in_the_order_of_patterns_and_names(tmp_path: Path) -> None:
    (tmp_path / "rules.d").mkdir()
    for name in ("rules.d/b.yaml", "rules.d/a.yaml", "first.yaml"):
        written(tmp_path, "filter: []\n", name)
    assert [file.name for file in rule_files(["first.yaml", "rules.d/*.yaml"], tmp_path)] == [
        "first.yaml", "a.yaml", "b.yaml",
    ]  # fmt: skip
    with pytest.raises(ConfigurationError, match="no such file"):
        rule_files(["gone.yaml"], tmp_path)
    assert rule_files(["gone/*.yaml"], tmp_path) == []


def test_the_rules_are_carried_out(tmp_path: Path) -> None:
    rules, _ = load_rules([written(tmp_path, GOOD)])
    site = Site()
    site.pipeline = Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), site.counters, rules=rules)
    site.tell(site.pri(up=False, component="gw-2"))
    assert not site.events
    assert site.counters.value("rules.dropped", "lab") == 1
    for number in range(19):
        site.tell(site.pri(up=bool(number % 2)))
        site.later(1_000)
    alarm = site.held("gw-1", "isdn.layer2.down", PRI_1)
    assert alarm is not None
    assert alarm.severity is Severity.MINOR
    assert "flapping" not in alarm.attributes
    site.tell(site.pri(up=True))
    assert site.held("gw-1", "isdn.layer2.down", PRI_1) is not None  # the twentieth change: it flaps


def test_cases_replay_and_explain(tmp_path: Path) -> None:
    rules, _ = load_rules([written(tmp_path, GOOD)])
    cases = written(
        tmp_path,
        "cases:\n"
        "  - {name: a, event: {component: gw-2, type: link.down}, expect: drop}\n"
        "  - {name: b, event: {component: gw-1, type: isdn.layer2.down}, expect: {severity: minor}}\n"
        "  - {name: c, event: {component: gw-1, type: link.down}, expect: drop}\n",
        "cases.yaml",
    )
    outcomes = list(try_cases(rules, read_cases(cases)))
    assert [each.right for each in outcomes] == [True, True, False]
    recorded = [
        {"component": "gw-2", "type": "link.down", "received_at": "2999-01-01T00:00:00.000Z"},
        {"component": "gw-1", "type": "isdn.layer2.down", "received_at": "2999-01-01T00:00:00.000Z"},
    ]
    lines = list(explain(recorded[1], rules))
    filters = [line for line in lines if line.startswith("filter ")]
    assert "filter lab" in filters[0]
    assert "no match" in filters[0]
    assert filters[1].endswith("matches → severity: minor")
    assert "an earlier rule decided" in filters[2]
    assert any("20 changes in 120 s" in line for line in lines)


def test_an_explanation_names_every_stage_in_its_order_and_why(tmp_path: Path) -> None:
    rules, _ = load_rules([written(tmp_path, "filter:\n  - {name: quiet, if: always, do: drop}\n")])
    emergency = replace(COMPONENTS["gw-1"], functions={"emergency": "primary"})
    site = ReplaySite({"gw-1": emergency}, {alarm.type: alarm for alarm in GATEWAY.alarms} | {"down": DOWN})
    event = {"component": "gw-1", "type": "down", "count": 3, "suppressed_by": "e7", "sources": ["poll", "trap"]}
    lines = list(explain(event, rules, site))[1:]
    stages = [line.partition(":")[0] for line in lines if " (" not in line.partition(":")[0]]
    documented = re.findall(r"^\| ([a-z ]+) \| (?:`|\u2013)", RULES_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert stages == documented
    for part in ("has no override", "reported 3 times, by poll, trap", "inhibited by e7", "none: inhibited"):
        assert any(part in line for line in lines), part
    ended = list(explain({"type": "down", "state": "clear", "alarm": "e1"}, rules, site))
    assert any("a clear always passes" in line for line in ended)
    assert "correlation: ends the alarm e1" in ended


def test_cases_with_mistakes_name_each(tmp_path: Path) -> None:
    cases = written(tmp_path, "cases:\n  - {event: {colour: red}, expect: drop}\n  - {event: {}, expect: maybe}\n")
    with pytest.raises(ConfigurationError) as caught:
        read_cases(cases)
    assert [problem.line for problem in caught.value.problems] == [2, 3]


def test_cases_include_others_once_and_name_the_file_of_each(tmp_path: Path) -> None:
    written(
        tmp_path, "cases: [{name: b, event: {type: x}, expect: keep}]\ninclude: [first.yaml, more*.yaml]\n", "more.yaml"
    )
    first = written(tmp_path, "include: more.yaml\ncases: [{name: a, event: {type: x}, expect: keep}]\n", "first.yaml")
    assert [(case.name, Path(case.file).name) for case in read_cases(first)] == [
        ("b", "more.yaml"),
        ("a", "first.yaml"),
    ]
    first.write_text("include: [none.yaml]\ncass: []\ncases: [{evnt: {}, expect: keep}]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_cases(first)
    texts = [f"{problem.line}: {problem.text}" for problem in caught.value.problems]
    assert texts == [
        "1: none.yaml: there is no such file",
        "2: not known here; did you mean 'cases'?",
        "3: 'evnt' is not known here; did you mean 'event'?",
    ]


def test_a_case_is_judged_as_the_agent_does_at_its_time_and_without_loss_of_emergency_numbers(tmp_path: Path) -> None:
    rules = load_rules(
        [written(tmp_path, "filter:\n  - {name: quiet, if: type == down, do: drop, when: Mon-Fri 08:00-18:00}\n")]
    )[0]
    gateway = Component("gw-1", (), "paris", "", functions={"emergency": "primary"})
    down = AlarmType("down", Severity.MAJOR, "down", frozenset({"emergency"}))
    cases = written(
        tmp_path,
        "cases:\n"
        "  - {event: {type: down, component: gw-2, at: '2026-01-05T09:00:00Z'}, expect: drop}\n"
        "  - {event: {type: down, component: gw-2, at: '2026-01-04T09:00:00Z'}, expect: keep}\n"
        "  - {event: {type: down, component: gw-1, at: '2026-01-05T09:00:00Z'}, expect: keep}\n"
        "  - {event: {type: down, component: gw-2, at: '2026-01-05T09:00:00Z', state: clear}, expect: keep}\n",
        "cases.yaml",
    )
    outcomes = try_cases(rules, read_cases(cases), ReplaySite({"gw-1": gateway}, {"down": down}))
    assert [one.right for one in outcomes] == [True] * 4


def test_names_that_there_are_not_are_warned_of_with_the_nearest(tmp_path: Path) -> None:
    rules = load_rules([written(tmp_path, UNKNOWN)])[0]
    known = {"type": {"link.down", "env.fan"}, "component": {"gw-1"}, "site": {"paris"}}
    assert [(each.line, each.text) for each in unknown_names(rules, known)] == [
        (2, "a: there is no type 'link.dwon'; did you mean 'link.down'?"),
        (3, "b: there is no component 'gw-2'; did you mean 'gw-1'?"),
        (3, "b: there is no site 'lyon'; known here: paris"),
        (6, "d: there is no type 'env.fam'; did you mean 'env.fan'?"),
    ]


UNKNOWN = """filter:
  - {name: a, if: type == link.dwon or type == link.dwon, do: drop}
  - {name: b, if: 'component in [gw-1, gw-2] and site != lyon', do: drop}
  - {name: c, if: 'type ~ "^nothing" and text == x and type == env.fan', do: drop}
correlation:
  - {name: d, if: type == link.down, sequence: {after: type == env.fam, within: 10m, do: join}}
"""


def test_an_events_json_is_an_event() -> None:
    assert event_from({"severity": "minor", "sources": ["trap"]}).severity is Severity.MINOR


def test_twenty_mistakes_of_all_kinds_are_all_shown_each_in_its_line(tmp_path: Path) -> None:
    """Each line from the second on holds one mistake."""
    wrong = {
        "filter": (
            "{name: a1, if: tpye == x, do: drop}",
            "{name: a2, if: type = x, do: drop}",
            "{name: a3, if: severity > 3, do: drop}",
            "{name: a4, if: 'text ~ \"(\"', do: drop}",
            "{name: a5, if: type == x}",
            "{name: a6, if: type == x, do: {severity: cleared}}",
            "{name: a6, if: type == x, do: keep}",
            "{name: a7, if: type == x, do: keep, when: Mon-Fry 08:00-18:00}",
            "{name: a8, if: type == x, do: drop, override: ''}",
        ),
        "timing": (
            "{name: b1, if: type == x, lasts: soon}",
            "{name: b2, if: type == x, lasts: 5m, clear_after: 5m}",
            "{name: b3, if: type == x, times: {count: 1, within: 1m}}",
            "{name: b4, if: type == x, times: {count: 3}}",
            "{name: b5, if: type == x, clear_after: 8d}",
            "{name: b6, if: type == x, flapping: {start: 2, stop: 2}}",
        ),
        "correlation": (
            "{name: c1, if: type == x, group: {}}",
            "{name: c2, if: type == x, group: {by: componnent}}",
            "{name: c3, if: type == x, group: {by: site, part: '(?=x)'}}",
            "{name: c4, if: type == x, sequence: {after: type == , within: 1m, do: join}}",
            "{name: c5, if: type == x, sequence: {after: type == y, within: 1m, do: hide}}",
            "{name: c6, if: type == x, storm: {components: 1}}",
        ),
    }
    lines, expected = [], set()
    for kind, rules in wrong.items():
        lines.append(f"{kind}:")
        for rule in rules:
            lines.append(f"  - {rule}")
            expected.add(len(lines))
    file = written(tmp_path, "\n".join(lines))
    with pytest.raises(ConfigurationError) as caught:
        load_rules([file])
    assert {problem.line for problem in caught.value.problems} == expected


def test_a_pattern_that_would_explode_elsewhere_is_bounded(tmp_path: Path) -> None:
    rules, _ = load_rules([written(tmp_path, "filter:\n  - {name: a, if: 'text ~ \"^(a+)+$\"', do: drop}\n")])
    began = time.perf_counter()
    assert rules.filter_for(event_from({"text": "a" * 2000 + "b"})) is None
    assert time.perf_counter() - began < 0.5
