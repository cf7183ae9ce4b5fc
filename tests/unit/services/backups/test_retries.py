"""A device that can't be reached is tried again; the alarm comes when the tries are used up, and says so."""

import asyncio

import pytest

from cmsp_agent.model.backup import BackupResult
from cmsp_agent.model.component import BackupPlan
from cmsp_agent.model.errors import AuthenticationRejected, DeviceUnreachable, StorageError
from cmsp_agent.services.backups.retries import PAUSES, Retries
from tests.unit.services.backups.test_clean_text import WHOLE
from tests.unit.services.backups.test_service import Site, site

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
    running = asyncio.create_task(Retries(site.backups, site.clock).run("gw-1", "schedule", BackupPlan()))
    await waited(site, PAUSES[0])
    assert (await running).result is BackupResult.STORED
    assert not [signal for signal in site.reported if signal.raised]


async def test_the_alarm_comes_at_the_end_and_says_what_was_tried(site: Site) -> None:
    site.devices.answers["gw-1"] = [REFUSED]
    running = asyncio.create_task(Retries(site.backups, site.clock).run("gw-1", "change", BackupPlan()))
    for pause in PAUSES:
        assert not site.reported
        await waited(site, pause)
    outcome = await running
    assert "tried 5 times" in outcome.run.error
    assert [signal.raised for signal in site.reported] == [True]


async def test_a_storage_that_is_back_before_the_night_is_over_gets_its_backup(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(address: str, content: bytes, note: bytes = b"") -> str:
        raise StorageError("the backup storage is not mounted")

    monkeypatch.setattr(site.backups._manifest.contents, "put", gone)
    running = asyncio.create_task(Retries(site.backups, site.clock).run("gw-1", "schedule", BackupPlan()))
    await settled()
    assert [signal.raised for signal in site.reported] == [True]
    monkeypatch.undo()
    await waited(site, PAUSES[0])
    assert (await running).result is BackupResult.STORED
    assert [signal.raised for signal in site.reported if signal.type == site.reported[0].type] == [True, False]


async def test_a_refused_login_is_not_tried_again(site: Site) -> None:
    site.devices.answers["gw-1"] = [AuthenticationRejected("the login was refused"), WHOLE]
    outcome = await Retries(site.backups, site.clock).run("gw-1", "schedule", BackupPlan())
    assert outcome.result is BackupResult.FAILED
    assert [signal.raised for signal in site.reported] == [True]


async def test_on_demand_a_person_waits_so_it_is_tried_once(site: Site) -> None:
    site.devices.answers["gw-1"] = [REFUSED, WHOLE]
    assert (await site.backups.run("gw-1", "demand")).result is BackupResult.FAILED
    assert site.reported[-1].raised


async def test_the_last_try_is_at_the_end_of_the_window(site: Site) -> None:
    site.devices.answers["gw-1"] = [REFUSED]
    plan = BackupPlan(window=200.0)
    running = asyncio.create_task(Retries(site.backups, site.clock).run("gw-1", "schedule", plan))
    await waited(site, PAUSES[0])
    assert not site.reported
    await waited(site, 200.0 - PAUSES[0])
    assert "tried 3 times" in (await running).run.error
    assert [signal.raised for signal in site.reported] == [True]


async def test_components_that_are_due_together_begin_apart_and_always_alike(site: Site) -> None:
    retries, plan, late = Retries(site.backups, site.clock), BackupPlan(jitter=600.0), dict[str, int]()
    for name in ("gw-1", "gw-2", "gw-1"):
        due = site.clock.now()
        running = asyncio.create_task(retries.scheduled(name, plan))
        await waited(site, 600.0)
        begun = (await running).run.started_at - due
        assert late.setdefault(name, begun) == begun
    assert late["gw-1"] != late["gw-2"]
    assert 0 <= min(late.values()) <= max(late.values()) <= 600_000
