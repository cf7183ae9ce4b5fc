"""Builds the services of backups and restores from devices, command lines, grave faults and the audit log."""

from collections.abc import Collection
from functools import partial
from operator import attrgetter

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.model.component import Component
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.wording import printable
from cmsp_agent.pipeline.alarm_types.emergency import EMERGENCY_LOST
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.audit import AuditEntry, AuditLog
from cmsp_agent.services.backups.manifest import Manifest
from cmsp_agent.services.backups.outcome import Directory
from cmsp_agent.services.backups.replacing import replaceable
from cmsp_agent.services.backups.restore import FAILED, INTERRUPTED, Restores
from cmsp_agent.services.backups.restore_order import RestorableDevice, RestorableDevices, RestoreOrder, RestoreReports
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.backups.ssh_reading import SshReader
from cmsp_agent.services.backups.uploading import uploading
from cmsp_agent.services.backups.web_reading import AnyReader, WebReader
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.events.service import EventService
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.tables import incidents
from cmsp_agent.transports.device_web import WebClient
from cmsp_agent.transports.ssh import CliClient
from cmsp_agent.transports.ssh.stored_keys import StoredHostKeys

DIALOGUES = 20
"""SSH dialogues at the same time; each holds a thread."""
RELAPSES = 30 * 86_400_000
"""Milliseconds before a change within which an incident began that came back after it and is over again."""
GRAVE = (Severity.CRITICAL, Severity.MAJOR)
NO_SYMPTOMS = (FAILED, INTERRUPTED, EMERGENCY_LOST)
"""Alarms that say nothing of what was put back: of a restore itself, and what is known by the last saved configuration
alone. That is the one from before; what else an emergency number may be lost by is an alarm of its own."""
LONGEST = 500


def command_lines(runtime: Runtime, dialogues: BlockingPool) -> CliClient:
    """SSH to devices, their host keys pinned in the database."""
    keys = StoredHostKeys(runtime.state, runtime.clock)
    return runtime.machine.network.cli(dialogues, keys, runtime.clock, runtime.counters)


def web_interfaces(runtime: Runtime, dialogues: BlockingPool) -> WebClient:
    """The web interfaces of devices, their certificates pinned where the host keys are."""
    return WebClient(dialogues, StoredHostKeys(runtime.state, runtime.clock))


def make_backups(
    runtime: Runtime,
    manifest: Manifest,
    devices: Devices,
    events: EventService,
    client: CliClient,
    web: WebClient,
    computing: BlockingPool,
) -> Backups:
    """What takes and shows configurations; the pool is for work on texts."""
    return Backups(
        Directory(
            devices.component,
            lambda name: devices.device_type(name).cli,
            partial(healthy_since, runtime, events),
            lambda: tuple(devices.components),
            lambda name: facts.serial if (facts := devices.facts(name)) is not None else "",
        ),
        AnyReader(SshReader(client, attrgetter("source")), WebReader(web, attrgetter("source"))),
        manifest,
        events.tell,
        computing,
        runtime.clock,
        runtime.counters,
        at_once=DIALOGUES,
        new_id=runtime.machine.new_id,
    )


async def healthy_since(runtime: Runtime, events: EventService, component: str, moment: int) -> bool:
    """Whether a component is well now, and no fault of it came or came back since a time (ms).

    An incident from before, such as a licence that runs out, says nothing of a change; a grave fault that holds does.
    """
    if grave_faults(events, component):
        return False
    found = await runtime.state.read(lambda connection: incidents.since(connection, moment - RELAPSES))
    return not any(component in incident.components and incident.struck_since(moment) for incident in found)


def make_restores(
    runtime: Runtime,
    backups: Backups,
    client: CliClient,
    web: WebClient,
    events: EventService,
    audit: AuditLog,
    devices: Devices,
) -> Restores:
    """Restores over the running agent's parts."""

    def device(component: Component, platform: CliPlatform, minutes: int) -> RestorableDevice:
        hide = backups.texts.of(component.name).redacted
        if platform.replacement is None:
            return uploading(web, component, platform, component.source, hide)
        return replaceable(client, component, platform, minutes, hide)

    async def report(order: RestoreOrder, step: str, outcome: str) -> None:
        action, place = f"restore: {step}", f"{order.component}/{order.version}"
        result, _, detail = printable(outcome).partition(": ")
        entry = AuditEntry(runtime.clock.now(), order.by, "job", action, place, result[:LONGEST], detail[:LONGEST])
        await runtime.state.write(lambda tx: audit.append(tx, entry))

    def ports(component: str) -> Collection[str]:
        known = devices.interfaces(component)
        return {*known.names.values(), *known.descriptions.values()}

    restorable = RestorableDevices(device, partial(grave_faults, events), ports)
    return Restores(backups, restorable, RestoreReports(report, events.tell), runtime.clock)


def grave_faults(events: EventService, component: str) -> list[str]:
    """What is wrong with a component by its critical and major alarms."""
    return [
        f"{key.type} {key.object}".strip()
        for key, event in events.alarm_state.active.items()
        if key.component == component and event.severity in GRAVE and key.type not in NO_SYMPTOMS
    ]
