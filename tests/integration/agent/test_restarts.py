"""The running agent and a gateway that starts anew: one event, whoever tells of it, and none where nothing started."""

from pathlib import Path

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_causes import agreed, polls, up
from tests.integration.agent.test_lifecycle import until
from tests.lab.site.notices import words
from tests.lab.site.walk import Rising

WHY_RELOAD = "1.3.6.1.4.1.9.2.1.2.0"
SYS_UP_TIME, TICKS, WRAP = "1.3.6.1.2.1.1.3.0", 0x43, 2**32


def restarts(stage: Stage) -> dict[str, set[str]]:
    """What the head-end got of restarts: text → all sources, by the last record of each event."""
    records = [each.data for each in stage.headend.store.records(APPLIANCE) if each.type == "cmsp.event.v1"]
    found = {each["occurred_at"]: each for each in records if each["type"] == "device.restarted"}
    return {each["text"]: set(each["sources"]) for each in found.values()}


async def test_a_restart_reported_by_trap_syslog_and_poll_is_one_event_with_its_reason(tmp_path: Path) -> None:
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


def back_by(stage: Stage, name: str, seconds: float) -> None:
    """The device has been up for so much longer than the test."""
    stage.site[name]._started -= seconds


def wrap_in(stage: Stage, name: str, seconds: float) -> None:
    """Its uptime begins anew in so many seconds, as after 497 days; its SNMP engine shows no time of its own."""
    device = stage.site[name]
    ticks = WRAP - round((device.uptime() + seconds) * 100)
    device.snmp.walk.set(SYS_UP_TIME, Rising(TICKS, ticks, 100))


async def test_a_restart_while_the_agent_was_off_is_reported_by_its_first_poll_once(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        back_by(stage, "gw-1", 86_400)
        back_by(stage, "gw-2", 86_400)
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
        device = stage.site["gw-1"]
        device.boots, device._started = device.boots + 1, device.monotonic()  # it tells nobody of it
        device.snmp.walk.set(WHY_RELOAD, words("power-on"))
        for _ in range(2):
            async with running(stage.load()) as agent:
                await polls(agent, {"gw-1", "gw-2"}, 2)
                await until(lambda: restarts(stage) == {"gw-1 has restarted: power-on": {"poll"}}, 20)
        assert [each.data.get("type") for each in stage.headend.store.records(APPLIANCE)].count("device.restarted") == 1


async def test_an_uptime_that_wraps_or_steps_back_a_little_is_no_restart_and_a_real_one_is_reported(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        back_by(stage, "gw-2", 86_400)
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            wrap_in(stage, "gw-1", 3)
            await polls(agent, {"gw-1", "gw-2"}, 1)
            before = stage.site["gw-1"].uptime()
            for step in (0.3, 0.7, 2):
                back_by(stage, "gw-2", -step)
                await polls(agent, {"gw-2"}, 1)
            await until(lambda: stage.site["gw-1"].uptime() > before + 4)
            await polls(agent, {"gw-1", "gw-2"}, 2)
            assert restarts(stage) == {}
            stage.site["gw-2"]._started = stage.site["gw-2"].monotonic()
            await until(lambda: restarts(stage) == {"gw-2 has restarted": {"poll"}}, 20)
            await polls(agent, {"gw-2"}, 2)
            assert restarts(stage) == {"gw-2 has restarted": {"poll"}}
