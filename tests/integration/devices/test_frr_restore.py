"""A configuration put back on a real router by frr-reload: kept, or taken back by the router where it cuts the link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component, SshPlan
from cmsp_agent.model.credentials import Credentials, SshCredential
from cmsp_agent.model.errors import AgentError, CommandRejected, Conflict
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups import Backups, Directory, Manifest, SshReader
from cmsp_agent.services.backups.replacing import ReplaceableDevice, replaceable
from cmsp_agent.services.backups.restore import Restores
from cmsp_agent.services.backups.restore_order import RestorableDevices, RestoreOrder, RestoreReports, RestoreTimes
from cmsp_agent.services.backups.ssh_reading import unwatched
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.state import open_state
from cmsp_agent.transports.ssh import CliClient, CliLimits
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys
from cmsp_plugins.frr.plugin import FRR
from tests.lab.devices.device import RealDevice
from tests.lab.devices.lab import RealLab

LIMITS = CliLimits(connect=1, banner=2, key_exchange=3, login=5, channel=3, silence=4)
TIMES = RestoreTimes(minutes=2, minute=4.0, watch=0.1, between=0.2)
ROUTER_WAITS = "6"
"""Seconds after which the router goes back by itself."""


@dataclass
class Rig:
    """A router, and the service that saves it and puts it back."""

    device: RealDevice
    backups: Backups
    restores: Restores
    steps: list[tuple[str, str]] = field(default_factory=list)
    reported: list[AgentSignal] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return self.device.vtysh("show running-config")

    async def order(self) -> RestoreOrder:
        """The oldest version, with its plan approved."""
        first = (await self.backups.versions("gw1"))[-1]
        plan = await self.restores.plan(RestoreOrder("gw1", first.id, "noc"))
        assert plan.reversible, plan.remedy
        return RestoreOrder("gw1", first.id, "noc", plan.fingerprint)

    async def put_back(self) -> dict[str, object]:
        return await self.restores.run(await self.order(), unwatched)


def platform() -> CliPlatform:
    """FRR as shipped, but for how long its router waits."""
    assert FRR.cli is not None
    assert FRR.cli.replacement is not None
    apply = FRR.cli.replacement.apply.replace("{minutes}m", ROUTER_WAITS)
    assert ROUTER_WAITS in apply
    return replace(FRR.cli, replacement=replace(FRR.cli.replacement, apply=apply))


@asynccontextmanager
async def router(lab: RealLab, folder: Path, user: str) -> AsyncIterator[Rig]:
    clock, counters, frr = SystemClock(), Counters(), platform()
    async with AsyncExitStack() as open_things:
        open_things.enter_context(lab.network.entered())
        (store := folder / "backups").mkdir()
        database = await open_state(folder / "state.db", "apl-1", clock=clock, counters=counters)
        open_things.push_async_callback(database.close)
        key, pool, texts = master_key(folder), BlockingPool("ssh", 2, 10), BlockingPool("texts", 1, 10)
        open_things.push_async_callback(pool.close, 3.0)
        open_things.push_async_callback(texts.close)
        blobs = Blobs(store, key)
        open_things.push_async_callback(blobs.close)
        credential = SshCredential(user, Secret("password", lambda: lab.logins.ssh_password))
        component = Component(
            "gw1", (lab[1].address,), "lab", type="frr", credentials=Credentials(ssh=credential),
            ssh=SshPlan(),
        )  # fmt: skip
        client = CliClient(pool, StoredHostKeys(database, clock), clock, counters, LIMITS)

        async def tell(signal: AgentSignal) -> None:
            made.reported.append(signal)

        async def report(order: RestoreOrder, step: str, outcome: str) -> None:
            made.steps.append((step, outcome))

        def replacing(known: Component, of: CliPlatform, minutes: int) -> ReplaceableDevice:
            return replaceable(client, known, of, minutes, backups.texts.of("gw1").redacted)

        directory = Directory({"gw1": component}.get, lambda name: frr)
        reader = SshReader(client, within=30)
        backups = Backups(directory, reader, Manifest(database, blobs), tell, texts, clock, counters)
        devices = RestorableDevices(replacing, lambda name: ())
        restores = Restores(backups, devices, RestoreReports(report, tell), clock, times=TIMES)
        made = Rig(lab[1], backups, restores)
        outcome = await backups.run("gw1", "schedule")
        assert outcome.error is None, outcome.error
        yield made


@pytest.fixture
async def rig(lab: RealLab, tmp_path: Path) -> AsyncIterator[Rig]:
    (folder := tmp_path / "agent").mkdir()
    async with router(lab, folder, lab.logins.shell_user) as made:
        yield made


def meant(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip("! ")]


async def test_a_configuration_comes_back_is_kept_and_saved(rig: Rig) -> None:
    before = rig.shown
    rig.device.vtysh("configure terminal", "interface ge1", "description wrong", "exit", "no router ospf")
    rig.device.vtysh("configure terminal", "ip route 198.51.100.0/24 Null0", "hostname other")
    assert (await rig.put_back())["result"] == "restored"
    assert meant(rig.shown) == meant(before)
    saved = rig.device.run("cat", "/etc/frr/frr.conf")
    assert "description customer port" in saved
    assert "198.51.100.0" not in saved
    assert [step for step, outcome in rig.steps if outcome == "done"] == [
        "health",
        "upload",
        "apply",
        "verify",
        "confirm",
        "save",
    ]
    assert not [name for name in rig.device.run("ls", "-a", "/tmp").split() if name.startswith((".cmsp", "reload-"))]


async def test_what_cuts_the_link_is_taken_back_by_the_router_itself(rig: Rig) -> None:
    # the version that is put back has another address on the uplink: the agent loses the router
    stored = (await rig.backups.content("gw1", "latest", redacted=False)).replace(rig.device.address, "10.99.0.1")
    assert (await rig.backups.take_in("gw1", stored)).backup is not None
    rig.device.vtysh("configure terminal", "interface ge1", "description before the restore")
    before = rig.shown
    newest = (await rig.backups.versions("gw1"))[0]
    plan = await rig.restores.plan(RestoreOrder("gw1", newest.id, "noc"))
    with pytest.raises(AgentError, match="the device runs what it ran before"):
        await rig.restores.run(RestoreOrder("gw1", newest.id, "noc", plan.fingerprint), unwatched)
    assert meant(rig.shown) == meant(before)
    assert rig.steps[-1] == ("go back", "the device runs what it ran before")
    assert [each.type for each in rig.reported if each.raised] == ["restore.failed"]
    assert "10.99.0.1" not in rig.device.run("cat", "/etc/frr/frr.conf")


async def test_what_frr_does_not_take_is_taken_back(rig: Rig) -> None:
    stored = (await rig.backups.content("gw1", "latest", redacted=False)).replace(
        "router ospf\n", "router ospf\n no-such-command 7\n"
    )
    assert (await rig.backups.take_in("gw1", stored)).backup is not None
    before = rig.shown
    newest = (await rig.backups.versions("gw1"))[0]
    plan = await rig.restores.plan(RestoreOrder("gw1", newest.id, "noc"))
    with pytest.raises(CommandRejected, match="the device runs what it ran before"):
        await rig.restores.run(RestoreOrder("gw1", newest.id, "noc", plan.fingerprint), unwatched)
    assert meant(rig.shown) == meant(before)


async def test_a_login_without_a_shell_has_no_way_back_and_the_refusal_says_what_it_needs(
    lab: RealLab, tmp_path: Path
) -> None:
    (folder := tmp_path / "agent").mkdir()
    async with router(lab, folder, lab.logins.ssh_user) as rig:
        rig.device.vtysh("configure terminal", "interface ge1", "description wrong")
        first = (await rig.backups.versions("gw1"))[0]
        plan = await rig.restores.plan(RestoreOrder("gw1", first.id, "noc"))
        assert not plan.reversible
        with pytest.raises(Conflict, match="frr-pythontools"):
            await rig.restores.run(RestoreOrder("gw1", first.id, "noc", plan.fingerprint), unwatched)
