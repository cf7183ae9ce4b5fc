"""A device that can't be reached is tried again; the alarm comes when the tries are used up, and says so."""

import asyncio

from cmsp_agent.model.backup import BackupResult
from cmsp_agent.model.errors import AuthenticationRejected, DeviceUnreachable
from cmsp_agent.services.backups.retries import PAUSES, Retries
from tests.unit.services.backups.test_service import Site, site
from tests.unit.services.backups.test_text import WHOLE

__all__ = ["site"]
REFUSED = DeviceUnreachable("10.1.0.1:22: no TCP connection (Connection refused)")


async def waited(site: Site, seconds: float) -> None:
    """Time passes, and what waited for it is done."""
    await settled()
    await site.clock.advance(seconds)
    await settled()


async def settled() -> None:
    for _ in range(40):
        await asyncio.sleep(0.002)


async def test_it_is_tried_again_and_nobody_is_alarmed(site: Site) -> None:
    site.devices.answers["gw-1"] = [REFUSED, WHOLE]
    running = asyncio.create_task(Retries(site.backups, site.clock).run("gw-1", "schedule"))
    await waited(site, PAUSES[0])
    assert (await running).result is BackupResult.STORED
    assert not [signal for signal in site.reported if signal.raised]


async def test_the_alarm_comes_at_the_end_and_says_what_was_tried(site: Site) -> None:
    site.devices.answers["gw-1"] = [REFUSED]
    running = asyncio.create_task(Retries(site.backups, site.clock).run("gw-1", "change"))
    for pause in PAUSES:
        assert not site.reported
        await waited(site, pause)
    outcome = await running
    assert "tried 5 times" in outcome.run.error
    assert [signal.raised for signal in site.reported] == [True]


async def test_a_refused_login_is_not_tried_again(site: Site) -> None:
    site.devices.answers["gw-1"] = [AuthenticationRejected("the login was refused"), WHOLE]
    outcome = await Retries(site.backups, site.clock).run("gw-1", "schedule")
    assert outcome.result is BackupResult.FAILED
    assert [signal.raised for signal in site.reported] == [True]


async def test_on_demand_a_person_waits_so_it_is_tried_once(site: Site) -> None:
    site.devices.answers["gw-1"] = [REFUSED, WHOLE]
    assert (await site.backups.run("gw-1", "demand")).result is BackupResult.FAILED
    assert site.reported[-1].raised
