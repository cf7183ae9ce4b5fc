"""A restore, and the plan for one, as jobs. One that is cut off is followed until it is known what the device runs."""

import asyncio
from collections.abc import Mapping
from typing import Any

from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.job import Job
from cmsp_agent.services.backups.restore import Restores
from cmsp_agent.services.backups.restore_order import RestoreOrder
from cmsp_agent.services.jobs import JobKind, JobReport

PLAN, RESTORE = "restore-plan", "restore"
WITHIN = 3600.0


def restore_jobs(restores: Restores, supervisor: Supervisor) -> Mapping[str, JobKind]:
    """The two kinds of job."""

    def follow(order: RestoreOrder) -> None:
        try:
            supervisor.run(f"interrupted restore of {order.component}", restores.interrupted(order))
        except ValueError:
            return  # the agent is stopping: it is followed after its next start

    async def plan(report: JobReport) -> Mapping[str, Any]:
        report.step(10, "reading the running configuration")
        return (await restores.plan(_order(report.job))).as_json()

    async def restore(report: JobReport) -> Mapping[str, Any]:
        order = _order(report.job)
        try:
            return await restores.run(order, report.step)
        except asyncio.CancelledError:
            follow(order)
            raise

    async def interrupted(job: Job) -> None:
        await restores.say_interrupted(_order(job))  # before the job is over: nobody would follow it any more
        follow(_order(job))

    return {PLAN: JobKind(plan), RESTORE: JobKind(restore, WITHIN, repeatable=False, interrupted=interrupted)}


def _order(job: Job) -> RestoreOrder:
    said = job.arguments
    return RestoreOrder(job.component, said["version"], job.by, said.get("plan", ""), bool(said.get("merge")))
