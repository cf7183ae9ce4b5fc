"""The running agent: what is neither up nor down says so, and priorities follow whatever tells of a change."""

from pathlib import Path

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import agreed, held, up
from tests.integration.agent.test_lifecycle import until
from tests.lab.site.happenings import FIRST_PRI, SECOND_PRI


async def test_a_name_that_leads_nowhere_and_credentials_that_are_refused_are_said(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        gw, vg = stage.site["gw-3"].definition, stage.site["vg-1"]
        stage.rewrite(f"address: {gw.address}", "address: no-such-gateway.invalid")
        vg.snmp.community = "another"
        async with running(stage.load()) as agent:
            wanted = {("gw-3", "component.unresolved", False), ("vg-1", "management.lost", False)}
            await until(lambda: held(agent) == wanted, 30)
            await agreed(stage, agent)


async def test_two_pris_down_and_one_repaired_by_trap_lower_the_priority_within_a_second(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 60s")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            open_ones = agent.observing.events.situation.incidents
            for pri in (FIRST_PRI, SECOND_PRI):
                stage.site.fail_pri("gw-1", pri)
            await until(lambda: len(open_ones) == 2)
            await agent.observing.poller.poll_now("gw-1")
            urgent = {each.urgency.value for each in open_ones.values()}
            assert urgent == {"critical"}
            stage.site.restore_pri("gw-1", FIRST_PRI)
            await until(lambda: {each.urgency.value for each in open_ones.values() if each.state.open} == {"major"}, 1)
            await agreed(stage, agent)
