"""The status of the running agent: one verdict, and each reason for it; what is lost is an alarm too."""

import asyncio
from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.counters.declaration import LOSING
from cmsp_agent.model.register import REGISTER
from cmsp_agent.pipeline.built_in import BUILT_IN
from cmsp_agent.services.host import counted_losses as losses
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.agent.test_listening import occupy
from tests.integration.cli.test_agent import PROGRAM


async def reported(stage: Stage, *arguments: str, errors: bool = False) -> tuple[int, str]:
    """What a command ends with and prints, its errors too where that is wished."""
    words = [str(PROGRAM), "--socket", str(stage.workspace.api_socket), *arguments]
    to = asyncio.subprocess.STDOUT if errors else None
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE, stderr=to)
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode()


async def until_reported(stage: Stage, code: int, text: str) -> str:
    """Ask for the status until it ends so and says so."""
    async with asyncio.timeout(40):
        while True:
            ended, said = await reported(stage, "status")
            if ended == code and text in said:
                return said
            await asyncio.sleep(0.2)


def test_each_counter_of_loss_is_reported_by_an_alarm_or_in_the_nature_of_the_thing() -> None:
    declared = {alarm.type for alarm in BUILT_IN}
    lossy = [counter for counter in REGISTER if counter.loss]
    assert {counter.alarm for counter in lossy if counter.alarm} <= declared
    assert [counter.name for counter in REGISTER if counter.alarm and not counter.loss] == []
    assert sum(counter.alarm == LOSING for counter in lossy) > 10


@pytest.mark.long
async def test_a_loss_that_no_part_tells_is_an_alarm(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        agent.runtime.counters.add("series.not_stored", 7, key="gw-1")
        agent.runtime.counters.add("syslog.empty", 7, key="gw-1")
        await until(lambda: bool(texts(agent, LOSING)), within=losses.EVERY + 5)
        (text,) = texts(agent, LOSING)
        assert text.startswith("Samples of KPIs that could not be stored: 7")


def texts(agent: Agent, kind: str) -> list[str]:
    return [event.text for key, event in agent.events.service.alarm_state.active.items() if key.type == kind]


async def test_the_verdict_stands_first_with_each_reason_and_the_exit_code(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 16))
        said = await until_reported(stage, 0, "healthy")
        assert said.splitlines()[0] == "healthy"
        assert "customer Example SA" in said
        await stage.site.kill("gw-1")
        said = await until_reported(stage, 1, "1 down: gw-1")
        assert said.startswith("degraded: ")
        row = next(line for line in said.splitlines() if line.startswith("gw-1"))
        assert " down " in row
        assert " UTC" in said
        _, listed = await reported(stage, "component", "list")
        assert "REASON" in listed
        await stage.site.revive("gw-1")
        await until_reported(stage, 0, "healthy")


async def test_a_file_that_differs_and_a_port_that_is_taken_are_reasons(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        with occupy("127.0.0.1", stage.ports.traps):
            async with running(stage.load()) as agent:
                await until(polled(agent, 8))
                stage.rewrite("heartbeat: 5s", "heartbeat: 5s  # changed")
                said = await until_reported(stage, 1, "is not in force")
                assert f"  - listen.traps 127.0.0.1:{stage.ports.traps}: port" in said


async def test_backups_that_are_missing_and_the_link_with_its_reason_are_shown(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite(stage.headend.url, "https://127.0.0.1:1")
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            said = await until_reported(stage, 1, "headend")
            assert "connected no" in said
            assert "reason" in said
            backups = next(line for line in said.splitlines() if line.startswith("backups "))
            assert "without gw-1" in backups
            await agent.backups.backups.run("gw-1", "demand")
            _, said = await reported(stage, "status")
            backups = next(line for line in said.splitlines() if line.startswith("backups "))
            assert "without gw-1" not in backups
            assert all(f"{name} " in said for name in ("disk", "clock", "storage"))
            stage.workspace.backups.rename(stage.workspace.folder / "unmounted")
            stage.workspace.backups.mkdir(mode=0o700)
            ended, said = await reported(stage, "status")
            assert ended == 1
            assert "usable no" in said
