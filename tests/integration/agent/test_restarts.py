"""The running agent and a gateway that starts anew: one event, whoever tells of it, and none where nothing started."""

from pathlib import Path

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_causes import agreed, polls, up
from tests.integration.agent.test_lifecycle import until
from tests.lab.site.notices import words

WHY_RELOAD = "1.3.6.1.4.1.9.2.1.2.0"


def restarts(stage: Stage) -> dict[str, set[str]]:
    """What the head-end got of restarts: text → all sources, by the last record of each event."""
    records = [each.data for each in stage.headend.store.records(APPLIANCE) if each.type == "cmsp.event.v1"]
    found = {each["occurred_at"]: each for each in records if each["type"] == "device.restarted"}
    return {each["text"]: set(each["sources"]) for each in found.values()}


async def test_a_restart_told_by_trap_syslog_and_poll_is_one_event_with_its_reason(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            device = stage.site["gw-1"]
            await device.die()
            await until(lambda: not agent.events.service.alarm_state.unanswered["gw-1"].answers)
            device.snmp.walk.set(WHY_RELOAD, words("power-on"))
            await device.recover(restarted=True)
            everyone = {"trap", "syslog", "poll"}
            await until(lambda: restarts(stage) == {"gw-1 has restarted: power-on": everyone}, 20)
            await polls(agent, {"gw-1"}, 2)
            assert restarts(stage) == {"gw-1 has restarted: power-on": everyone}
            await agreed(stage, agent)
