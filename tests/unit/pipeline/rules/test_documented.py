"""The examples of docs/rules.md are rules that load, and cases that come out as they say."""

import re
from pathlib import Path

import pytest

from cmsp_agent.cli.rule_replay import try_file
from cmsp_agent.pipeline.rules.load import load_rules

PAGE = Path(__file__).parents[4] / "docs" / "rules.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
RULES = [example for example in EXAMPLES if example.startswith(("filter", "timing", "correlation"))]
CASES = [example for example in EXAMPLES if example.startswith("cases")]


@pytest.mark.parametrize("example", RULES)
def test_each_example_loads_without_a_warning(example: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(example, encoding="utf-8")
    rules, warnings = load_rules([file])
    assert len(rules.in_order()) == example.count("name:")
    assert not warnings


def test_the_cases_come_out_as_expected_by_the_first_example(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES[0], encoding="utf-8")
    (tmp_path / "cases.yaml").write_text(CASES[0], encoding="utf-8")
    outcomes = try_file(tmp_path / "cases.yaml", load_rules([tmp_path / "rules.yaml"])[0], tmp_path / "no site.yaml")
    assert [each.got for each in outcomes] == ["drop", "incidents: 1"]
    assert all(each.right for each in outcomes)
