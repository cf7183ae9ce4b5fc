"""A poll on demand, as a job that people and the head-end can watch."""

from collections.abc import Mapping
from typing import Any

from cmsp_agent.model.errors import NotFound
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.services.devices.inventory import Devices
from cmsp_agent.services.jobs import JobKind, JobReport
from cmsp_agent.services.polling.poller import Poller
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.services.polling.trial import Trial

KIND = "poll"


def poll_job(poller: Poller) -> JobKind:
    """The kind of job that polls its component once, out of its turn."""

    async def work(report: JobReport) -> Mapping[str, Any]:
        report.step(10, "asking the device")
        return outcome(await poller.poll_now(report.job.component))

    return JobKind(work, within=180.0)


def trial_job(sessions: SnmpSessions, devices: Devices) -> JobKind:
    """The kind of job that tries how its component answers SNMP."""

    async def work(report: JobReport) -> Mapping[str, Any]:
        name = report.job.component
        component = devices.components.get(name)
        if component is None:
            raise NotFound(f"no component is called {name!r}")
        report.step(10, "asking the device by SNMP")
        return {"snmp": await Trial(sessions, component, devices.facts(name)).run()}

    return JobKind(work, within=300.0)


def outcome(poll: PollSignal) -> dict[str, Any]:
    """What the poll found, for people; null: not asked, or not permitted here."""
    return {
        "icmp": poll.icmp,
        "tcp": poll.tcp,
        "snmp": poll.snmp,
        "reason": poll.reason,
        "detail": poll.detail,
        "faults": [{"type": seen.type, "object": seen.object} for seen in poll.states if seen.raised],
        "kpis": dict(sorted(poll.samples.items())),
    }
