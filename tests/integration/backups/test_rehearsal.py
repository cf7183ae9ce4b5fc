"""The newest backups rehearsed over a real store: whole ones, damaged ones, some that no device would take."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from cmsp_agent.model.component import OrderedServices
from cmsp_agent.model.errors import NotFound, Refused
from cmsp_agent.services.backups.rehearsal import REHEARSAL, Rehearsals, last_rehearsal, rehearse
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.storage.tables import backups as table
from tests.integration.backups.test_backups import Site, saving
from tests.integration.ssh.gateways import Gateway, ssh_server
from tests.lab.clock import ManualClock


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with ssh_server(Gateway(), asyncssh.generate_private_key("ssh-ed25519")) as running:
        yield running


@pytest.fixture
async def site(tmp_path: Path, gateway: Gateway) -> AsyncIterator[Site]:
    async with saving(tmp_path, {"gw-1": gateway}) as running:
        yield running


@dataclass
class Alarms:
    """What holds, by component."""

    held: dict[str, str] = field(default_factory=dict)

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        assert (kind, name) == (REHEARSAL, "configuration")
        if raised:
            self.held[component] = text
        else:
            del self.held[component]


async def test_a_good_one_is_proved_without_a_word_to_the_device(site: Site, gateway: Gateway) -> None:
    backup = (await site.backups.run("gw-1", "demand")).backup
    assert backup is not None
    logins = gateway.logins
    found = await rehearse(site.backups, "gw-1")
    assert (found.backup, found.errors) == (backup.id, ())
    assert found.notes == ("the agent can't put it back on this device type; a person enters it",)
    assert gateway.logins == logins


async def test_none_is_an_error_and_who_gets_none_is_refused(site: Site) -> None:
    assert (await rehearse(site.backups, "gw-1")).errors == ("gw-1: no backup yet",)
    with pytest.raises(NotFound):
        await rehearse(site.backups, "gw-2")
    site.components["gw-1"] = replace(site.components["gw-1"], ordered=OrderedServices({"backup": "no"}))
    with pytest.raises(Refused):
        await rehearse(site.backups, "gw-1")


async def test_a_damaged_one_is_found(site: Site) -> None:
    backup = (await site.backups.run("gw-1", "demand")).backup
    assert backup is not None
    [blob] = site.store.rglob(f"{backup.blob}.cmsp")
    sealed = bytearray(blob.read_bytes())
    sealed[-1] ^= 1
    blob.write_bytes(sealed)
    [error] = (await rehearse(site.backups, "gw-1")).errors
    assert backup.blob in error


async def test_another_content_than_the_manifest_tells_of_is_found(site: Site) -> None:
    backup = (await site.backups.run("gw-1", "demand")).backup
    assert backup is not None
    wrong = replace(backup, size=backup.size + 1)
    await site.database.write(lambda tx: table.save(tx, wrong))
    [error] = (await rehearse(site.backups, "gw-1")).errors
    assert f"where {wrong.size} were stored" in error


async def test_a_suspect_one_since_is_said(site: Site, gateway: Gateway) -> None:
    newest = (await site.backups.run("gw-1", "demand")).backup
    lines = gateway.configuration.splitlines()
    gateway.configuration = "\n".join(line for line in lines if line.split(" ")[0] in ("version", "hostname", "end"))
    assert (await site.backups.run("gw-1", "schedule")).result == "suspect"
    found = await rehearse(site.backups, "gw-1")
    assert newest is not None
    assert (found.backup, found.errors) == (newest.id, ())
    assert any("another one, which is suspect" in each for each in found.notes)


async def test_the_calendar_raises_an_alarm_and_clears_it_by_the_next_good_backup(site: Site, gateway: Gateway) -> None:
    alarms, good = Alarms(), gateway.configuration
    conditions = Conditions(REHEARSAL, alarms)
    rehearsals = Rehearsals(site.backups, site.components.keys, conditions, site.database, ManualClock())
    gateway.configuration = good.replace("\ninterface", "\nbanner motd #\ninterface", 1).replace(
        "hostname gw-1", "hostname gw-1\n no section above"
    )
    await site.backups.run("gw-1", "demand")
    await rehearsals.run()
    assert "belongs to no section" in alarms.held["gw-1"]
    assert (await said(site))["failed"] == ["gw-1"]
    gateway.configuration = good
    await site.backups.run("gw-1", "change")
    await rehearsals.run()
    assert alarms.held == {}
    assert {"proved": 1, "failed": []}.items() <= (await said(site)).items()


async def said(site: Site) -> dict[str, Any]:
    return dict(await site.database.read(last_rehearsal))
