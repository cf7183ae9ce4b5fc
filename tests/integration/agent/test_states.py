"""The running agent: what is neither up nor down says so, and priorities follow whatever tells of a change."""

import socket
from pathlib import Path

from cmsp_agent.app.agent import running
from cmsp_agent.model.component import State
from cmsp_agent.services.availability import availability
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
            found = availability(agent.events.service.alarm_state, ["gw-3", "vg-1", "gw-1"], 0)
            assert {name: each.state for name, each in found.items()} == {
                "gw-3": State.UNKNOWN,
                "vg-1": State.MANAGEMENT_LOST,
                "gw-1": State.UP,
            }
            assert "host name can't be resolved" in found["gw-3"].reason
            assert "SNMP silent for 3 polls" in found["vg-1"].reason
            assert found["gw-1"].reason == ""
            assert all(each.since > agent.runtime.clock.now() - 60_000 for each in found.values())
            await agreed(stage, agent)


async def test_two_pris_down_and_one_repaired_by_trap_lower_the_priority_within_a_second(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 60s")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            open_ones = agent.events.service.alarm_state.incidents
            for pri in (FIRST_PRI, SECOND_PRI):
                stage.site.fail_pri("gw-1", pri)
            await until(lambda: len(open_ones) == 2)
            await agent.polling.poller.poll_now("gw-1")
            urgent = {each.urgency.value for each in open_ones.values()}
            assert urgent == {"critical"}
            stage.site.restore_pri("gw-1", FIRST_PRI)
            await until(lambda: {each.urgency.value for each in open_ones.values() if each.state.open} == {"major"}, 1)
            await agreed(stage, agent)


async def test_an_alarm_of_a_device_that_lives_in_2036_is_of_now(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await up(agent, stage.site)
        line = b"<187>7: 000007: Jan  1 2036 08:00:00.000 UTC: %LINK-3-UPDOWN: Interface Tunnel7, changed state to down"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            device.bind((stage.site["gw-1"].definition.address, 0))
            device.sendto(line, ("127.0.0.1", stage.ports.syslog))
        await until(lambda: ("gw-1", "link.down", False) in held(agent))
        [alarm] = agent.events.service.alarm_state.active.values()
        assert (alarm.clock, alarm.occurred_at) == ("unsynchronised", alarm.received_at)
        assert alarm.attributes["device_time"] == "2036-01-01T08:00:00.000Z"
        await agreed(stage, agent)
