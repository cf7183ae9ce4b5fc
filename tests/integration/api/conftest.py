"""An agent's API in this process: real database, real sockets, services with what a test tells them."""

import asyncio
import contextlib
import datetime as dt
import functools
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.api.limits import ApiLimits
from cmsp_agent.api.server import ApiServer, ServerSettings, TlsListen
from cmsp_agent.api.services import (
    ApiServices,
    BackupServices,
    ConfigurationServices,
    EmergencyServices,
    EventServices,
    PollingServices,
)
from cmsp_agent.config.configuration import BackupsKept, Order
from cmsp_agent.model.calls import EmergencyCall
from cmsp_agent.model.component import Component, OrderedServices, Threshold
from cmsp_agent.model.errors import NotFound
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_facts import ReportedFault
from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.model.priority import Extent, Share, Urgency
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.pipeline.alarm_state import AlarmState
from cmsp_agent.pipeline.privacy import Mask, incident_without_people
from cmsp_agent.pipeline.rules.rule import NO_RULES
from cmsp_agent.pipeline.silences import SilenceRegister
from cmsp_agent.pipeline.unanswered_polls import UnansweredPolls
from cmsp_agent.plugin.api import CliPlatform, Redaction
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.audit import AuditLog
from cmsp_agent.services.backups import Backups, Directory, Manifest, backup_job
from cmsp_agent.services.backups.history import history
from cmsp_agent.services.backups.replacing import ReplaceableDevice
from cmsp_agent.services.backups.restore import Restores
from cmsp_agent.services.backups.restore_order import RestorableDevices, RestoreOrder, RestoreReports
from cmsp_agent.services.backups.setup import PlannedLine, SetupPlan
from cmsp_agent.services.backups.storage_estimate import StorageNeed, storage_need
from cmsp_agent.services.devices.last_seen import SeenTimes
from cmsp_agent.services.devices.records import DeviceRecords
from cmsp_agent.services.emergency.call_paths import CallPath, NumberCallPaths
from cmsp_agent.services.events.alarms_by_hand import AlarmDesk
from cmsp_agent.services.events.log import EventLog
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.service import EventService
from cmsp_agent.services.events.silences import SilenceService
from cmsp_agent.services.events.trusted_clock import KnownTime
from cmsp_agent.services.inventory.listing import InventoryBook
from cmsp_agent.services.jobs import JobKind, JobReport, Jobs
from cmsp_agent.services.kpis.history import History, Line, Question
from cmsp_agent.services.link.outbox_inspection import OutboxService
from cmsp_agent.services.order.watch import OrderWatch
from cmsp_agent.services.part import Part
from cmsp_agent.services.revisions.service import Revisions
from cmsp_agent.services.status.service import ApplianceIdentity, StatusService
from cmsp_agent.services.unsafe_calls import UnsafeCalls
from cmsp_agent.storage.revisions import RevisionFiles
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import events, incidents
from cmsp_agent.transports.tls_server import ServerCertificates
from cmsp_plugins.cisco_ios.plugin import CISCO_IOS
from tests.integration.api.authority import Authority

PLATFORM = CliPlatform(driver="cisco_ios", redact=(Redaction(r"^enable secret (?P<secret>\S+)"),))
TEXT = "version 15\nhostname gw-1\nenable secret s3cret-value\nend\n"
LIMITS = ApiLimits(
    handshake_seconds=1.0, header_seconds=0.5, body_seconds=0.3, connections=10, handshakes=8, kept_for_admin=2,
    connections_each=5, streams=2, streams_each=1, bodies_each=2,
)  # fmt: skip
ROLES = {f"urn:cmsp:test:{role}": role for role in ("observer", "operator", "engineer", "admin")}


class Masked:
    """Events as of a Cisco gateway."""

    outward = staticmethod(Mask(CISCO_IOS).__call__)
    outward_incident = staticmethod(incident_without_people)

    @staticmethod
    def outward_text(_component: str, text: str) -> str:
        return Mask(CISCO_IOS).printed(text)


