"""The parts that are asked: jobs, the status, and the HTTP API on the tunnel and on the Unix socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cmsp_agent import __version__
from cmsp_agent.api.parts import Parts, Samples
from cmsp_agent.api.server import ApiServer, ServerSettings, TlsListen
from cmsp_agent.app.loading import Loaded
from cmsp_agent.app.observing import Known, Observing
from cmsp_agent.app.standing import standing
from cmsp_agent.config.configuration import ApiSettings as Api
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.show import values_in_force
from cmsp_agent.services.backups import Backups, backup_job
from cmsp_agent.services.jobs import Jobs
from cmsp_agent.services.listening import Listening
from cmsp_agent.services.polling.job import poll_job
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.services.status import ApplianceIdentity, Extras, StatusService
from cmsp_agent.transports.tls_server import ServerCertificates


@dataclass(frozen=True, slots=True)
class Shown:
    """What the API shows beside the services: looked up at each call, so that a reload needs nothing here."""

    loaded: Callable[[], Loaded]
    kpis: Callable[[str, int, int], Awaitable[Mapping[str, Samples]]]
    audit_key: bytes
    listening: Listening
    missing: Callable[[], Collection[str]]
    """Device types that components name and no plugin brings."""


@asynccontextmanager
async def start_api(
    runtime: Runtime, observing: Observing, backups: Backups, status: StatusService, shown: Shown
) -> AsyncIterator[ApiServer]:
    """Take up unfinished jobs and answer calls.

    Raises:
        ConfigurationError: the TLS files can't be used.
    """
    kinds = {"poll": poll_job(observing.poller), "test": observing.trial, "backup": backup_job(backups)}
    started = shown.loaded().configuration
    jobs = Jobs(runtime.state, runtime.supervisor, runtime.clock, kinds)
    parts = Parts(
        clock=runtime.clock,
        counters=runtime.counters,
        database=runtime.state,
        status=status,
        jobs=jobs,
        backups=backups,
        change_incident=observing.events.change_incident,
        report_incident=observing.events.report_incident,
        clear_alarm=observing.events.clear_alarm,
        kpis=shown.kpis,
        thresholds=observing.poller.thresholds,
        configuration=lambda: document_of(shown.loaded(), started, shown.missing()),
        roles=lambda: shown.loaded().configuration.api.roles,
        audit_key=shown.audit_key,
    )
    observing.events.subscribe(parts.bell.ring)
    server = ApiServer(parts, settings_of(shown.loaded().configuration.api), runtime.supervisor, runtime.counters)
    await shown.listening.open(server.places())
    await jobs.resume()
    try:
        yield server
    finally:
        await server.stop()


def identity_of(configuration: Configuration, now: int) -> ApplianceIdentity:
    """Which appliance this is."""
    appliance = configuration.appliance
    return ApplianceIdentity(appliance.id, appliance.name, __version__, now)


def status_of(
    runtime: Runtime, known: Known, observing: Observing, configuration: Configuration, extras: Extras
) -> StatusService:
    """What the agent says of itself."""
    return StatusService(
        identity_of(configuration, runtime.clock.now()),
        lambda: known.devices.components,
        lambda: observing.events.alarm_state,
        runtime.state,
        runtime.counters,
        runtime.clock,
        extras,
        known.devices.unreadable,
    )


def settings_of(api: Api) -> ServerSettings:
    """Where the API listens, by the file: on the tunnel's address only where there is a TLS identity for it."""
    if api.listen is None or api.tls is None:
        return ServerSettings(socket=api.socket)
    files = ServerCertificates(api.tls.certificate, api.tls.key, api.tls.ca)
    return ServerSettings(TlsListen(api.listen.address or "::", api.listen.port, files), api.socket)


def document_of(loaded: Loaded, started: Configuration, missing: Collection[str]) -> Mapping[str, Any]:
    """The configuration in force, each value with its origin; secrets by name.

    Args:
        loaded: what is in force.
        started: what the agent started with: some keys are used then only.
        missing: device types that no plugin brings.
    """
    return {
        "file": str(loaded.configuration.file),
        "values": [{**value.as_json(), "steps": value.path} for value in values_in_force(loaded.document)],
        "standing": {key: str(value) for key, value in standing(started).items()},
        "missing_types": sorted(missing),
        "notes": [{"path": note.path, "line": note.line, "text": note.text} for note in loaded.configuration.notes],
    }
