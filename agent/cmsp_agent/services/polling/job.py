"""A poll on demand, as a job that people and the head-end can watch."""

from collections.abc import Callable, Mapping
from typing import Any

from cmsp_agent.config.nearest import no_such
from cmsp_agent.model.errors import DeviceError, NotFound
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.pipeline.poll_judge import in_words
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.jobs import JobKind, JobReport
from cmsp_agent.services.polling.access_tests import AccessTests
from cmsp_agent.services.polling.commands import CommandLoops
from cmsp_agent.services.polling.poller import Poller
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.services.polling.snmp_test import SnmpTest

KIND = "poll"


def poll_job(poller: Poller, commands: CommandLoops, with_reason: Callable[[PollSignal], PollSignal]) -> JobKind:
    """The kind of job that polls its component once, out of its turn, and reads its show commands.

    Args:
        poller: asks the device.
        commands: read its show commands.
        with_reason: adds why a poll without an answer says nothing of its device.
    """

    async def work(report: JobReport) -> Mapping[str, Any]:
        name = report.job.component
        report.step(10, "asking the device")
        found = outcome(with_reason(await poller.poll_now(name)))
        if name not in commands.names:
            return found
        report.step(60, "reading its show commands")
        return _with_commands(found, await _read(commands, name))

    return JobKind(work, within=300.0)


async def _read(commands: CommandLoops, name: str) -> PollSignal | DeviceError | None:
    try:
        return await commands.read_now(name)
    except DeviceError as error:
        return error


def _with_commands(found: dict[str, Any], read: PollSignal | DeviceError | None) -> dict[str, Any]:
    if read is None:
        return found
    if isinstance(read, DeviceError):
        return {**found, "commands": False, "commands_detail": str(read)}
    further = outcome(read)
    return {
        **found,
        "commands": True,
        "faults": [*found["faults"], *further["faults"]],
        "kpis": {**found["kpis"], **further["kpis"]},
    }


def component_test_job(sessions: SnmpSessions, devices: Devices, checks: AccessTests) -> JobKind:
    """The kind of job that tries every way to its component."""

    async def work(report: JobReport) -> Mapping[str, Any]:
        name = report.job.component
        component = devices.components.get(name)
        if component is None:
            raise NotFound(no_such("component", name, devices.components))
        report.step(10, "trying to reach the device, and to log in")
        tried = await checks.run(component)
        if component.credentials.snmp is None:
            return {"checks": tried}
        report.step(50, "asking the device by SNMP")
        return {"checks": tried, "snmp": await SnmpTest(sessions, component, devices.facts(name)).run()}

    return JobKind(work, within=300.0)


def outcome(poll: PollSignal) -> dict[str, Any]:
    """What the poll found, for people; null: not asked, or not permitted here."""
    return {
        "icmp": poll.icmp,
        "tcp": poll.tcp,
        "snmp": poll.snmp,
        "reason": poll.reason,
        "detail": in_words(poll.reason, poll.detail),
        "faults": [{"type": seen.type, "object": seen.object} for seen in poll.states if seen.raised],
        "kpis": dict(sorted(poll.samples.items())),
    }
