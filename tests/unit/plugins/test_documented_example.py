"""The example that plugin writers copy out of docs/plugins.md is sound, and its cases come true."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.plugin.admission import admitted
from cmsp_agent.plugin.api import API_VERSION, DeviceType
from cmsp_agent.services.polling.probe import probe
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.samples import Answers, StateReader, samples
from tests.unit.services.polling.fakes import FakeSession


@pytest.fixture(scope="module")
def guide(repository: Path) -> str:
    return (repository / "docs" / "plugins.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def example(guide: str) -> DeviceType:
    found = re.search(r"```python\n(.*?)```", guide, re.DOTALL)
    assert found is not None
    module: dict[str, Any] = {}
    exec(compile(found.group(1), "docs/plugins.md", "exec"), module)
    assert module["API_VERSION"] == API_VERSION
    (made,) = module["device_types"]()
    assert isinstance(made, DeviceType)
    return made


def test_the_example_is_accepted(example: DeviceType) -> None:
    assert admitted(example).mistakes == ()


async def test_its_case_comes_true(example: DeviceType, guide: str) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    case = next(
        case for block in blocks if "# cases" in block for case in tomllib.loads(block)["case"] if "objects" in case
    )
    session = FakeSession(case["objects"])
    plan = await probe(session, example)
    answers = Answers(await session.get(*plan.scalars), await session.columns(*plan.columns), 1.0)
    assert samples(plan, answers, Rates(), str) == case["samples"]
    states = StateReader().states(plan, answers, str)
    assert [[seen.type, seen.object, seen.raised] for seen in states] == case["states"]
