"""What the file says and the agent does not do is an alarm until both are the same; a missing type costs that type."""

from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.app.main import Reloads
from cmsp_agent.app.systemd import Notifier
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import polled, until


def texts(agent: Agent, kind: str) -> dict[str, str]:
    """The alarms of a type that hold: component and object with the text."""
    active = agent.events.service.alarm_state.active
    return {f"{key.component} {key.object}".strip(): event.text for key, event in active.items() if key.type == kind}


async def reload(stage: Stage, agent: Agent) -> None:
    """What SIGHUP does."""
    await Reloads(stage.load, Notifier({})).once(agent)


async def test_a_file_that_was_changed_and_not_reloaded_is_an_alarm_until_it_is(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        assert texts(agent, "configuration.differs") == {}
        stage.rewrite("heartbeat: 5s", "heartbeat: 5s  # changed")
        file = str(stage.workspace.site_yaml)
        await until(lambda: file in texts(agent, "configuration.differs"))
        await reload(stage, agent)
        await until(lambda: texts(agent, "configuration.differs") == {})


async def test_a_refused_reload_says_why_until_the_file_is_mended(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        stage.rewrite("type: cisco_ios", "type: cisco_iso")
        await reload(stage, agent)
        await until(lambda: "cisco_iso" in str(texts(agent, "configuration.differs")))
        stage.rewrite("type: cisco_iso", "type: cisco_ios")
        await until(lambda: texts(agent, "configuration.differs") == {})


async def test_a_key_that_waits_for_the_next_start_says_so_until_then(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            stage.rewrite("heartbeat: 5s", "heartbeat: 6s")
            await reload(stage, agent)
            await until(lambda: "headend.heartbeat" in texts(agent, "configuration.differs"))
            stage.rewrite("heartbeat: 6s", "heartbeat: 5s")
            stage.rewrite("heartbeat: 5s", "heartbeat: 5s\n  pace: 1 Mbit/s")
            await reload(stage, agent)
            await until(lambda: set(texts(agent, "configuration.differs")) == {"headend.pace"})
        async with running(stage.load()) as agent:
            await until(lambda: texts(agent, "configuration.differs") == {})


async def test_a_type_that_is_missing_costs_that_type_until_it_is_back(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("type: cisco_ios", "type: acme_gateway")
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            await until(lambda: bool(texts(agent, "device_type.missing")))
            missing = texts(agent, "device_type.missing")
            assert all(each.endswith(" acme_gateway") for each in missing)
            names = [each.split()[0] for each in missing]
            assert {agent.devices.devices.components[name].type for name in names} <= {"generic_snmp", "reachability"}
            stage.rewrite("heartbeat: 5s", "heartbeat: 5s  # the rest of the file can be used all the same")
            await reload(stage, agent)
            await until(lambda: texts(agent, "configuration.differs") == {})
        stage.rewrite("type: acme_gateway", "type: cisco_ios")
        async with running(stage.load()) as agent:
            await until(lambda: texts(agent, "device_type.missing") == {})
