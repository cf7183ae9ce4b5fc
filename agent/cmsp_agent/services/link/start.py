"""The part that speaks to the head-end: the forwarder of the outbox, its disk budget, and the heartbeat."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cmsp_agent.config.configuration import Configuration, HeadendSettings, TlsFiles
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.priority import Priority
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.pipeline.alarm_types import link
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.service import EventService
from cmsp_agent.services.link.budget import Budget
from cmsp_agent.services.link.forwarder import Forwarder
from cmsp_agent.services.link.heartbeat import Heartbeat
from cmsp_agent.services.link.renewal import NOT_RENEWED, Renewal
from cmsp_agent.services.machine import Machine
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.identity import IdentityFiles
from cmsp_agent.storage.revisions import REFUSED, Outcome, RevisionFiles
from cmsp_agent.transports.headend import ClientCertificates, HeadendClient
from cmsp_agent.transports.tls_files import problem_of_client

NARROWEST_LINK = 10_000_000 / 8
"""Bytes per second of the narrowest link that the service allows; a pace in per cent is a share of it."""
URGENT = (Priority.P1, Priority.P2)

Report = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class LinkPart(Part):
    """The link, running; `forwarder` is None where the file names no head-end or no TLS identity for it."""

    alarm_types = link.ALARM_TYPES
    forwarder: Forwarder | None = None
    client: HeadendClient | None = None

    def prepare(self, configuration: Configuration) -> Change:
        """Other URLs, and the certificates read again, which may have been renewed."""

        async def change() -> None:
            headend = configuration.headend
            if self.forwarder is not None and headend.urls and headend.tls is not None:
                self.forwarder.use(headend.urls, certificates_of(headend.tls))

        return change

    def another_client(self) -> HeadendClient | None:
        """A client of the same head-end with connections of its own; None where none is known."""
        return None if self.client is None else self.client.another()

    async def status(self) -> Mapping[str, Any]:
        """How the link stands."""
        if self.forwarder is None or self.client is None:
            return {"headend": {"configured": False}}
        link = {"configured": True, "connected": self.forwarder.connected, "url": self.client.url}
        if not self.forwarder.connected:
            link["reason"] = self.forwarder.link.reason or "not asked yet"
        return {"headend": link}


@asynccontextmanager
async def start_link(
    runtime: Runtime,
    configuration: Configuration,
    events: EventService,
    notices: Notices,
    report: Report,
    reload: Callable[[], Awaitable[None]],
) -> AsyncIterator[LinkPart]:
    """Forward what waits, and go on; without a head-end everything is kept within the budget until there is one."""
    machine, limit = runtime.machine, configuration.appliance.outbox_budget
    budget = Budget(runtime.state, limit, notices, runtime.clock, runtime.counters, machine.new_id)
    runtime.supervisor.keep_running("outbox budget", budget.run)
    client = client_for(configuration, machine)
    renewal = _renewal(runtime, configuration, client, notices, reload)
    runtime.supervisor.keep_running("certificate renewal", renewal.run)
    if client is None:
        yield LinkPart()
        return

    def connected() -> None:
        heartbeat.soon()

    held = {key.type for key in events.alarm_state.active if not key.component}
    forwarder = Forwarder(
        runtime.state,
        client,
        notices,
        runtime.clock,
        runtime.counters,
        pace=pace_of(configuration.headend),
        on_connected=connected,
        held=held,
        chance=machine.chance,
        new_id=machine.new_id,
    )
    every = configuration.headend.heartbeat
    heartbeat = Heartbeat(client, report, runtime.clock, runtime.counters, every, on_failed=forwarder.doubt)
    events.subscribe(Urgent(heartbeat.soon, forwarder.wake))
    runtime.supervisor.keep_running("forwarder", forwarder.run)
    runtime.supervisor.keep_running("heartbeat", heartbeat.run)
    try:
        yield LinkPart(forwarder, client)
    finally:
        await runtime.supervisor.cancel("certificate renewal")
        await runtime.supervisor.cancel("heartbeat")
        await runtime.supervisor.cancel("forwarder")
        await client.close()


def _renewal(
    runtime: Runtime,
    configuration: Configuration,
    client: HeadendClient | None,
    notices: Notices,
    reload: Callable[[], Awaitable[None]],
) -> Renewal:
    identity = IdentityFiles(configuration.appliance.state, runtime.machine.octets)
    kept = RevisionFiles(configuration.file.parent)

    def note(outcome: Outcome) -> None:
        kept.note(outcome)
        if outcome.outcome == REFUSED:
            notices.note(NOT_RENEWED, outcome.step, f"a certificate was refused at the step renewal: {outcome.reason}")

    return Renewal(identity, client, reload, note, runtime.clock)


def client_for(configuration: Configuration, machine: Machine) -> HeadendClient | None:
    """The wire to the head-end, or None where the appliance is not enrolled yet."""
    headend = configuration.headend
    if not headend.urls or headend.tls is None:
        return None
    identity = certificates_of(headend.tls)
    return machine.network.headend(headend.urls, configuration.appliance.id, identity, machine.threads)


def check_headend_files(configuration: Configuration) -> None:
    """Read the files by which the agent shows itself to the head-end.

    Raises:
        ConfigurationError: they can't be used.
    """
    tls = configuration.headend.tls
    if tls is not None and (why := problem_of_client(tls.certificate, tls.key, tls.ca)):
        raise ConfigurationError([Problem("", 0, "headend.tls", why)])


def certificates_of(tls: TlsFiles) -> ClientCertificates:
    """The files of the appliance's identity towards the head-end."""
    return ClientCertificates(tls.ca, tls.certificate, tls.key)


def pace_of(headend: HeadendSettings) -> float:
    """Bytes per second for a backlog; the file gives a share of the link, or the figure itself."""
    return headend.pace * NARROWEST_LINK if headend.pace <= 1 else headend.pace


class Urgent:
    """Called with committed changes: wakes the forwarder, and the heartbeat where a P1 or P2 is concerned."""

    def __init__(self, soon: Callable[[], None], wake: Callable[[], None]) -> None:
        self._soon = soon
        self._wake = wake
        self._urgent: set[str] = set()

    def __call__(self, changes: Changes) -> None:
        self._wake()
        now = {incident.id for incident in changes.incidents.values() if incident.priority in URGENT}
        # one that was urgent and is no more is news as well
        if now or self._urgent & changes.incidents.keys():
            self._soon()
        open_now = {incident.id for incident in changes.incidents.values() if incident.state.open}
        self._urgent = (self._urgent - changes.incidents.keys()) | (now & open_now)
