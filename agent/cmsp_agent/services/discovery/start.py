"""The part for discovery: a job that looks around and proposes."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.discovery.asking import WITHIN, Asker
from cmsp_agent.services.discovery.presence import Presence
from cmsp_agent.services.discovery.proposals import document
from cmsp_agent.services.discovery.rate_limit import Pace
from cmsp_agent.services.discovery.results import FoundDevice, KnownDevice, outcome
from cmsp_agent.services.discovery.run import Sweep
from cmsp_agent.services.discovery.scope import scope_of
from cmsp_agent.services.jobs import JobKind, JobReport
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.tables import snmp_engines
from cmsp_agent.transports.routes import own_address, resolved
from cmsp_agent.transports.tcp import TcpAnswer

KIND = "discovery"
LONGEST = 4 * 3600.0
"""Seconds that a discovery may take."""


@dataclass(slots=True)
class DiscoveryPart(Part):
    """Looks around when it is asked to."""

    runtime: Runtime
    devices: Devices
    sessions: SnmpSessions
    configuration: Configuration

    @property
    def jobs(self) -> Mapping[str, JobKind]:
        """A discovery; one that a restart cut off is not begun again by itself."""
        return {KIND: JobKind(self._look, within=LONGEST, repeatable=False)}

    def prepare(self, configuration: Configuration) -> Change:
        """Where it may look now."""

        async def change() -> None:
            self.configuration = configuration

        return change

    def check(self, subnets: tuple[str, ...]) -> None:
        """Check that these subnets may be searched.

        Raises:
            Refused: the file does not have them.
            ValueError: they are not subnets.
        """
        scope_of(self.configuration.discovery.subnets, self.configuration.discovery.exclude, subnets)

    async def _look(self, report: JobReport) -> Mapping[str, Any]:
        wished = tuple(report.job.arguments.get("subnets") or ())
        settings = self.configuration.discovery
        scope = scope_of(settings.subnets, settings.exclude, wished)
        pace = Pace(settings.rate, self.runtime.clock)
        asker = Asker(self.sessions, self._presence(pace).at, self._credentials(), self.devices.registry, pace)
        discovery = Sweep(scope, asker, partial(_report_progress, report), _is_own)
        await discovery.run(self._seeds(), list(self._inventory()))
        known = [*await self._known()]
        found = document(
            outcome(discovery.found, known, discovery.seen), self.devices.components, list(self.configuration.sites)
        )
        return {"probes": pace.sent, "answered": len(discovery.found), **found}

    def _presence(self, pace: Pace) -> Presence:
        network = self.runtime.machine.network

        async def ping(address: str) -> float | None:
            return await network.ping(address, WITHIN, None)

        async def connect(address: str, port: int) -> TcpAnswer:
            return await network.check_port(address, port, WITHIN, None)

        return Presence(ping, resolved, connect, pace)

    def _credentials(self) -> dict[str, SnmpCredential]:
        """Those that the file permits, else those of the seeds."""
        settings, everything = self.configuration.discovery, self.configuration.credentials
        chosen = settings.credentials
        if not chosen:
            seeds = [self.devices.components[name] for name in settings.seeds if name in self.devices.components]
            used = [each.credentials.snmp for each in seeds]
            chosen = tuple(name for name, each in everything.items() if each.snmp is not None and each.snmp in used)
        return {name: found for name in chosen if (found := everything[name].snmp) is not None}

    def _seeds(self) -> Iterator[tuple[str, str]]:
        for name in self.configuration.discovery.seeds:
            component = self.devices.components.get(name)
            for address in component.addresses[:1] if component is not None else (name,):
                yield address, "seed"

    def _inventory(self) -> Iterator[tuple[str, Any]]:
        """What the seeds see by the inventory, and all components where there is no seed."""
        for name in self.configuration.discovery.seeds or self.devices.names():
            facts = self.devices.facts(name)
            if facts is not None:
                yield name, facts.neighbours

    async def _known(self) -> list[KnownDevice]:
        engines = await self.runtime.state.read(snmp_engines.known)
        found = []
        for name, component in self.devices.components.items():
            facts = self.devices.facts(name)
            engine = next((engines[each].hex() for each in component.addresses if each in engines), "")
            shown, serial = (frozenset(facts.addresses), facts.serial) if facts else (frozenset(), "")
            found.append(KnownDevice(name, frozenset(component.addresses), serial, engine, shown))
        return found


def _is_own(address: str) -> bool:
    """Whether an address is this machine's: what is sent to it comes from it."""
    return own_address(address) == address


def _report_progress(report: JobReport, asked: int, whole: int, found: FoundDevice | None) -> None:
    report.step(min(99, 100 * asked // max(1, whole)), f"{asked} of {whole} addresses asked")
    if found is not None:
        named = found.facts.sys_name or "unnamed"
        report.log(f"{found.address}: {found.device_type} {named} ({found.via}) {found.detail}".strip())


@asynccontextmanager
async def start_discovery(
    runtime: Runtime, devices: Devices, sessions: SnmpSessions, configuration: Configuration
) -> AsyncIterator[DiscoveryPart]:
    """Nothing is looked for until somebody asks."""
    yield DiscoveryPart(runtime, devices, sessions, configuration)
