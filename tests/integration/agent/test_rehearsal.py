"""The running agent rehearses by the calendar, and says in its status what it found."""

from pathlib import Path

from cmsp_agent.app.agent import running
from cmsp_agent.services.backups.start import REHEARSAL_ENTRY
from cmsp_agent.storage.tables import calendar_runs
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import polls


async def test_what_the_calendar_rehearsed_is_in_the_status(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await polls(agent, {"gw-1"}, 1)
        assert (await agent.backups.status())["backups"]["rehearsed"] == {}
        await agent.backups.backups.run("gw-1", "demand")
        assert REHEARSAL_ENTRY in await agent.runtime.state.read(calendar_runs.everything)
        await agent.backups.rehearse()
        found = (await agent.backups.status())["backups"]["rehearsed"]
        assert (found["proved"], found["failed"]) == (1, [])
