"""The real agent on real devices: one fault reported three ways is one event and one incident, at the head-end too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.lab.agent.api import AgentApi
from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import HeadendAccess, Workspace
from tests.lab.devices.lab import RealLab
from tests.lab.devices.site_file import APPLIANCE, lab_secrets, lab_yaml
from tests.lab.headend.server import Headend

NEW_TEXT = "customer port, changed by the test"


@dataclass(frozen=True, slots=True)
class Running:
    """The lab with an agent on its side and a head-end that the agent reaches there."""

    lab: RealLab
    agent: AgentApi
    headend: Headend

    def reported(self, kind: str) -> list[dict[str, Any]]:
        """The data of what was reported to the head-end, of one type."""
        return [record.data for record in self.headend.store.records(APPLIANCE, kind)]

    async def until(self, what: str, seen: Callable[[], Awaitable[bool]], within: float = 20.0) -> None:
        """Wait until something is seen; fail with its name."""
        for _ in range(int(within / 0.1)):
            if await seen():
                return
            await asyncio.sleep(0.1)
        events = [(e.state, e.component, e.type, e.object, e.sources) for e in (await self.agent.picture()).events]
        raise AssertionError(f"{what}: not seen within {within:g} s; the agent's events: {events}")

    async def up(self) -> bool:
        """Both devices answer."""
        return set((await self.agent.picture()).states().values()) == {"up"}


@pytest_asyncio.fixture
async def running(lab: RealLab, tmp_path: Path) -> AsyncIterator[Running]:
    async with agent_on(lab, tmp_path) as started:
        yield started


@asynccontextmanager
async def agent_on(lab: RealLab, tmp_path: Path, device_type: str = "cisco_ios") -> AsyncIterator[Running]:
    """An agent that takes the devices for ones of a type."""
    workspace = Workspace(tmp_path / "agent")
    with lab.network.entered():
        headend = Headend(tmp_path / "headend").start()
    identity = headend.client(APPLIANCE)
    access = HeadendAccess(headend.url, identity.certificate, identity.key, headend.authority.path)
    site = lab_yaml(workspace, lab, access).replace("type: cisco_ios", f"type: {device_type}")
    workspace.write(site, lab_secrets(lab))
    try:
        async with (
            AgentProcess(workspace, tuple(lab.network.command())),
            AgentApi(workspace.api_socket) as agent,
        ):
            lab_running = Running(lab, agent, headend)
            await lab_running.until("both devices up", lab_running.up)
            yield lab_running
    finally:
        headend.stop()
        headend.store.close()


async def test_a_cut_interface_is_one_event_and_one_incident(running: Running) -> None:
    def link_events(state: str) -> list[dict[str, Any]]:
        return [one for one in running.reported("cmsp.event.v1") if (one["type"], one["state"]) == ("link.down", state)]

    async def both_sources() -> bool:
        return any({"trap", "syslog"} <= set(one["sources"]) for one in link_events("raise"))

    async def restored() -> bool:
        return any(one["state"] == "restored" for one in running.reported("cmsp.incident.v1"))

    running.lab.network.set_customer_port(1, up=False)
    await running.until("trap and syslog in one event at the head-end", both_sources)
    assert {(one["component"], one["object"]) for one in link_events("raise")} == {("gw1", "ge1")}
    incidents = running.reported("cmsp.incident.v1")
    assert len({one["number"] for one in incidents}) == 1
    assert incidents[0]["components"] == ["gw1"]

    running.lab.network.set_customer_port(1, up=True)
    await running.until("the incident restored at the head-end", restored)
    assert len(link_events("clear")) == 1
    assert running.headend.store.holes(APPLIANCE) == []


async def test_a_changed_configuration_becomes_a_second_version(running: Running) -> None:
    async def both_stored() -> bool:
        return [one["result"] for one in running.reported("cmsp.backup.v1")] == ["stored", "unchanged", "stored"]

    await running.agent.back_up("gw1")
    await running.agent.back_up("gw1")
    running.lab[1].vtysh("configure terminal", "interface ge1", f"description {NEW_TEXT}")
    await running.agent.back_up("gw1")
    assert len(await running.agent.versions("gw1")) == 2
    difference = await running.agent.difference("gw1")
    assert "- description customer port" in difference
    assert f"+ description {NEW_TEXT}" in difference
    await running.until("three runs at the head-end", both_stored)


async def test_frr_by_its_own_type_is_saved_compared_and_rehearsed(lab: RealLab, tmp_path: Path) -> None:
    async with agent_on(lab, tmp_path, "frr") as running:
        await running.agent.back_up("gw1")
        lab[1].vtysh("configure terminal", "interface ge1", f"description {NEW_TEXT}")
        await running.agent.back_up("gw1")
        assert len(await running.agent.versions("gw1")) == 2
        changed = [line for line in (await running.agent.difference("gw1")).splitlines() if line[:2] in ("+ ", "- ")]
        assert changed[-1] == f"+ description {NEW_TEXT}"
        assert len(changed) == 2
        [rehearsed] = (await running.agent.get("/v1/backups/rehearsal", component="gw1"))["items"]
        assert rehearsed["errors"] == []


async def test_a_silent_snmp_agent_is_no_dead_device_and_a_dead_one_is_down(running: Running) -> None:
    def gw2(state: str) -> Callable[[], Awaitable[bool]]:
        async def seen() -> bool:
            return (await running.agent.picture()).states() == {"gw1": "up", "gw2": state}

        return seen

    async def closed() -> bool:
        return not (await running.agent.picture()).open_incidents()

    running.lab[2].stop()
    await running.until("gw2 answers pings only", gw2("management-lost"))
    running.lab.network.set_uplink(2, up=False)
    await running.until("gw2 down", gw2("down"))
    incident = (await running.agent.picture()).open_incidents("gw2")[0]
    assert (incident.urgency, incident.people, incident.parts) == ("critical", (50, 100), (1, 2))

    running.lab.network.set_uplink(2, up=True)
    running.lab[2].boot()
    await running.until("gw2 up again", running.up)
    await running.until("its incident restored", closed)
