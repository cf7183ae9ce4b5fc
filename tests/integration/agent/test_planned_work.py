"""Planned work on the running agent: announced by command, audited; a change outside it is shown as unannounced."""

import json
from pathlib import Path

from cmsp_agent.app.agent import running
from cmsp_agent.storage.tables import audit
from tests.integration.agent.stage import APPLIANCE, staged
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
        entries = await agent.runtime.state.read(lambda connection: audit.page(connection, 0, 50))
        done = [entry.action for _, entry in entries]
        assert any("/v1/silences" in each or "silence" in each for each in done), done
