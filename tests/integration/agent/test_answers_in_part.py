"""The running agent and devices that answer, but not what is asked: a state of their own, with its reason and end."""

from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.component import State
from cmsp_agent.services.availability import availability
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_causes import agreed, held, up
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_status import reported
from tests.lab.site.secure import SnmpUser, secure_side

SYS_DESCR, IF_X_OCTETS = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.31.1.1.1.6"
POLLS = "every: 1s, timeout: 200ms, retries: 0"


def states(agent: Agent, *names: str) -> dict[str, State]:
    found = availability(agent.events.service.alarm_state, names, 0)
    return {name: each.state for name, each in found.items()}


def text_of(agent: Agent, component: str) -> str:
    [found] = [each.text for each in agent.events.service.alarm_state.active.values() if each.component == component]
    return found


async def polled(stage: Stage, name: str) -> tuple[int, str]:
    """What `component poll` ends with, and all that it says."""
    return await reported(stage, "component", "poll", name, errors=True)


async def test_a_probe_and_figures_that_fail_and_credentials_that_are_refused_say_so(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", POLLS)
        stage.rewrite(
            "type: cisco_ios, credentials: [v2, cli]",
            "type: cisco_ios, credentials: [v2, cli], services: {backup: false}",
        )
        stage.site["gw-3"].snmp.deaf_to = (SYS_DESCR,)  # alive, but nobody can find out what it is
        stranger = SnmpUser("cmsp", "SHA-256", "quite another password", "AES-128", "and one more password")
        stage.site["gw-2"].snmp.secure = secure_side("gw-2", stranger, lambda: 7)
        async with running(stage.load()) as agent:
            wanted = {("gw-3", "component.degraded", False), ("gw-2", "management.lost", False)}
            await until(lambda: held(agent) == wanted, 40)
            assert states(agent, "gw-3", "gw-2", "vg-1") == {
                "gw-3": State.DEGRADED,
                "gw-2": State.MANAGEMENT_LOST,
                "vg-1": State.UP,
            }
            assert "its answers are incomplete: its inventory can't be read: " in text_of(agent, "gw-3")
            assert "it rejects our credentials" in text_of(agent, "gw-2")
            code, said = await polled(stage, "gw-3")
            assert (code, "gw-3 answers, but: " in said) == (1, True), said
            code, said = await polled(stage, "gw-2")
            assert (code, "gw-2 answers, but: " in said) == (1, True), said
            assert "it rejects our credentials" in said, said
            code, said = await polled(stage, "vg-1")
            assert code == 0, said

            stage.site["vg-1"].snmp.deaf_to = (IF_X_OCTETS,)  # its figures fail from now on
            stage.site["gw-3"].snmp.deaf_to = ()
            code, said = await polled(stage, "gw-3")  # a person does not wait for the next try
            assert code == 0, said
            await until(lambda: ("vg-1", "component.degraded", False) in held(agent), 30)
            await until(lambda: states(agent, "gw-3") == {"gw-3": State.UP}, 30)
            code, said = await polled(stage, "vg-1")
            assert (code, "vg-1 answers, but: " in said) == (1, True), said
            stage.site["vg-1"].snmp.deaf_to = ()
            await until(lambda: held(agent) == {("gw-2", "management.lost", False)}, 30)
            await agreed(stage, agent)


async def test_a_device_with_no_figure_of_its_type_and_a_name_that_leads_nowhere(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", POLLS)
        address = stage.site["gw-3"].definition.address
        stage.rewrite(f"address: {address}", "address: no-such-gateway.invalid")
        for oid in ("1.3.6.1.2.1.33", "1.3.6.1.2.1.1.3"):
            stage.site["ups-1"].snmp.walk.drop(oid)
        async with running(stage.load()) as agent:
            wanted = {("gw-3", "component.unresolved", False), ("ups-1", "component.degraded", False)}
            await until(lambda: held(agent) == wanted, 40)
            assert "it has none of the figures of its type" in text_of(agent, "ups-1")
            code, said = await polled(stage, "ups-1")
            assert (code, "ups-1 answers, but: " in said) == (1, True), said
            code, said = await polled(stage, "gw-3")
            assert (code, "gw-3 could not be asked: " in said) == (4, True), said
            assert "name" in said
            await agreed(stage, agent)


@pytest.mark.long
async def test_ping_alone_and_snmp_alone_are_distinguished(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", POLLS)
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            stage.site["vg-1"].snmp.alive = False  # its port answers still
            await stage.site["ups-1"]._close_door()
            stage.site["ups-1"]._hole.open(stage.site["ups-1"].definition.address, stage.site.access.ssh_port)
            await until(lambda: held(agent) == {("vg-1", "management.lost", False)}, 30)
            code, said = await polled(stage, "vg-1")
            assert (code, "no answer by SNMP" in said) == (1, True), said
            code, said = await polled(stage, "ups-1")  # it answers SNMP: it is there
            assert states(agent, "ups-1", "vg-1") == {"ups-1": State.UP, "vg-1": State.MANAGEMENT_LOST}
            await agreed(stage, agent)
