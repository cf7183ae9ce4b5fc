"""The running agent: a figure over its threshold is an incident, and ends with the figure or with the threshold."""

from pathlib import Path

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import agreed, held, incidents, polls
from tests.integration.agent.test_lifecycle import until
from tests.lab.site.happenings import Happening
from tests.lab.site.notices import number

CPU = "1.3.6.1.4.1.9.9.109.1.1.1.1.8.1"
FUNCTIONS = "functions: {pstn: primary, emergency: primary, fax: secondary}"
LIMIT = "thresholds: {cpu.load: {raise: 85, clear: 70, severity: major}}"
CROSSED = ("gw-1", "kpi.threshold", False)


async def test_a_threshold_is_watched_until_it_is_gone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s")
        stage.rewrite(FUNCTIONS, f"{FUNCTIONS}, {LIMIT}")
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1"}, 2)
            assert held(agent) == set()
            stage.site.happen("gw-1", Happening({CPU: number(91)}))
            await until(lambda: CROSSED in held(agent), 30)
            await until(lambda: ("gw-1",) in incidents(agent))
            stage.site.happen("gw-1", Happening({CPU: number(75)}))
            await polls(agent, {"gw-1"}, 2)
            assert CROSSED in held(agent)
            stage.site.happen("gw-1", Happening({CPU: number(70)}))
            await until(lambda: not held(agent), 30)
            stage.site.happen("gw-1", Happening({CPU: number(99)}))
            await until(lambda: CROSSED in held(agent), 30)
            stage.rewrite(f", {LIMIT}", ", thresholds: {cpu.load: {raise: 100, clear: 99.5}}")
            await agent.use(stage.load())
            await until(lambda: not held(agent), 30)
            await agreed(stage, agent)
