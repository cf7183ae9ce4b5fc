"""The site's rules on the running agent: what waits, what is one incident, what is confirmed, what is audited."""

import asyncio
from pathlib import Path

import pytest

from cmsp_agent.app.agent import running
from cmsp_agent.storage.tables import audit
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_lifecycle import polled, until

PRI = "isdn.layer2.down"


def rule(stage: Stage, text: str) -> None:
    """Give the site these rules."""
    (stage.workspace.site_yaml.parent / "own.yaml").write_text(text, encoding="utf-8")
    with stage.workspace.site_yaml.open("a", encoding="utf-8") as file:
        file.write("\nrules: {files: [own.yaml]}\n")


async def test_fifty_changes_are_one_alarm_one_incident_and_a_handful_of_records(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 16))
        for _ in range(25):
            stage.site.fail_pri("gw-1")
            await asyncio.sleep(0.05)
            stage.site.restore_pri("gw-1")
            await asyncio.sleep(0.05)
        await until(lambda: agent.runtime.counters.total("flapping.folded") >= 40)
        held = [alarm for alarm in agent.events.service.alarm_state.active.values() if alarm.type == PRI]
        assert len(held) == 1
        assert held[0].count >= 20
        assert len(agent.events.service.alarm_state.incidents) == 1

        def records() -> list[object]:
            return [
                each for each in stage.headend.store.records(APPLIANCE, "cmsp.event.v1") if each.data["type"] == PRI
            ]

        await until(lambda: len(records()) > 0)
        assert len(records()) <= 10


async def test_a_fault_reported_by_messages_alone_is_unconfirmed_until_a_poll_that_comes_at_once(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        text = stage.workspace.site_yaml.read_text(encoding="utf-8")
        stage.workspace.site_yaml.write_text(text.replace("every: 2s", "every: 300s"), encoding="utf-8")
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            stage.site.fail_pri("gw-1")
            await until(lambda: len(agent.events.service.alarm_state.incidents) > 0)
            await until(lambda: agent.runtime.counters.total("polls.to_confirm") > 0)
            held = agent.events.service.alarm_state.active
            await until(lambda: any(each.type == PRI and "poll" in each.sources for each in held.values()))
            assert all(one.confirmed for one in agent.events.service.alarm_state.incidents.values())


async def test_an_override_for_emergency_numbers_is_in_the_audit_log(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        rule(stage, "filter:\n  - {name: quiet, if: site == lab, do: drop, override: 'A. Martin: no telephones'}\n")
        async with running(stage.load()) as agent:
            entries = await agent.runtime.state.read(lambda connection: audit.page(connection, 0, 10))
            assert [(entry.who, entry.object) for _, entry in entries] == [("A. Martin: no telephones", "quiet")]


@pytest.mark.long
async def test_a_relapse_reopens_within_the_period_that_the_file_names_and_is_a_new_incident_after_it(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path) as stage:
        with stage.workspace.site_yaml.open("a", encoding="utf-8") as file:
            file.write("\nincidents: {stability: 10s}\n")
        async with running(stage.load()) as agent:
            incidents = agent.events.service.alarm_state.incidents
            await until(polled(agent, 16))
            stage.site.fail_pri("gw-1")
            await until(lambda: len(incidents) == 1)
            stage.site.restore_pri("gw-1")
            await until(lambda: [one.state.value for one in incidents.values()] == ["restored"])
            await asyncio.sleep(5.5)  # a report within five seconds of the end counts as a late duplicate
            stage.site.fail_pri("gw-1")
            await until(lambda: [one.reopened for one in incidents.values()] == [1])
            stage.site.restore_pri("gw-1")
            await until(lambda: not incidents, 40)
            stage.site.fail_pri("gw-1")
            await until(lambda: [one.number for one in incidents.values()] == ["INC-000002"])
