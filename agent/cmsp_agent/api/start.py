"""The part that answers calls: the HTTP API on the tunnel and on the Unix socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from cmsp_agent.api.server import ApiServer, ServerSettings, TlsListen
from cmsp_agent.api.services import (
    ApiServices,
    BackupServices,
    ConfigurationServices,
    EmergencyServices,
    EventServices,
    PollingServices,
)
from cmsp_agent.api.tls import server_context
from cmsp_agent.config.configuration import ApiSettings, Configuration
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.services.audit import AuditLog
from cmsp_agent.services.audit_beside import FOLDER, EntriesBeside
from cmsp_agent.services.audit_retention import AuditRetention
from cmsp_agent.services.backups.start import BackupsPart
from cmsp_agent.services.devices.records import DeviceRecords
from cmsp_agent.services.diagnostics.start import DiagnosticsPart
from cmsp_agent.services.discovery.start import DiscoveryPart
from cmsp_agent.services.emergency.start import EmergencyPart
from cmsp_agent.services.events.alarms_by_hand import AlarmDesk
from cmsp_agent.services.events.log import EventLog
from cmsp_agent.services.events.start import EventsPart
from cmsp_agent.services.filter_overrides import audit_overrides
from cmsp_agent.services.inventory.start import InventoryPart
from cmsp_agent.services.jobs import Jobs
from cmsp_agent.services.kpis.history import KpiHistory
from cmsp_agent.services.link.identity import beside_the_tunnel
from cmsp_agent.services.link.outbox_inspection import OutboxService
from cmsp_agent.services.listening import Listening
from cmsp_agent.services.order.start import OrderPart
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.plugins import PluginsPart
from cmsp_agent.services.polling.poller import Poller
from cmsp_agent.services.revisions.start import RevisionsPart
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.services.status.service import StatusService
from cmsp_agent.services.support.start import SupportPart
from cmsp_agent.services.unsafe_calls import UnsafeCalls
from cmsp_agent.transports.tls_server import ServerCertificates

Found = TypeVar("Found", bound=Part)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the API shows beside the services: looked up at each call, so that a reload needs nothing here."""

    document: Callable[[], Mapping[str, Any]]
    """The configuration in force."""
    roles: Callable[[], Mapping[str, str]]
    revoked: Callable[[], Collection[str]]
    """Serial numbers of certificates that are accepted no more."""
    rule_files: Callable[[], Sequence[tuple[str, str]]]
    """With their text; it reads them."""
    secrets: Callable[[], Sequence[Mapping[str, object]]]
    """By name, each with its source; it reads them."""


@dataclass(frozen=True, slots=True)
class ApiPart(Part):
    """The server, running."""

    server: ApiServer
    audit: Callable[[], Awaitable[None]]
    """Writes into the audit log what the rules in force ask for."""

    def prepare(self, configuration: Configuration) -> Change:  # noqa: ARG002
        """The certificates as they are now; listening elsewhere takes a restart."""
        self.server.renew_certificates()
        return self.audit


@dataclass(frozen=True, slots=True)
class ApiNeeds:
    """What is asked for by calls."""

    status: StatusService
    events: EventsPart
    poller: Poller
    backups: BackupsPart
    kpis: KpiHistory
    parts: Sequence[Part]
    """All that were started before it."""
    audit: AuditLog

    def part(self, kind: type[Found]) -> Found:
        """The part of a kind."""
        return next(part for part in self.parts if isinstance(part, kind))


@asynccontextmanager
async def start_api(
    runtime: Runtime, api: ApiSettings, needs: ApiNeeds, shown: Shown, listening: Listening
) -> AsyncIterator[ApiPart]:
    """Take up unfinished jobs and answer calls.

    Raises:
        ConfigurationError: the TLS files can't be used.
    """
    jobs = _jobs(runtime, needs.parts)
    _keep_audit_log(runtime, needs)
    services = _services(runtime, needs, shown, jobs)
    needs.events.service.subscribe(services.wakeup.wake)
    server = ApiServer(services, settings_of(api), runtime.supervisor, runtime.counters)
    await listening.open(server.places())
    await jobs.resume()
    audited = partial(_audited, needs, runtime)
    await audited()
    try:
        yield ApiPart(server, audited)
    finally:
        await server.stop()


