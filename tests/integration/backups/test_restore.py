"""A configuration put back on a played IOS gateway over SSH and SCP: kept where all is well, taken back where not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import Component, SshPlan
from cmsp_agent.model.credentials import Credentials, SshCredential
from cmsp_agent.model.errors import (
    AgentError,
    CommandRejected,
    Conflict,
    DeviceAnswerInvalid,
    DeviceUnreachable,
    Refused,
)
from cmsp_agent.model.job import Job, JobState
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups import Backups, Directory, Manifest, ManifestCopies, SshReader
from cmsp_agent.services.backups.replacing import ReplaceableDevice, replaceable
from cmsp_agent.services.backups.restore import INTERRUPTED, Restores
from cmsp_agent.services.backups.restore_job import RESTORE, follow_again, restore_jobs
from cmsp_agent.services.backups.restore_order import RestorableDevices, RestoreOrder, RestoreReports, RestoreTimes
from cmsp_agent.services.backups.ssh_reading import unwatched
from cmsp_agent.services.jobs import Jobs
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import jobs as table
from cmsp_agent.transports.ssh import CliClient, CliLimits
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys
from cmsp_plugins.cisco_ios.cli import CLI
from tests.lab.site.ios_config import IosConfig
from tests.lab.site.ios_replace import ReplaceFault, Rollback
from tests.lab.site.ios_shell import IosDevice
from tests.lab.site.ssh_server import IosSshServer, Misbehaviour, SshAccount

WANTED = """version 15.7
hostname gw-1
archive
 path flash:archive
banner motd ^C Gr\u00fc\u00dfe ^C
banner login ^C
 Keep out ^ C
^C
interface GigabitEthernet0/0
 description uplink
 ip address 10.1.0.1 255.255.255.0
snmp-server community canary-secret RO
dial-peer voice 1 pots
 destination-pattern 112
