"""The running agent puts a configuration back: each step is in the audit log, at the head-end too."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

from cmsp_agent.app.agent import running
from cmsp_agent.model.incident import opened
from cmsp_agent.model.incident_facts import IncidentSummary
from cmsp_agent.model.incident_state import Trigger
from cmsp_agent.model.priority import Extent, Share, Urgency
from cmsp_agent.services.backups.build import healthy_since
from cmsp_agent.services.backups.restore_order import RestoreOrder, RestoreTimes
from cmsp_agent.services.backups.ssh_reading import unwatched
from cmsp_agent.storage.sealed.kept_keys import keep_keys
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.tables import audit, incidents
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_causes import polls
from tests.integration.agent.test_thresholds import FUNCTIONS
from tests.lab.site.ios_replace import Rollback

QUIET = IncidentSummary(Urgency.MINOR, Extent(Share(1, 100), Share(1, 4), Share(1, 8)), "a licence runs out")
ARCHIVE = ("archive", "path flash:archive")


def archiving(stage: Stage, name: str) -> None:
    """Let the device have `archive` and `configure replace`."""
    shell = stage.site.devices[name].shell
    shell.rollback = Rollback(shell.config)
    shell.config.apply(ARCHIVE[0])
    shell.config.apply(ARCHIVE[1], shell.config.block(ARCHIVE[0]))


async def test_a_configuration_is_put_back_and_every_step_is_on_record(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite(FUNCTIONS, f"{FUNCTIONS}, services: {{backup: {{restore: true}}}}")
        archiving(stage, "gw-1")
        loaded, first = stage.load(), tmp_path / "first"
        first.mkdir()
        keep_keys(loaded.configuration.appliance.state, master_key(first), loaded.key)  # as after a rotation
        async with running(loaded) as agent:
            await polls(agent, {"gw-1"}, 1)
            good = (await agent.backups.backups.run("gw-1", "demand")).backup
            assert good is not None
            swapped = await agent.backups.restores.for_swapped("gw-1", "latest")
            assert "E1 0/1/0" in swapped  # it has it, so no word of it but its own line
            assert not [line for line in swapped.splitlines() if line.startswith("! ") and "no such port" in line]
            shell = stage.site.devices["gw-1"].shell
            before = shell.config.text()
            shell.config.apply("ip domain name example.net")
            restores = replace(agent.backups.restores, times=RestoreTimes(watch=0.2))
            plan = await restores.plan(RestoreOrder("gw-1", good.id, "noc"))
            assert "-ip domain name example.net" in plan.difference
            done = await restores.run(RestoreOrder("gw-1", good.id, "noc", plan.fingerprint), unwatched)
            assert done["result"] == "restored"
            meant = [line for line in shell.config.text().splitlines() if line != "!"]
            assert meant == [line for line in before.splitlines() if line != "!"]
            written = [entry.action for _, entry in await agent.runtime.state.read(audit.page)]
            steps = [f"restore: {step}" for step in ("health", "upload", "apply", "verify", "confirm", "save")]
            assert [each for each in written if each.startswith("restore")] == steps
            assert (await agent.in_force.audit_log(agent.runtime).verify(None)).row is None
            async with asyncio.timeout(10):
                while True:
                    records = stage.headend.store.records(APPLIANCE)
                    sent = [each.data["action"] for each in records if each.type == "cmsp.audit.v1"]
                    if [each for each in sent if each.startswith("restore")] == steps:
                        break
                    await asyncio.sleep(0.05)


async def test_a_fault_from_before_a_change_says_nothing_of_the_change(tmp_path: Path) -> None:
    """Known good: no fault came or came back after the change, and none that is grave holds."""
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        healthy = partial(healthy_since, agent.runtime, agent.events.service)
        await polls(agent, {"gw-1"}, 1)
        now = agent.runtime.clock.now()
        old = opened("licence", QUIET, ("gw-1",), (), now - 86_400_000)
        await agent.runtime.state.write(lambda tx: incidents.save(tx, old.numbered(incidents.next_number(tx))))
        assert await healthy("gw-1", now - 3_600_000)
        assert not await healthy("gw-1", old.opened_at), "it came with the change"
        over = replace(old.after(Trigger.RESTORE, now - 7200_000).after(Trigger.RELAPSE, now - 1800_000), id="back")
        over = over.after(Trigger.RESTORE, now)
        await agent.runtime.state.write(lambda tx: incidents.save(tx, over.numbered(incidents.next_number(tx))))
        assert not await healthy("gw-1", now - 3_600_000), "it came back after the change"
        assert await healthy("gw-2", now - 3_600_000)


async def test_the_last_way_to_an_emergency_number_is_put_back(tmp_path: Path) -> None:
    """That it was lost shows only by the configuration that is saved before: that is no fault of what is put back."""
    async with staged(tmp_path) as stage:
        stage.rewrite(FUNCTIONS, f"{FUNCTIONS}, services: {{backup: {{restore: true}}}}")
        archiving(stage, "gw-1")
        async with running(stage.load()) as agent:
            good = (await agent.backups.backups.run("gw-1", "demand")).backup
            assert good is not None
            shell = stage.site.devices["gw-1"].shell
            shell.config.apply("no dial-peer voice 112 pots")
            shell.config.apply("no dial-peer voice 113 pots")
            restores = replace(agent.backups.restores, times=RestoreTimes(watch=4))
            plan = await restores.plan(RestoreOrder("gw-1", good.id, "noc"))
            done = await restores.run(RestoreOrder("gw-1", good.id, "noc", plan.fingerprint), unwatched)
            assert done["result"] == "restored"
            assert "dial-peer voice 112 pots" in shell.config.text()
