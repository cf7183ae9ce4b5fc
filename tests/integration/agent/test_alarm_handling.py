"""People and polls handle alarms of the running agent: acknowledged, suppressed until a time, cleared unseen."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.incident import Incident
from cmsp_agent.services.events import watch
from cmsp_agent.storage.tables import audit
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.agent.test_support import command
from tests.lab.site.notices import SyslogLine

PRI = "isdn.layer2.down"


def open_now(agent: Agent) -> list[Incident]:
    return [each for each in agent.events.service.alarm_state.incidents.values() if each.state.open]


def afar(stage: Stage, agent: Agent) -> tuple[str, ...]:
    """Options of the command line for the head-end's operator."""
    caller = stage.headend.client("noc")
    files = ("--cert", str(caller.certificate), "--key", str(caller.key), "--ca", str(stage.headend.authority.path))
    return ("--url", f"https://127.0.0.1:{agent.api.server.port}", *files)


async def alarms(way: tuple[str, ...]) -> list[dict[str, Any]]:
    code, out, err = await command(*way, "alarm", "list", "--json")
    assert code == 0, err
    return [each for each in json.loads(out)["items"] if each["type"] == PRI]


async def test_an_alarm_is_acknowledged_here_and_suppressed_from_afar_until_its_time_and_ends_while_nobody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.3)
    async with staged(tmp_path) as stage:
        stage.rewrite("api: {", 'api: {roles: {"urn:cmsp:appliance:noc": operator}, ')
        here = ("--socket", str(stage.workspace.api_socket))
        async with running(stage.load()) as agent:
            await until(polled(agent, 16))
            stage.site.fail_pri("gw-1")
            await until(lambda: len(open_now(agent)) == 1)
            [alarm] = await alarms(here)
            assert (await command(*here, "alarm", "acknowledge", alarm["id"]))[0] == 0
            [alarm] = await alarms(afar(stage, agent))
            assert alarm["attributes"]["acknowledged by"]
            words = ("alarm", "suppress", alarm["id"], "--for", "4s", "--reason", "the carrier works on it")
            code, _, err = await command(*afar(stage, agent), *words)
            assert code == 0, err
            [incident] = open_now(agent)
            assert incident.suppression is not None
            shown = (await command(*here, "incident", "show", incident.number))[1]
            assert re.search(r"state\s+new\s", shown), shown
            assert re.search(r"alarms suppressed\s+all by .*noc until ", shown), shown
            assert [each["attributes"]["suppressed because"] for each in await alarms(here)] == [words[-1]]
            await until(lambda: [each.suppression for each in open_now(agent)] == [None], 15)
            [incident] = open_now(agent)
            assert (incident.restored_at, incident.reopened) == (None, 0)
            entries = await agent.runtime.state.read(lambda connection: audit.page(connection, 0, 50))
            assert sum(f"alarms/{alarm['id']}" in f"{entry}" for _, entry in entries) >= 2
        stage.site.restore_pri("gw-1")
        stage.site["gw-1"].emitter.log(SyslogLine("ISDN-6-LAYER2UP", "Layer 2 for Interface Se0/1/0:15, TEI 0 up"))
        async with running(stage.load()) as agent:
            assert [key.type for key in agent.events.service.alarm_state.active if key.type == PRI] == [PRI]
            await until(polled(agent, 16))
            await until(lambda: open_now(agent) == [])
            assert await alarms(here) == []

            def reported() -> list[tuple[str, list[str]]]:
                records = stage.headend.store.records(APPLIANCE, "cmsp.event.v1")
                return [
                    (each.data["alarm"], each.data["sources"])
                    for each in records
                    if each.data["type"] == PRI and each.data["state"] == "clear"
                ]

            await until(lambda: len(reported()) == 1)
            assert reported()[0][0] == alarm["id"]
            assert "poll" in reported()[0][1]
