"""The running agent says what is to be entered on a device, and which ways to it work; the remedy is one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.services.backups.setup import SetupPlan
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_causes import polls
from tests.integration.agent.test_thresholds import FUNCTIONS
from tests.lab.site.ios_shell import IosSession


async def plan(agent: Agent, name: str) -> SetupPlan:
    return await agent.backups.setup.plan(agent.devices.devices.components[name])


async def checks(agent: Agent, name: str) -> Mapping[str, Any]:
    tried = await agent.polling.checks.run(agent.devices.devices.components[name])
    return {each["check"]: each for each in tried}


def enter(stage: Stage, name: str, found: SetupPlan) -> None:
    """Type what is missing, as a person would."""
    session = IosSession(stage.site.devices[name].shell, "installer")
    if session.prompt.endswith(">"):
        session.answer("enable")
        session.answer(session.device.enable_password)
    session.answer("configure terminal")
    for line in found.lines:
        if line.there is not True:
            for text in line.command.splitlines():
                assert "Invalid" not in session.answer(text)
    session.answer("end")


async def test_what_is_missing_is_there_once_it_was_entered(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await polls(agent, {"gw-1"}, 1)
        unknown = await plan(agent, "gw-1")
        assert unknown.problem == "its configuration was not saved yet"
        assert {line.there for line in unknown.lines if "snmp-server user" not in line.command} == {None}
        assert next(line.there for line in unknown.lines if "snmp-server user" in line.command) is True, "it answers"

        await agent.backups.backups.run("gw-1", "demand")
        first = {line.command: line.there for line in (await plan(agent, "gw-1")).lines}
        assert first["service sequence-numbers"] is True
        assert first["ip ssh version 2"] is False
        assert any(command.startswith("logging host 127.") for command in first)
        secrets = [each for each in stage.workspace.folder.rglob("secrets/*") if each.is_file()]
        assert not any(each.read_text().strip() in command for each in secrets for command in first)

        enter(stage, "gw-1", await plan(agent, "gw-1"))
        await agent.backups.backups.run("gw-1", "demand")
        after = await plan(agent, "gw-1")
        assert [line.command for line in after.lines if line.need in ("syslog", "clock") and not line.there] == []
        assert after.saved_at is not None


async def test_a_monitored_only_component_needs_little(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite(FUNCTIONS, f"{FUNCTIONS}, tier: monitored-only")
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1"}, 1)
            assert {line.need for line in (await plan(agent, "gw-1")).lines} == {"snmp"}


async def test_each_way_is_tried_and_the_remedy_works(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await polls(agent, {"gw-1"}, 1)
        good = await checks(agent, "gw-1")
        assert good["SSH"]["works"] is True
        assert {each["works"] for each in good.values()} <= {True, None}
        component = agent.devices.devices.components["gw-1"]
        password = component.credentials.ssh
        assert password is not None
        [secret] = [
            each
            for each in stage.workspace.folder.rglob("*")
            if each.is_file() and password.password and each.read_bytes().strip() == password.password.reveal().encode()
        ]
        right = secret.read_bytes()
        secret.write_bytes(b"wrong")
        await agent.use(stage.load())
        bad = await checks(agent, "gw-1")
        assert bad["SSH"]["works"] is False
        assert "secret set" in bad["SSH"]["remedy"]
        secret.write_bytes(right)
        await agent.use(stage.load())
        assert (await checks(agent, "gw-1"))["SSH"]["works"] is True
