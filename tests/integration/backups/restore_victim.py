"""Puts a configuration back until it kills itself at a given step: around each word to the device or the disk.

Run as `python -m tests.integration.backups.restore_victim DIRECTORY PORT STEP`. The first life in a directory saves
the device and ends. A later one resumes what an earlier one left, or else puts the saved version back. It prints the
alarms, and at its end the job's state and how many steps there were.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import Component, SshPlan
from cmsp_agent.model.credentials import Credentials, SshCredential
from cmsp_agent.model.job import JobState
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups import Backups, Directory, Manifest, SshReader
from cmsp_agent.services.backups.replacing import ReplaceableDevice, replaceable
from cmsp_agent.services.backups.restore import INTERRUPTED, Restores
from cmsp_agent.services.backups.restore_job import RESTORE, restore_jobs
from cmsp_agent.services.backups.restore_order import RestorableDevices, RestoreOrder, RestoreReports, RestoreTimes
from cmsp_agent.services.jobs import Jobs
from cmsp_agent.storage.sealed.blobs import Blobs
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import jobs as table
from cmsp_agent.transports.ssh import CliClient
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys
from cmsp_plugins.cisco_ios.cli import CLI
from tests.integration.backups.victim import Steps

MINUTE = 0.3
"""Seconds that the device takes for a minute."""
TIMES = RestoreTimes(minutes=5, minute=MINUTE, watch=0.05, between=0.05)
UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


def around(steps: Steps, owner: Any, name: str) -> None:
    """A step before and after each call of an asynchronous method."""
    known: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def called(*given: Any, **named: Any) -> Any:
        steps.step()
        result = await known(*given, **named)
        steps.step()
        return result

    setattr(owner, name, called)


async def live(folder: Path, port: int, steps: Steps) -> None:
    """One life."""
    first = not (folder / "state.db").exists()
    clock, counters, over, said = SystemClock(), Counters(), asyncio.Event(), list[AgentSignal]()
    (folder / "backups").mkdir(exist_ok=True)
    database = await open_state(folder / "state.db", "apl", clock=clock, counters=counters)
    credential = SshCredential("noc", Secret("cli-password", lambda: "s3cret-pass"))
    component = Component(
        "gw-1", ("127.0.0.1",), "paris", type="cisco_ios", credentials=Credentials(ssh=credential),
        ssh=SshPlan(port=port),
    )  # fmt: skip
    pool, texts = BlockingPool("ssh", 2, 9), BlockingPool("texts", 1, 9)
    client = CliClient(pool, StoredHostKeys(database, clock), clock, counters)

    async def tell(signal: AgentSignal) -> None:
        print("alarm", signal.type, signal.raised, signal.text, flush=True)
        said.append(signal)
        if signal.type == INTERRUPTED and len([each for each in said if each.type == INTERRUPTED]) == 2:
            over.set()  # at the start, and what came of it

    async def report(order: RestoreOrder, step: str, outcome: str) -> None:
        steps.step()

    def replacing(known: Component, of: CliPlatform, minutes: int) -> ReplaceableDevice:
        return replaceable(client, known, of, minutes, str)

    blobs = Blobs(folder / "backups", master_key(folder))
    directory = Directory({"gw-1": component}.get, lambda name: CLI)
    backups = Backups(directory, SshReader(client), Manifest(database, blobs), tell, texts, clock, counters)
    devices = RestorableDevices(replacing, lambda name: ())
    restores = Restores(backups, devices, RestoreReports(report, tell), clock, times=TIMES)
    async with Supervisor(clock, counters) as supervisor:
        if first:
            assert (await backups.run("gw-1", "schedule")).error is None
        else:
            jobs = Jobs(database, supervisor, clock, restore_jobs(restores, supervisor))
            await carry_out(database, restores, jobs, steps, client, over)
    print("steps", steps.count, flush=True)
    os._exit(0)


async def carry_out(
    database: Database, restores: Restores, jobs: Jobs, steps: Steps, client: CliClient, over: asyncio.Event
) -> None:
    """Resume what is left, or put the first version back."""
    left = await database.read(lambda connection: [job for job in table.latest(connection, 9) if job.kind == RESTORE])
    await jobs.resume()
    if [job for job in left if job.state in UNFINISHED]:
        await asyncio.wait_for(over.wait(), 30)
        print("job", (await jobs.find(left[0].id)).state.value, flush=True)
        return
    if left:
        print("job", left[0].state.value, flush=True)
        return
    first = (await restores.backups.versions("gw-1"))[-1]
    plan = await restores.plan(RestoreOrder("gw-1", first.id, "noc"))
    for name in ("dialogue", "upload"):
        around(steps, client, name)
    for owner, name in ((os, "fsync"), (Path, "replace")):
        steps.around(owner, name)
    arguments = {"version": first.id, "plan": plan.fingerprint, "merge": False}
    job = await jobs.submit(RESTORE, "gw-1", "noc", arguments)
    for _ in range(3000):
        if (await jobs.find(job.id)).state not in UNFINISHED:
            break
        await asyncio.sleep(0.02)
    print("job", (await jobs.find(job.id)).state.value, flush=True)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), int(sys.argv[2]), Steps(int(sys.argv[3]))))
