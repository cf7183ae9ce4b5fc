"""Sinks of a plugin from outside beside the head-end: one that takes all, one that breaks, one that hangs."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import cursors
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_lifecycle import until
from tests.lab.agent.api import AgentApi

PLUGIN = """
import json, threading
from cmsp_agent.plugin.api import RecordSink, hook

API_VERSION = 1

def lines(options):
    def deliver(batch):
        with open(options["path"], "a", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\\n" for event in batch.events())
    return deliver

def broken(options):
    raise OSError(f"login as collector with {options['password']} refused")

def hanging(options):
    return lambda batch: threading.Event().wait()

@hook
def sinks():
    kinds = {"lines": lines, "broken": broken, "hanging": hanging}
    return [RecordSink(name, f"Test: {name}", code) for name, code in kinds.items()]
"""
PASSWORD = "Corr3ct-Horse-Battery"
SINKS = """
sinks:
  archive: {{kind: lines, options: {{path: {path}}}}}
  siem: {{kind: broken, options: {{password: !secret siem}}}}
  lake: hanging
  typo: lnies
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Iterator[None]:
    """A distribution of its own on the path of the interpreter."""
    folder = tmp_path / "outside"
    info = folder / "sinks_from_outside-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sinks-from-outside\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cmsp_agent.plugins]\nlab_sinks = outside_lab_sinks\n")
    (folder / "outside_lab_sinks.py").write_text(PLUGIN)
    sys.path.insert(0, str(folder))
    yield
    sys.path.remove(str(folder))
    sys.modules.pop("outside_lab_sinks", None)


@asynccontextmanager
async def drained(stage: Stage) -> AsyncIterator[Agent]:
    """The agent until the head-end has everything and the archive has caught up."""
    async with running(stage.load()) as agent:
        yield agent
        await until(lambda: agent.link.forwarder is not None and agent.link.forwarder.connected)
        state = agent.runtime.state

        async def waits() -> int:
            return await state.read(lambda c: outbox.backlog(c).depth + cursors.waiting(c, "archive"))

        async with asyncio.timeout(20):
            while await waits():  # noqa: ASYNC110 - the agent's own tasks do the work
                await asyncio.sleep(0.05)


async def note(agent: Agent, count: int) -> None:
    for number in range(count):
        agent.events.notices.note("outbox.damaged", f"test {number}", "for the sinks")
    await asyncio.sleep(0.3)


@pytest.mark.usefixtures("plugin")
async def test_a_slow_or_broken_sink_holds_up_nobody_and_a_good_one_has_all_in_order(tmp_path: Path) -> None:
    archive = tmp_path / "archive.jsonl"
    async with staged(tmp_path) as stage:
        workspace = stage.workspace
        (workspace.secrets / "siem").touch(mode=0o600)
        (workspace.secrets / "siem").write_text(PASSWORD)
        with workspace.site_yaml.open("a") as file:
            file.write(SINKS.format(path=archive))
        async with drained(stage) as agent:
            await note(agent, 50)
            await until(
                lambda: len([key for key in agent.events.service.alarm_state.active if "sink" in key.type]) >= 2
            )
            async with AgentApi(workspace.api_socket) as api:
                shown = {row["name"]: row for row in (await api.get("/v1/status"))["sinks"]}
            assert shown["archive"]["state"] == "well"
            assert "login as collector with *** refused" in shown["siem"]["reason"]
            assert shown["typo"]["reason"] == "no plugin brings the sink 'lnies'"
            assert shown["lake"]["waiting"] > 0
        async with drained(stage) as agent:
            await note(agent, 50)
        records = {(each.epoch, each.sequence): each.id for each in stage.headend.store.records(APPLIANCE)}
        assert stage.headend.store.holes(APPLIANCE) == []
        archived = [json.loads(line) for line in archive.read_text().splitlines()]
        at = [(each["epoch"], int(each["sequence"])) for each in archived]
        assert at == sorted(set(at)), "out of order, or twice"
        assert at[-1][1] - at[0][1] == len(at) - 1 >= 100, "a hole"
        assert all(records[place] == each["id"] for place, each in zip(at, archived, strict=True))
        assert PASSWORD not in str(stage.headend.store.records(APPLIANCE))
