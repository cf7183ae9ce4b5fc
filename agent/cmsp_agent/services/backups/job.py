"""A backup on demand, as a job that people and the head-end can watch."""

from collections.abc import Mapping
from typing import Any

from cmsp_agent.model.counted import counted
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.jobs import JobKind, JobReport

KIND = "backup"


def backup_job(backups: Backups) -> JobKind:
    """The kind of job that backs its component up; it fails with the device's own error."""

    async def work(report: JobReport) -> Mapping[str, Any]:
        outcome = await backups.run(report.job.component, "demand", report.step)
        if outcome.error is not None:
            raise outcome.error
        assert outcome.backup is not None
        backup = outcome.backup
        report.log(f"{outcome.result}: {counted(backup.lines, 'line')}, {backup.size} bytes")
        if outcome.lost:
            report.log(f"the stored copy of the last version: {outcome.lost}")
        return {"result": outcome.result.value, "backup": backup.id, "verified_at": rfc3339(backup.verified_at)}

    return JobKind(work)