def _services(runtime: Runtime, needs: ApiNeeds, shown: Shown, jobs: Jobs) -> ApiServices:
    """What the routes ask."""
    emergency = needs.part(EmergencyPart)
    return ApiServices(
        clock=runtime.clock,
        counters=runtime.counters,
        calls=UnsafeCalls(runtime.state, needs.audit, runtime.clock),
        jobs=jobs,
        status=needs.status,
        audit=needs.audit,
        events=_events(runtime, needs.events),
        backups=_backups(needs.backups),
        polling=PollingServices(needs.poller.unsupported, needs.poller.thresholds),
        emergency=EmergencyServices(emergency.watch.call_paths, emergency.calls.latest),
        configuration=ConfigurationServices(
            shown.document,
            shown.roles,
            shown.revoked,
            needs.part(RevisionsPart).revisions,
            partial(runtime.read_file, shown.rule_files),
            partial(runtime.read_file, shown.secrets),
        ),
        records=DeviceRecords(runtime.state),
        outbox=OutboxService(runtime.state, runtime.clock),
        inventory=needs.part(InventoryPart).book,
        order=needs.part(OrderPart).watch,
        device_types=needs.part(PluginsPart).host.registry,
        discovery=needs.part(DiscoveryPart).check,
        kpis=needs.kpis.read,
        read_only=needs.part(DiagnosticsPart).read_only,
        bundles=needs.part(SupportPart).read,
    )


def _events(runtime: Runtime, part: EventsPart) -> EventServices:
    events = part.service
    return EventServices(
        log=EventLog(runtime.state),
        alarms=AlarmDesk(events, runtime.clock, runtime.machine.new_id),
        silences=part.silences,
        change_incident=events.change_incident,
        report_incident=events.report_incident,
        raw_messages=part.raw.of_event,
        masked=part,
        silenced_by=part.silenced_by,
        confirm_clock=part.known_time.confirm,
        rules=lambda: part.pipeline.rules,
    )


def _backups(part: BackupsPart) -> BackupServices:
    return BackupServices(part.backups, part.restores, part.history, part.storage_need, part.setup.plan)


async def _audited(needs: ApiNeeds, runtime: Runtime) -> None:
    await audit_overrides(needs.audit, needs.events.pipeline.rules.filters, runtime.clock)


def _jobs(runtime: Runtime, parts: Sequence[Part]) -> Jobs:
    """The jobs that the parts carry out."""
    kinds = {name: kind for part in parts for name, kind in part.jobs.items()}
    return Jobs(runtime.state, runtime.supervisor, runtime.clock, kinds, new_id=runtime.machine.new_id)


def _keep_audit_log(runtime: Runtime, needs: ApiNeeds) -> None:
    """Keep the audit log to its budget, and take what commands beside the agent left for it."""
    beside = EntriesBeside(runtime.state.path.parent / FOLDER, needs.audit, runtime.clock)
    runtime.supervisor.keep_running("audit of commands", beside.run)
    retention = AuditRetention(needs.audit, runtime.clock, needs.events.known_time.believed)
    runtime.supervisor.keep_running("audit retention", retention.run)


def settings_of(api: ApiSettings) -> ServerSettings:
    """Where the API listens, by the file: on the tunnel's address only where there is a TLS identity for it."""
    if api.listen is None or api.tls is None:
        return ServerSettings(socket=api.socket)
    files = ServerCertificates(api.tls.certificate, api.tls.key, api.tls.ca)
    return ServerSettings(TlsListen(api.listen.address or "::", api.listen.port, files), api.socket)


def check_api_certificates(configuration: Configuration) -> None:
    """Read the files of the API's identity.

    Raises:
        ConfigurationError: they can't be used.
    """
    if configuration.api.listen is not None and configuration.api.tls is None:
        text = "listen wants an identity: enrol the appliance, or give tls; the API is never served without mutual TLS"
        raise ConfigurationError([Problem("", 0, "api", text)])
    if why := beside_the_tunnel(configuration):
        raise ConfigurationError([Problem("", 0, "api.listen", why)])
    settings = settings_of(configuration.api)
    if settings.tls is not None:
        server_context(settings.tls.certificates)
