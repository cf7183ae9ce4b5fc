"""Planned work on the running agent: announced by command, audited; a change outside it is shown as unannounced."""

import json
from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.storage.tables import audit
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.agent.test_support import command
from tests.lab.site.notices import SyslogLine

CHANGE = "config.changed"


def configured(by: str) -> SyslogLine:
    return SyslogLine("SYS-5-CONFIG_I", f"Configured from console by {by} on vty1 (192.0.2.9)")


async def test_a_change_during_announced_work_is_planned_and_one_after_it_is_not(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        socket = ("--socket", str(stage.workspace.api_socket))
        reported = [
            await command(
                *socket, "work", "announce", "--component", "gw-1", "--for", "2h", "--reason", "new card", "--json"
            )
        ]
        work = json.loads(reported[0][1])
        assert (work["kind"], work["state"], work["matcher"]) == ("work", "active", {"component": "gw-1"})

        def changes() -> list[str]:
            records = stage.headend.store.records(APPLIANCE, "cmsp.event.v1")
            return [each.data["attributes"]["announced"] for each in records if each.data["type"] == CHANGE]

        stage.site["gw-1"].emitter.log(configured("alice"))
        await until(lambda: len(changes()) == 1)
        assert changes() == [f"new card ({work['author']}, {work['id']})"]
        stage.site["gw-2"].emitter.log(configured("bob"))
        await until(lambda: len(changes()) == 2)
        assert changes()[1] == "no"
        code, out, _ = await command(*socket, "events", "--type", CHANGE)
        assert code == 0
        assert [("unannounced" in line) for line in out.splitlines() if "Configured" in line] == [False, True]
        assert (await command(*socket, "work", "end", work["id"]))[0] == 0
        listed = json.loads((await command(*socket, "work", "list", "--json"))[1])["items"]
        assert [(each["state"], each["reason"], bool(each["ended_by"])) for each in listed] == [
            ("over", "new card", True)
        ]
        await a_window_holds_an_incident_back_and_is_named(stage, agent, socket)
        entries = await agent.runtime.state.read(lambda connection: audit.page(connection, 0, 50))
        done = [entry.action for _, entry in entries]
        assert any("/v1/silences" in each or "silence" in each for each in done), done


async def a_window_holds_an_incident_back_and_is_named(stage: Stage, agent: Agent, socket: tuple[str, str]) -> None:
    """The window is begun and ended by command; a fault in it is in no incident before its end, and says why."""
    begin = ("maintenance", "start", "--component", "gw-3", "--for", "4h", "--reason", "new card", "--json")
    window = json.loads((await command(*socket, *begin))[1])["id"]
    stage.site.fail_pri("gw-3")
    held = agent.events.service.alarm_state.active
    await until(lambda: any(key.component == "gw-3" for key in held))
    [alarm] = json.loads((await command(*socket, "alarm", "list", "--component", "gw-3", "--json"))[1])["items"]
    assert alarm["silenced_by"].startswith(f"maintenance {window} until ")
    assert f"in maintenance {window[:8]}" in " ".join((await command(*socket, "alarm", "list"))[1].split())
    site = ("--config", str(stage.workspace.site_yaml))
    said = (await command(*socket, "rules", "explain", alarm["id"], *site))[1].splitlines()
    assert said[-1].startswith(f"incident: held back by maintenance {window}")
    assert not agent.events.service.alarm_state.incidents
    assert (await command(*socket, "maintenance", "end", window))[0] == 0
    await until(lambda: len(agent.events.service.alarm_state.incidents) == 1)
