"""A restore, and the plan for one, as jobs. One that is cut off is followed until it is known what the device runs."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.job import Job
from cmsp_agent.services.backups.restore import Restores
from cmsp_agent.services.backups.restore_order import RestoreOrder
from cmsp_agent.services.jobs import JobKind, JobReport
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import jobs

PLAN, RESTORE = "restore-plan", "restore"
WITHIN = 3600.0
RECENT = 500
"""Jobs among which an order is looked for."""


def restore_jobs(restores: Restores, supervisor: Supervisor) -> Mapping[str, JobKind]:
    """The two kinds of job."""

    async def plan(report: JobReport) -> Mapping[str, Any]:
        report.step(10, "reading the running configuration")
        return (await restores.plan(_order(report.job))).as_json()

    async def restore(report: JobReport) -> Mapping[str, Any]:
        order = _order(report.job)
        try:
            return await restores.run(order, report.step)
        except asyncio.CancelledError:
            _follow(restores, supervisor, order, say=True)
            raise

    async def interrupted(job: Job) -> None:
        await restores.say_interrupted(_order(job))  # before the job is over: nobody would follow it any more
        _follow(restores, supervisor, _order(job))

    return {PLAN: JobKind(plan), RESTORE: JobKind(restore, WITHIN, repeatable=False, interrupted=interrupted)}


def _order(job: Job) -> RestoreOrder:
    said = job.arguments
    merge, other_device = bool(said.get("merge")), bool(said.get("other_device"))
    return RestoreOrder(job.component, said["version"], job.by, said.get("plan", ""), merge, other_device)


async def follow_again(
    restores: Restores, supervisor: Supervisor, database: Database, components: Collection[str]
) -> None:
    """Follow restores that had been cut off, where the agent ended once more before it was known what the device runs.

    Args:
        restores: follow them.
        supervisor: owns that.
        database: remembers what was ordered.
        components: those whose alarm of it holds.
    """
    recent = await database.read(lambda connection: jobs.latest(connection, RECENT))
    for component in components:
        job = next((each for each in recent if (each.kind, each.component) == (RESTORE, component)), None)
        if job is not None:
            _follow(restores, supervisor, _order(job))


def _follow(restores: Restores, supervisor: Supervisor, order: RestoreOrder, *, say: bool = False) -> None:
    async def followed() -> None:
        if say:
            await restores.say_interrupted(order)
        await restores.follow(order)

    try:
        supervisor.run(f"interrupted restore of {order.component}", followed())
    except ValueError:
        return  # the agent is stopping: it is followed after its next start; or it is followed already
