"""The whole agent in the test's own process: starts, reloads, stops, twice, and leaves nothing behind."""

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.errors import ConfigurationError, StorageFull
from tests.integration.agent.stage import APPLIANCE, Stage, staged

STOP_WITHIN = 5.0


async def until(condition: Callable[[], bool], within: float = 15.0) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the condition is in another part, which knows no event for it
            await asyncio.sleep(0.05)


def polled(agent: Agent, components: int) -> Callable[[], bool]:
    return lambda: agent.runtime.counters.value("polls.done") >= components


Remains = tuple[set[str], set[str], int]


def remains() -> Remains:
    """Tasks and threads by name, and the number of descriptors; the head-end's threads, one a connection, left out."""
    gc.collect()
    tasks = {task.get_name() for task in asyncio.all_tasks()}
    threads = {thread.name for thread in threading.enumerate() if "process_request" not in thread.name}
    return tasks, threads, len(os.listdir("/proc/self/fd"))


async def live(stage: Stage) -> float:
    """One life of the agent, with a reload in it; returns the seconds that stopping took."""
    async with running(stage.load()) as agent:
        await until(polled(agent, 8))
        await agent.use(stage.load())
        before = agent.runtime.counters.value("polls.done")
        await until(polled(agent, before + 8))
        await until(lambda: agent.link.forwarder is not None and agent.link.forwarder.connected)
        assert agent.api.server.port
        stopping = time.monotonic()
    return time.monotonic() - stopping


async def settled(expected: Remains) -> Remains:
    """The remains once sockets of the other side have noticed, at most some seconds later."""
    for _ in range(60):
        if remains() == expected:
            break
        await asyncio.sleep(0.05)
    return remains()


async def test_three_lives_in_one_process_leave_no_task_thread_or_descriptor(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await live(stage)  # the first life imports and caches
        await asyncio.sleep(0.5)
        before = remains()
        assert await live(stage) < STOP_WITHIN
        assert await live(stage) < STOP_WITHIN
        assert await settled(before) == before


async def test_a_file_with_mistakes_changes_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        in_force = agent.configuration
        stage.rewrite("type: cisco_ios", "type: cisco_iso")
        with pytest.raises(ConfigurationError, match="cisco_iso"):
            await agent.use(stage.load())
        assert agent.configuration is in_force
        before = agent.runtime.counters.value("polls.done")
        await until(polled(agent, before + 8))


async def test_a_reload_takes_a_component_away_and_leaves_the_others_alone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        tasks = set(agent.runtime.supervisor.names())
        text = stage.workspace.site_yaml.read_text(encoding="utf-8")
        kept = "\n".join(line for line in text.splitlines() if not line.startswith("  ata-1:"))
        stage.workspace.site_yaml.write_text(kept, encoding="utf-8")
        await agent.use(stage.load())
        assert tasks - set(agent.runtime.supervisor.names()) == {"poll ata-1", "tables of ata-1"}
        assert "ata-1" not in agent.devices.devices.components


async def test_a_reload_that_can_not_be_stored_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: object, **__: object) -> None:
        raise StorageFull("no room left on the device")

    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 16))
        stage.site.fail_pri("gw-1")
        await until(lambda: len(agent.events.service.alarm_state.incidents) > 0)
        text = stage.workspace.site_yaml.read_text(encoding="utf-8")
        kept = [line for line in text.splitlines() if not line.startswith(("  ata-1:", "  gw-1:", "  vg-1:"))]
        stage.workspace.site_yaml.write_text("\n".join(kept), encoding="utf-8")
        in_force, loaded = agent.configuration, stage.load()
        with monkeypatch.context() as patch:
            patch.setattr(agent.runtime.state, "write", full)
            with pytest.raises(StorageFull):
                await agent.use(loaded)
        assert agent.configuration is in_force
        assert {"ata-1", "gw-1"} <= agent.devices.devices.components.keys()
        await agent.use(loaded)
        assert not [one for one in agent.events.service.alarm_state.incidents.values() if one.state.open]


async def test_a_fault_becomes_one_event_and_one_incident_at_the_head_end(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 16))
        stage.site.fail_pri("gw-1")

        def reported() -> list[dict[str, object]]:
            records = stage.headend.store.records(APPLIANCE, "cmsp.event.v1")
            return [r.data for r in records if r.data["type"] == "isdn.layer2.down"]

        await until(lambda: any(set(data["sources"]) == {"trap", "syslog", "poll"} for data in reported()))  # type: ignore[call-overload]
        ids = {r.id for r in stage.headend.store.records(APPLIANCE) if r.data.get("type") == "isdn.layer2.down"}
        assert len(ids) == 1
        incidents = {r.data["number"] for r in stage.headend.store.records(APPLIANCE, "cmsp.incident.v1")}
        assert incidents == {"INC-000001"}


async def test_groups_that_match_a_type_apply_once_the_device_is_identified(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("type: cisco_ios, credentials: [v2, cli]", "credentials: [v2, cli]")
        stage.rewrite("groups:\n", 'groups:\n  - match: {type: "cisco_*"}\n    set: {redundancy: gateways}\n')
        async with running(stage.load()) as agent:

            def group() -> str:
                return agent.devices.devices.components["gw-3"].redundancy

            assert group() == ""
            await until(lambda: group() == "gateways")
