"""The running agent: a change that nobody saved on the device, and a change that only a poll shows."""

from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.services.backups.unsaved import OBJECT, UNSAVED
from tests.integration.agent.stage import APPLIANCE, staged
from tests.integration.agent.test_causes import polls
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_thresholds import FUNCTIONS
from tests.lab.site.device import Device
from tests.lab.site.happenings import RUNNING_LAST_CHANGED, Happening
from tests.lab.site.notices import TICKS
from tests.lab.site.walk import Typed

KEY = AlarmKey("gw-1", UNSAVED, OBJECT)
RUNNING_LAST_SAVED = "1.3.6.1.4.1.9.9.43.1.1.2.0"


def ticks(device: Device) -> Typed:
    """Now, by the device's uptime."""
    return Typed(TICKS, int(device.uptime() * 100))


async def save(agent: Agent) -> None:
    """As the calendar does."""
    outcome = await agent.backups.retries.run("gw-1", "schedule", agent.devices.devices.components["gw-1"].backup)
    assert outcome.error is None


async def test_what_nobody_saved_is_an_alarm_until_it_is_saved(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite(FUNCTIONS, f"{FUNCTIONS}, services: {{backup: {{unsaved_after: 1s}}}}")
        async with running(stage.load()) as agent:
            await polls(agent, {"gw-1"}, 1)
            await save(agent)
            device = stage.site.devices["gw-1"]
            active = agent.events.service.alarm_state.active
            assert KEY not in active
            device.shell.config.apply("ip domain name example.net")  # and no word of it
            device.happen(Happening({RUNNING_LAST_CHANGED: ticks(device)}))
            marks = agent.backups.triggers.unsaved if agent.backups.triggers else None
            assert marks is not None
            await until(lambda: marks.times["gw-1"].unsaved)
            await save(agent)
            await until(lambda: KEY in active)
            status = await agent.backups.status()
            assert "gw-1" in status["backups"]["not_saved_on_device"]
            device.shell.config.saved = device.shell.config.text()
            device.happen(Happening({RUNNING_LAST_SAVED: ticks(device)}))
            await until(lambda: KEY not in active)
            assert [one.type for one in stage.headend.store.records(APPLIANCE)].count("cmsp.backup.v1") == 2