end"""
LIMITS = CliLimits(connect=2, banner=4, key_exchange=6, login=6, channel=3, silence=6, received=2_000_000)
TIMES = RestoreTimes(minutes=5, minute=0.5, watch=0.3, between=0.1)


@dataclass
class Rig:
    """A gateway, the service that saves it and puts it back, and what was said."""

    device: IosDevice
    server: IosSshServer
    rollback: Rollback
    backups: Backups
    restores: Restores
    database: Database
    supervisor: Supervisor
    steps: list[tuple[str, str]] = field(default_factory=list)
    reported: list[AgentSignal] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """What the device runs after an interruption is known, and well."""

    def change(self) -> None:
        """Somebody changes the device by hand."""
        config = self.device.config
        config.apply("no dial-peer voice 1")
        config.apply("shutdown", config.block("interface GigabitEthernet0/0"))

    async def order(self, *, merge: bool = False) -> RestoreOrder:
        """The first version, with its plan approved."""
        first = (await self.backups.versions("gw-1"))[-1]
        plan = await self.restores.plan(RestoreOrder("gw-1", first.id, "noc"))
        assert "canary-secret" not in repr(plan.as_json())
        return RestoreOrder("gw-1", first.id, "noc", plan.fingerprint, merge)

    @property
    def shown(self) -> str:
        return self.device.config.text()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with gateway(tmp_path) as made:
        yield made


@contextlib.asynccontextmanager
async def gateway(
    folder: Path, text: str = WANTED, platform: CliPlatform = CLI, times: RestoreTimes = TIMES
) -> AsyncIterator[Rig]:
    config = IosConfig.parse(text)
    rollback = Rollback(config, times.minute)
    device = IosDevice(config, {}, rollback=rollback)
    server = IosSshServer(device, SshAccount("noc", "s3cret-pass"))
    port = await server.start("127.0.0.1", 0)
    working: set[asyncio.Task[object]] = set()

    def cut(gone: bool) -> None:
        if gone:
            working.add(asyncio.ensure_future(server.stop()))
        elif not server.listening:
            working.add(asyncio.ensure_future(server.start("127.0.0.1", port)))

    rollback.cut = cut
    clock, counters = SystemClock(), Counters()
    store = folder / "backups"
    store.mkdir()
    database = await open_state(folder / "state.db", "apl-1", clock=clock, counters=counters)
    key, pool, texts = master_key(folder), BlockingPool("ssh", 4, 100), BlockingPool("texts", 1, 100)
    blobs, copies = Blobs(store, key), ManifestCopies(store, key)
    credential = SshCredential("noc", Secret("cli-password", lambda: "s3cret-pass"))
    component = Component(
        "gw-1", ("127.0.0.1",), "paris", type="cisco_ios", credentials=Credentials(ssh=credential),
        ssh=SshPlan(port=port),
    )  # fmt: skip
    client = CliClient(pool, StoredHostKeys(database, clock), clock, counters, LIMITS)
    async with Supervisor(clock, counters) as supervisor:

        async def tell(signal: AgentSignal) -> None:
            made.reported.append(signal)
            if signal.type == INTERRUPTED and not signal.raised:
                made.settled.set()

        async def report(order: RestoreOrder, step: str, outcome: str) -> None:
            made.steps.append((step, outcome))

        def replacing(known: Component, of: CliPlatform, minutes: int) -> ReplaceableDevice:
            return replaceable(client, known, of, minutes, backups.texts.of("gw-1").redacted)

        directory = Directory({"gw-1": component}.get, lambda name: platform)
        reader = SshReader(client, within=30)
        backups = Backups(directory, reader, Manifest(database, blobs, copies), tell, texts, clock, counters)
        devices = RestorableDevices(replacing, lambda name: made.faults)
        restores = Restores(backups, devices, RestoreReports(report, tell), clock, times=times)
        made = Rig(device, server, rollback, backups, restores, database, supervisor)
        assert (await backups.run("gw-1", "schedule")).error is None
        yield made
    await server.stop()
    await pool.close(3.0)
    await texts.close()
    await copies.close()
    await blobs.close()
    await database.close()


async def test_a_configuration_comes_back_whole_is_confirmed_and_saved(rig: Rig) -> None:
    rig.change()
    done = await rig.restores.run(await rig.order(), unwatched)
    assert (done["result"], done["way"]) == ("restored", "replace")
    assert rig.shown == IosConfig.parse(WANTED).text() == rig.device.config.saved
    assert not rig.rollback.pending
    assert not rig.rollback.files  # the uploaded copy is gone
    assert [step for step, outcome in rig.steps if outcome == "done"] == [
        "health",
        "upload",
        "apply",
        "verify",
        "confirm",
        "save",
    ]
    assert (await rig.backups.versions("gw-1"))[0].reason == "restore"


async def test_the_plan_says_what_is_lost_and_holds_for_this_state_only(rig: Rig) -> None:
    rig.change()
    order = await rig.order()
    plan = await rig.restores.plan(order)
    assert plan.lost == 1
    assert "-shutdown" in plan.difference.replace(" ", "")
    assert "+dial-peer voice 1 pots" in plan.difference
    rig.device.config.apply("ip domain name example.net")  # somebody else goes on
    with pytest.raises(Conflict, match="make the plan again"):
        await rig.restores.run(order, unwatched)
    with pytest.raises(Conflict, match="make the plan again"):
        await rig.restores.run(replace(order, plan=""), unwatched)


async def test_nothing_is_done_where_nothing_differs(rig: Rig) -> None:
    assert (await rig.restores.run(await rig.order(), unwatched))["result"] == "unchanged"
    assert rig.steps == []


UNTOUCHED = (ReplaceFault.NO_SCP, ReplaceFault.DAMAGED_FILE, ReplaceFault.INVALID_FILE, ReplaceFault.REFUSED_LINE)
TAKEN_BACK = (ReplaceFault.ABORTED, ReplaceFault.LEFT_OUT, ReplaceFault.CUT)


@pytest.mark.parametrize("fault", [*UNTOUCHED, *TAKEN_BACK])
async def test_a_failure_leaves_the_device_as_it_was_and_is_an_alarm(rig: Rig, fault: ReplaceFault) -> None:
    rig.change()
    before, order = rig.shown, await rig.order()
    rig.rollback.fault = fault
    with pytest.raises(AgentError, match="runs what it ran before") as refused:
        await rig.restores.run(order, unwatched)
    assert rig.shown == before
    assert not rig.rollback.pending
    [alarm] = [each for each in rig.reported if each.type == "restore.failed"]
    assert alarm.raised
    assert "canary-secret" not in f"{refused.value}{alarm}{rig.steps}"
    assert rig.steps[-1] == ("go back", "the device runs what it ran before")
    rig.rollback.fault = ReplaceFault.NONE
    assert (await rig.restores.run(await rig.order(), unwatched))["result"] == "restored"
    assert not rig.reported[-1].raised


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            ReplaceFault.ABORTED,
            "Rollback aborted after 5 passes .* pri-group timeslots 1-31 snmp-server community <hidden>",
        ),
        (ReplaceFault.REFUSED_LINE, "Failed to apply command snmp-server community <hidden> RO"),
    ],
)
async def test_the_commands_that_the_device_did_not_take_are_named(rig: Rig, fault: ReplaceFault, said: str) -> None:
    rig.change()
    order = await rig.order()
    rig.rollback.fault = fault
    with pytest.raises(CommandRejected, match=said):
        await rig.restores.run(order, unwatched)


async def test_a_fault_that_shows_afterwards_takes_the_change_back(rig: Rig) -> None:
    rig.change()
    before, order = rig.shown, await rig.order()
    rig.faults.append("isdn.layer2.down Serial0/1/0:15")  # it was there before: no reason

    def progress(percent: int, step: str) -> None:
        if step == "watching for faults":
            rig.faults.append("component.down")

    with pytest.raises(DeviceAnswerInvalid, match=r"applied: component\.down; the device runs what it"):
        await rig.restores.run(order, progress)
    assert rig.shown == before


async def test_a_device_that_stays_away_is_said_to_be_unknown(rig: Rig) -> None:
    rig.change()
    order = await rig.order()
    rig.rollback.fault = ReplaceFault.NEVER_BACK
    with pytest.raises(AgentError, match="whether the device went back is not known"):
        await rig.restores.run(order, unwatched)


async def test_what_the_device_does_not_take_as_confirmed_it_takes_back(rig: Rig) -> None:
    rig.change()
    before, order = rig.shown, await rig.order()
    rig.rollback.fault = ReplaceFault.NOT_CONFIRMED
    with pytest.raises(CommandRejected, match=r"could not be confirmed.*; the device runs what it ran before"):
        await rig.restores.run(order, unwatched)
    assert rig.shown == before


@pytest.mark.parametrize("fault", [ReplaceFault.LOST_BEFORE_CONFIRM, ReplaceFault.LOST_AFTER_CONFIRM])
async def test_a_confirmation_whose_session_is_lost_is_said_again(tmp_path: Path, fault: ReplaceFault) -> None:
    async with gateway(tmp_path, times=replace(TIMES, minute=4.0)) as rig:
        rig.change()
        order = await rig.order()
        rig.rollback.fault = fault
        assert (await rig.restores.run(order, unwatched))["result"] == "restored"
        assert rig.shown == IosConfig.parse(WANTED).text() == rig.device.config.saved
        assert not rig.rollback.pending


async def test_one_that_went_back_before_it_was_confirmed_is_not_kept(rig: Rig) -> None:
    rig.change()
    before, saved, order = rig.shown, rig.device.config.saved, await rig.order()
    rig.rollback.fault = ReplaceFault.EXPIRED
    with pytest.raises(DeviceAnswerInvalid, match="the device runs what it ran before"):
        await rig.restores.run(order, unwatched)
    assert (rig.shown, rig.device.config.saved) == (before, saved)
    assert [step for step, outcome in rig.steps if outcome.startswith("failed")] == ["confirm"]


async def test_a_cut_upload_leaves_what_waits_for_somebody_else_alone(rig: Rig) -> None:
    rig.change()
    order = await rig.order()
    rig.server.misbehaviour = Misbehaviour.CUT_IN_UPLOAD
    with pytest.raises(DeviceUnreachable, match="the device runs what it ran before"):
        await rig.restores.run(order, unwatched)
    assert rig.rollback.reverted == 0
    assert [step for step, outcome in rig.steps if outcome.startswith("failed")] == ["upload"]


async def test_a_change_that_waits_for_somebody_else_is_neither_replaced_nor_taken_back(rig: Rig) -> None:
    rig.rollback.files["flash:theirs"] = f"{WANTED.removesuffix('end')}ip domain name example.net\nend".encode()
    rig.rollback.replace("configure replace flash:theirs force revert trigger error timer 120")
    order = await rig.order()
    with pytest.raises(CommandRejected, match=r"waits there for its confirmation already.*runs what it ran before"):
        await rig.restores.run(order, unwatched)
    assert (rig.rollback.replaced, rig.rollback.reverted, rig.rollback.pending) == (1, 0, True)
    assert "ip domain name example.net" in rig.shown


async def test_a_device_that_asks_for_each_user_that_goes_is_answered_each_time(rig: Rig) -> None:
    for name in ("anna", "ben", "cy"):
        rig.device.config.apply(f"username {name} privilege 15 secret 9 canary-secret")
    assert (await rig.restores.run(await rig.order(), unwatched))["result"] == "restored"
    assert rig.shown == IosConfig.parse(WANTED).text()


async def test_a_device_that_gets_another_name_gets_the_command_once(rig: Rig) -> None:
    rig.change()
    rig.device.config.apply("hostname gw-renamed")
    assert (await rig.restores.run(await rig.order(), unwatched))["result"] == "restored"
    assert rig.rollback.replaced == 1
    assert rig.shown == IosConfig.parse(WANTED).text()


async def test_what_runs_and_could_not_be_saved_is_said(rig: Rig) -> None:
    rig.change()
    order = await rig.order()
    rig.rollback.fault = ReplaceFault.NOT_SAVED
    with pytest.raises(CommandRejected, match="the configuration runs, but was not saved"):
        await rig.restores.run(order, unwatched)
    assert [each.type for each in rig.reported if each.raised] == ["restore.failed"]
    assert not rig.rollback.files


async def test_without_a_way_back_lines_are_merged_only_where_that_was_asked_for(tmp_path: Path) -> None:
    async with gateway(tmp_path, WANTED.replace("archive\n path flash:archive\n", "")) as rig:
        rig.device.config.apply("no dial-peer voice 1")
        rig.device.config.apply("ip domain name example.net")
        with pytest.raises(Conflict, match="enter `archive`"):
            await rig.restores.run(await rig.order(), unwatched)
        done = await rig.restores.run(await rig.order(merge=True), unwatched)
        assert done["way"] == "merge"
        assert "dial-peer voice 1 pots\n destination-pattern 112" in rig.shown
        assert "ip domain name example.net" in rig.shown  # a merge removes nothing


async def test_a_merge_that_turns_out_badly_is_said_to_run(tmp_path: Path) -> None:
    async with gateway(tmp_path, WANTED.replace("archive\n path flash:archive\n", "")) as rig:
        rig.device.config.apply("no dial-peer voice 1")

        def progress(percent: int, step: str) -> None:
            if step == "watching for faults":
                rig.faults.append("component.down")

        with pytest.raises(DeviceAnswerInvalid, match="the device runs what was put back; the agent has not saved it"):
            await rig.restores.run(await rig.order(merge=True), progress)


async def test_who_may_not_restore_learns_what_is_missing(tmp_path: Path) -> None:
    async with gateway(tmp_path, platform=replace(CLI, replacement=None)) as rig:
        with pytest.raises(Refused, match="source: device type"):
            await rig.restores.plan(RestoreOrder("gw-1", "latest", "noc"))


@pytest.mark.parametrize("step", ["upload", "apply", "verify"])
async def test_an_agent_that_ends_in_the_middle_says_at_its_next_start_what_the_device_runs(
    rig: Rig, step: str
) -> None:
    rig.change()
    before, order = rig.shown, await rig.order()
    reached = asyncio.Event()
    marks = {"upload": "copying the file to the device", "apply": "applying it", "verify": "watching for faults"}

    def progress(percent: int, said: str) -> None:
        if said == marks[step]:
            reached.set()

    running = asyncio.ensure_future(rig.restores.run(order, progress))
    await asyncio.wait_for(reached.wait(), 20)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    rig.restores.under_way.clear()
    arguments = {"version": order.version, "plan": order.plan}
    left = Job("job-1", RESTORE, "gw-1", "noc", 1, JobState.RUNNING, arguments=arguments)
    await rig.database.write(lambda tx: table.save(tx, left))
    clock = SystemClock()
    jobs = Jobs(rig.database, rig.supervisor, clock, restore_jobs(rig.restores, rig.supervisor))
    await jobs.resume()
    assert (await jobs.find("job-1")).state is JobState.FAILED
    await asyncio.wait_for(rig.settled.wait(), 20)
    assert rig.shown == before  # the device's own timer has taken it back
    assert rig.reported[-2].raised


async def test_one_whose_following_was_cut_off_as_well_is_followed_again(rig: Rig) -> None:
    rig.change()
    order = await rig.order()
    over = Job(
        "job-1", RESTORE, "gw-1", "noc", 1, JobState.FAILED, arguments={"version": order.version, "plan": order.plan}
    )
    await rig.database.write(lambda tx: table.save(tx, over))
    await rig.restores.say_interrupted(order)
    await follow_again(rig.restores, rig.supervisor, rig.database, {"gw-1"})
    await asyncio.wait_for(rig.settled.wait(), 20)
    assert [signal.raised for signal in rig.reported if signal.type == INTERRUPTED] == [True, False]
