"""After an outage of the link, on the running agent: the backlog is paced, in order, and a P1 of now is known first."""

import asyncio
import secrets
import time
from pathlib import Path

import httpx

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.records import Record
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_lifecycle import until
from tests.integration.api.conftest import once

PACE = 125_000
"""Octets a second: the file's 1Mbit/s."""
RECORDS = 6000
SIZE = 100


async def outage(stage: Stage, agent: Agent) -> None:
    """What waits after an outage: records that hardly compress, and a P1 that was reported at its end."""
    now = agent.runtime.clock.now()
    for first in range(0, RECORDS, 1000):
        made = [
            Record(f"r{n}", "cmsp.change.v1", "gw-1", "x", now, {"x": secrets.token_hex(SIZE)})
            for n in range(first, first + 1000)
        ]
        await agent.runtime.state.write(lambda tx, made=made: outbox.append_all(tx, made, now))  # type: ignore[misc]
    transport = httpx.AsyncHTTPTransport(uds=str(stage.workspace.api_socket))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=20) as client:
        report = {"title": "nobody can call", "urgency": "critical", "components": ["gw-1"]}
        made_incident = await client.post("/v1/incidents", json=report, headers=once())
        assert made_incident.status_code == 201, made_incident.text
        raised = await client.patch(
            f"/v1/incidents/{made_incident.json()['id']}",
            json={"raised_priority": "P1"},
            headers=once(**{"If-Match": "*"}),
        )
        assert raised.status_code == 200, raised.text


def heartbeats(stage: Stage) -> int:
    return len(stage.headend.store.heartbeats(APPLIANCE))


async def test_a_backlog_is_paced_and_a_p1_of_now_is_known_before_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("heartbeat: 5s", "heartbeat: 60s\n  pace: 1Mbit/s")
        async with running(stage.load()) as agent:
            forwarder = agent.link.forwarder
            assert forwarder is not None
            await until(lambda: forwarder.connected and heartbeats(stage) > 0)
            stage.headend.cut()
            await outage(stage, agent)
            await until(lambda: not forwarder.connected, within=30)
            before, counted = heartbeats(stage), agent.runtime.counters.total("forwarder.bytes")
            stage.headend.restore()
            # by the backoff, at most a few seconds
            await until(lambda: heartbeats(stage) > before, within=30)
            begun = time.monotonic()
            at_once = stage.headend.store.heartbeats(APPLIANCE)[before]
            assert [one["priority"] for one in at_once["urgent"]] == ["P1"]
            backlog = await agent.runtime.state.read(outbox.backlog)
            assert backlog.depth > RECORDS / 2, "the heartbeat did not wait for the backlog"
            await asyncio.sleep(3)
            sent = agent.runtime.counters.total("forwarder.bytes") - counted
            assert sent <= PACE * (time.monotonic() - begun + 2), "no faster than its pace, but for one batch"
            await until(lambda: stage.headend.store.durable(APPLIANCE).durable >= backlog.last, within=30)
            took = time.monotonic() - begun
            sent = agent.runtime.counters.total("forwarder.bytes") - counted
            assert 0.5 * PACE < sent / took < 1.5 * PACE
        assert stage.headend.store.holes(APPLIANCE) == []
        reported = [record.id for record in stage.headend.store.records(APPLIANCE, "cmsp.change.v1")]
        assert reported == [f"r{n}" for n in range(RECORDS)]