@dataclass
class MemoryContents:
    """Stored contents, in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def put(self, component: str, content: bytes, note: bytes = b"") -> str:
        address = hashlib.sha256(content).hexdigest()
        self.kept[address] = content
        return address

    async def get(self, address: str) -> bytes:
        return self.kept[address]

    async def delete(self, address: str) -> bool:
        return self.kept.pop(address, None) is not None

    async def fingerprint(self, component: str, content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()


@dataclass
class Device:
    """What the one device answers."""

    text: str = TEXT
    hold: asyncio.Event | None = None

    async def __call__(self, component: Component, platform: CliPlatform) -> str:
        if self.hold is not None:
            await self.hold.wait()
        return self.text


def no_device(component: Component, platform: CliPlatform, minutes: int) -> ReplaceableDevice:
    raise NotFound("there is no device here")


async def no_step(order: RestoreOrder, step: str, outcome: str) -> None:
    """No audit log of steps here."""


class Saved(Part):
    """Says that every component has a good backup."""

    async def status(self) -> Mapping[str, Any]:
        return {"backups": {"scheduled": 0, "without": [], "failed": []}}


@dataclass
class Agent:
    """The services behind the API, and the API."""

    services: ApiServices
    database: Database
    alarm_state: AlarmState
    device: Device
    supervisor: Supervisor
    folder: Path
    server: ApiServer | None = None

    async def happen(self, text: str, component: str = "gw-1", severity: Severity = Severity.MAJOR) -> Event:
        """An event, stored and announced."""
        now = self.services.clock.now()
        event = Event(
            uuid7(now), component, "paris", "Se0/1/0:15", "isdn.layer2.down", severity, Transition.RAISE, now, now,
            "received", (Source.TRAP,), text,
        )  # fmt: skip
        await self.database.write(lambda tx: events.insert(tx, event))
        self.alarm_state.active[event.key] = event
        self.services.wakeup.wake()
        return event

    async def incident(self) -> Incident:
        """An open incident, stored."""
        now = self.services.clock.now()
        extent = Extent(Share(60, 400), Share(0, 4), Share(1, 8))

        def save(tx: Any) -> Incident:
            number = incidents.next_number(tx)
            new = Incident(uuid7(now), number, IncidentState.NEW, Urgency.MAJOR, extent, "PRI down", ("gw-1",), (), now)
            incidents.save(tx, new)
            return new

        made = await self.database.write(save)
        self.alarm_state.incidents[made.id] = made
        return made


async def change_incident(
    database: Database, alarm_state: AlarmState, name: str, edit: Callable[[Incident], Incident]
) -> Incident:
    """What the event service does, without its pipeline."""
    known = alarm_state.incidents.get(name)
    if known is None:
        raise NotFound(f"no incident {name}")
    changed = edit(known)
    await database.write(lambda tx: incidents.save(tx, changed))
    alarm_state.incidents[name] = changed
    return changed


async def one_emergency_call(component: str, *, local: bool) -> list[EmergencyCall]:
    caller = "4711" if local else "<masked>"
    return [EmergencyCall("e1", component or "gw-1", "paris", "112", 1_767_225_600_000, "0/1/0:3", 30, 16, caller)]


async def one_raw_message(event: str) -> bytes:
    if event.endswith("1"):
        return b"%PARSER-5-CFGLOG_LOGGEDCMD: snmp-server community canary RO\n"
    raise NotFound(f"no received message is kept of event {event}")


async def no_emergency() -> list[NumberCallPaths]:
    """One call path, which works."""
    return [NumberCallPaths("paris", "112", [CallPath("gw-1", "112", "port 0/1/0:15", 0, works=True)], "gw-1")]


async def no_setup(component: Component) -> SetupPlan:
    """What is to be entered where the device type has no commands."""
    return SetupPlan(component.type, (PlannedLine("snmp", "it is polled", "snmp enable", None),), None, "not saved yet")


class NoAlarms:
    """What the event service says where no alarm of an id holds."""

    async def edit_alarm(self, alarm_id: str, _edit: object) -> Event:
        raise NotFound(f"no alarm {alarm_id} holds")


async def no_report(report: ReportedFault) -> Incident:
    """What the event service says of components that there are not."""
    raise NotFound(f"no component {', '.join(report.components)}")


async def no_bundle(name: str) -> bytes:
    """What the support part says where there is no bundle of that name."""
    raise NotFound(f"no support bundle {name}")


async def _polled(report: JobReport) -> Mapping[str, Any]:
    report.step(50, "asking")
    if report.job.component == "gw-2":
        await asyncio.sleep(3600)
    return {"snmp": True}


ORDER = Order("ORD-1", None, dt.date(2027, 1, 9), None, 8, 0)


async def two_secrets() -> list[dict[str, object]]:
    return [{"name": "cli", "source": "missing", "lines": []}, {"name": "ro", "source": "vault", "lines": [3, 7]}]


async def two_rule_files() -> list[tuple[str, str]]:
    """Two files, the second of which has no rule."""
    return [("/etc/cmsp-agent/rules/a.yaml", "filter: []\n"), ("/etc/cmsp-agent/rules/b.yaml", "")]


async def believed() -> bool:
    """The clock is right."""
    return True


@contextlib.asynccontextmanager
async def running_agent(folder: Path) -> AsyncIterator[Agent]:
    """Everything behind the API, started and stopped."""
    clock, counters, alarm_state, device = SystemClock(), Counters(), AlarmState(), Device()
    components = {name: Component(name, ("10.1.0.1",), "paris", type="cisco_ios") for name in ("gw-1", "gw-2")}
    components["sw-1"] = replace(components["gw-1"], name="sw-1", ordered=OrderedServices({"backup": "no"}))
    database = await open_state(folder / "state.db", "apl-1", clock=clock, counters=counters)
    pool = BlockingPool("texts", 1, 50)
    alarm_state.unanswered["gw-1"] = UnansweredPolls(polled_at=1, answered_at=1)

    async def unwatched(signal: AgentSignal) -> None:
        return None

    async def kpis(asked: Question) -> History:
        at = asked.end - 1000
        lines = {"cpu.load": Line("percent", [(at, 12.5)]), "if.in.octets[Gi0/0]": Line("octets/s", [(at, 1.0)])}
        return History(asked.resolution or "raw", lines)

    directory = Directory(components.get, lambda name: PLATFORM)
    backups = Backups(directory, device, Manifest(database, MemoryContents()), unwatched, pool, clock, counters)
    identity = ApplianceIdentity("apl-1", "paris-hq", "0.1.0", clock.now())
    notices = Notices(unwatched, clock, counters)
    (folder / "site.yaml").write_text("appliance: {name: paris}  # by hand\n")

    async def reload() -> None:
        return None

    file, kept = folder / "site.yaml", RevisionFiles(folder)
    revisions = Revisions(file, kept, lambda file: [], functools.partial(pool.run, within=10), reload, clock, notices)
    async with Supervisor(clock, counters) as supervisor:
        jobs = Jobs(database, supervisor, clock, {"poll": JobKind(_polled), "backup": backup_job(backups)}, at_once=4)
        log = AuditLog(database, secrets.token_bytes(32))
        made = ApiServices(
            clock=clock,
            counters=counters,
            calls=UnsafeCalls(database, log, clock),
            jobs=jobs,
            status=StatusService(
                identity, lambda: components, lambda: alarm_state, database, counters, clock, [Saved()]
            ),
            audit=log,
            events=EventServices(
                log=EventLog(database),
                alarms=AlarmDesk(cast("EventService", NoAlarms()), clock, uuid7),
                silences=SilenceService(
                    database, SilenceRegister(), clock, KnownTime(database, notices, clock).believed
                ),
                change_incident=lambda name, edit: change_incident(database, alarm_state, name, edit),
                report_incident=no_report,
                raw_messages=one_raw_message,
                masked=Masked(),
                silenced_by=lambda _alarm: "",
                confirm_clock=KnownTime(database, Notices(unwatched, clock, counters), clock).confirm,
                rules=lambda: NO_RULES,
            ),
            backups=BackupServices(
                store=backups,
                restores=Restores(
                    backups, RestorableDevices(no_device, lambda name: ()), RestoreReports(no_step, unwatched), clock
                ),
                history=functools.partial(history, database, backups),
                storage_need=functools.partial(needed, backups),
                setup=no_setup,
            ),
            polling=PollingServices(
                unsupported=lambda name: ("dsp.card",),
                thresholds=lambda: {"gw-1": (Threshold("cpu.load", 85, 70, 300, "major"),)},
            ),
            emergency=EmergencyServices(no_emergency, one_emergency_call),
            configuration=ConfigurationServices(
                document=lambda: {"appliance": {"name": "paris-hq"}, "credentials": {"ro": "!secret ro-auth"}},
                roles=lambda: ROLES,
                revoked=frozenset,
                revisions=revisions,
                rule_files=two_rule_files,
                secrets=two_secrets,
            ),
            records=DeviceRecords(database),
            outbox=OutboxService(database, clock),
            inventory=InventoryBook(database, lambda: components, SeenTimes(database)),
            order=OrderWatch(ORDER, lambda: components, {}, believed, lambda days: None, clock, {}),
            device_types=Registry(),
            discovery=lambda subnets: None,
            kpis=kpis,
            read_only=lambda name: ("show version", "show interfaces {name}") if name == "gw-1" else (),
            bundles=no_bundle,
        )
        yield Agent(made, database, alarm_state, device, supervisor, folder)
    await pool.close()
    await database.close()


async def needed(backups: Backups, wished: Mapping[str, int]) -> StorageNeed:
    """What the one device's configurations need, with a storage of a gigabyte."""
    counts = replace(BackupsKept(10, 30, 12, 13, 5), **wished)
    return storage_need({"gw-1": list(await backups.versions("gw-1"))}, counts, 1_000, 1_000_000_000)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def settings(authority: Authority, folder: Path) -> ServerSettings:
    pair = authority.issue("server", server=True)
    tls = TlsListen("127.0.0.1", 0, ServerCertificates(pair.certificate, pair.key, authority.ca))
    return ServerSettings(tls, folder / "api.sock", limits=LIMITS)


@pytest.fixture
async def agent(tmp_path: Path, authority: Authority) -> AsyncIterator[Agent]:
    async with running_agent(tmp_path) as running:
        running.server = ApiServer(
            running.services, settings(authority, tmp_path), running.supervisor, running.services.counters
        )
        await running.server.start()
        yield running
        await running.server.stop()


@pytest.fixture
async def local(agent: Agent) -> AsyncIterator[httpx.AsyncClient]:
    """A client on the Unix socket."""
    transport = httpx.AsyncHTTPTransport(uds=str(agent.folder / "api.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=10) as client:
        yield client


@contextlib.asynccontextmanager
async def remote(agent: Agent, authority: Authority, *uris: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client over mutual TLS, known by these URIs."""
    assert agent.server is not None
    context = authority.client(authority.issue("client", *uris))
    url = f"https://127.0.0.1:{agent.server.port}"
    async with httpx.AsyncClient(verify=context, base_url=url, timeout=10, trust_env=False) as client:
        yield client


def once(key: str | None = None, **headers: str) -> dict[str, str]:
    """Headers of an unsafe call."""
    return {"Idempotency-Key": key or secrets.token_hex(8), **headers}
