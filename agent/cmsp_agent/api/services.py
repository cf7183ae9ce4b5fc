"""The services behind the calls, as the application is given them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.refusals import Refusals
from cmsp_agent.model.calls import EmergencyCall
from cmsp_agent.model.component import Component, Threshold
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_facts import ReportedFault
from cmsp_agent.pipeline.rules.rule import Rules
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.audit import AuditLog
from cmsp_agent.services.backups import Backups
from cmsp_agent.services.backups.history import ConfigurationChange
from cmsp_agent.services.backups.restore import Restores
from cmsp_agent.services.backups.setup import SetupPlan
from cmsp_agent.services.backups.storage_estimate import StorageNeed
from cmsp_agent.services.devices.records import DeviceRecords
from cmsp_agent.services.emergency.call_paths import NumberCallPaths
from cmsp_agent.services.events.alarms_by_hand import AlarmDesk
from cmsp_agent.services.events.log import EventLog
from cmsp_agent.services.events.recording import Outward
from cmsp_agent.services.events.silences import SilenceService
from cmsp_agent.services.inventory.listing import InventoryBook
from cmsp_agent.services.jobs import Jobs
from cmsp_agent.services.kpis.history import History, Question
from cmsp_agent.services.link.outbox_inspection import OutboxService
from cmsp_agent.services.order.watch import OrderWatch
from cmsp_agent.services.revisions.service import Revisions
from cmsp_agent.services.status.service import StatusService
from cmsp_agent.services.unsafe_calls import UnsafeCalls


class StreamWakeup:
    """Woken when events were committed: those who stream them look again."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self.closed = False

    def wake(self, facts: object = None) -> None:  # noqa: ARG002
        """Wake everybody who waits; takes what an event service announces, and ignores it."""
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()

    def close(self) -> None:
        """No more will come: streams end."""
        self.closed = True
        self.wake()

    def next_wakeup(self) -> asyncio.Event:
        """Set at the next `wake`. Get it before looking and wait for it after, and none is missed."""
        return self._woken


class EmergencyRecords(Protocol):
    """As `EmergencyCalls.latest`."""

    def __call__(self, component: str, *, local: bool) -> Awaitable[Sequence[EmergencyCall]]:
        """The latest records of a component, or of all; with callers as they may be shown."""
        ...


@dataclass(frozen=True, slots=True)
class EventServices:
    """What calls ask about events, alarms and incidents, and what they change."""

    log: EventLog
    alarms: AlarmDesk
    silences: SilenceService
    change_incident: Callable[[str, Callable[[Incident], Incident]], Awaitable[Incident]]
    """As `EventService.change_incident`."""
    report_incident: Callable[[ReportedFault], Awaitable[Incident]]
    """As `EventService.report_incident`."""
    raw_messages: Callable[[str], Awaitable[bytes]]
    """As `RawMessages.of_event`."""
    masked: Outward
    """Events and incidents as they may leave the site, by the configuration of the moment."""
    silenced_by: Callable[[Event], str]
    """As `EventsPart.silenced_by`."""
    confirm_clock: Callable[[], Awaitable[None]]
    """As `KnownTime.confirm`."""
    rules: Callable[[], Rules]
    """Those in force."""


@dataclass(frozen=True, slots=True)
class BackupServices:
    """What calls ask about backups, and about what is set up on devices."""

    store: Backups
    restores: Restores
    history: Callable[[str, int, int], Awaitable[list[ConfigurationChange]]]
    """As `BackupsPart.history`."""
    storage_need: Callable[[Mapping[str, int]], Awaitable[StorageNeed]]
    """As `BackupsPart.storage_need`."""
    setup: Callable[[Component], Awaitable[SetupPlan]]
    """As `DeviceSetup.plan`."""


@dataclass(frozen=True, slots=True)
class PollingServices:
    """What calls ask about polls, by component."""

    unsupported: Callable[[str], Sequence[str]]
    """Component → the KPIs of its type that the device itself does not have."""
    thresholds: Callable[[], Mapping[str, Sequence[Threshold]]]
    """Component → the thresholds in force."""


@dataclass(frozen=True, slots=True)
class EmergencyServices:
    """What calls ask about emergency numbers."""

    call_paths: Callable[[], Awaitable[Sequence[NumberCallPaths]]]
    """As `EmergencyWatch.call_paths`."""
    calls: EmergencyRecords
    """As `EmergencyCalls.latest`."""


@dataclass(frozen=True, slots=True)
class ConfigurationServices:
    """What calls ask about the configuration of the moment, and what they change."""

    document: Callable[[], Mapping[str, Any]]
    """What is in force, secrets by name only."""
    roles: Callable[[], Mapping[str, str]]
    """Certificate URI → role."""
    revoked: Callable[[], Collection[str]]
    """Serial numbers of client certificates that are accepted no more."""
    revisions: Revisions
    rule_files: Callable[[], Awaitable[Sequence[tuple[str, str]]]]
    """The files of rules that the site file names, with their text."""
    secrets: Callable[[], Awaitable[Sequence[Mapping[str, object]]]]
    """The secrets that the file names or the vault holds: name, source, lines of the file."""


@dataclass(frozen=True, slots=True)
class ApiServices:
    """The services that the API calls, by domain."""

    clock: Clock
    counters: Counters
    calls: UnsafeCalls
    jobs: Jobs
    status: StatusService
    audit: AuditLog
    events: EventServices
    backups: BackupServices
    polling: PollingServices
    emergency: EmergencyServices
    configuration: ConfigurationServices
    records: DeviceRecords
    outbox: OutboxService
    inventory: InventoryBook
    order: OrderWatch
    device_types: Registry
    discovery: Callable[[tuple[str, ...]], None]
    """As `DiscoveryPart.check`."""
    kpis: Callable[[Question], Awaitable[History]]
    """As `KpiHistory.read`."""
    read_only: Callable[[str], Sequence[str]]
    """Component → the commands that diagnostics may run on it."""
    bundles: Callable[[str], Awaitable[bytes]]
    """A support bundle by its name (`services.support`)."""
    wakeup: StreamWakeup = field(default_factory=StreamWakeup)
    refusals: Refusals = field(default_factory=Refusals)
