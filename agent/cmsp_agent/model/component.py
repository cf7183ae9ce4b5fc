"""A component: a device or a piece of software that the order names, with its groups' and tier's defaults applied."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from cmsp_agent.model.credentials import Credentials
from cmsp_agent.model.errors import DeviceUnreachable

NOTHING: Mapping[str, str] = MappingProxyType({})


class Tier(StrEnum):
    """What was ordered for a component."""

    MANAGED = "managed"
    THIRD_PARTY = "third-party"
    END_OF_LIFE = "end-of-life"
    MONITORED_ONLY = "monitored-only"
    BEST_EFFORT = "best-effort"


LONGEST_POLL = 120.0
"""Seconds that one poll may take at most, whatever the interval."""


@dataclass(frozen=True, slots=True)
class PollPlan:
    """How often a component is asked, and for how long we wait. Seconds."""

    every: float = 60.0
    timeout: float = 2.0
    retries: int = 2
    is_lossy: bool = False
    """Whether packets are known to get lost on the way, as the losses of echoes show."""


@dataclass(frozen=True, slots=True)
class SnmpPlan:
    """Where and how the component answers SNMP."""

    port: int = 161
    engine: str = "own"
    """`own` or `pysnmp`, the second engine for odd devices."""
    answers_from: str = ""
    """Where answers may come from besides the address that is asked: `any`, or an address."""
    any_community: bool = False
    """Whether answers may carry another community than they were asked with."""


@dataclass(frozen=True, slots=True)
class SshPlan:
    """Where and how the component answers SSH."""

    port: int = 22
    legacy: bool = False
    """Permit SHA-1 key exchange, ssh-rsa and CBC ciphers, which IOS 15 and older need."""
    login_timeout: float = 60.0
    """Seconds that a login may take."""
    silence: float = 180.0
    """Seconds that the device may say nothing while it answers."""


@dataclass(frozen=True, slots=True)
class HttpPlan:
    """Where and how the component answers HTTP."""

    port: int = 443
    tls: bool = True
    legacy: bool = False
    """Permit TLS 1.0 and 1.1, which old gateways need."""
    profile: str = ""
    """The URL of the profile that the device is provisioned with; empty: its own address is asked."""


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """When the configuration is saved. Whether it is, `model.entitlement` says."""

    schedule: str = "daily 02:00"
    jitter: float = 0.0
    """Seconds over which the components that are due together are spread."""
    window: float = 14_400.0
    """Seconds after which a device that can't be reached is tried no more."""
    known_good_after: float = 86_400.0
    """Seconds that a device runs a version without an incident until it is known good."""
    unsaved_after: float = 86_400.0
    """Seconds that a device may run what it would not start with; 0: as long as it likes."""
    upload: bool = False
    """Permit to put it back by uploading its file, where the device type has no way that is proven."""


@dataclass(frozen=True, slots=True)
class ServiceCheck:
    """A service that must work: TLS with its certificate, a URL, SIP OPTIONS."""

    kind: str
    """`tls`, `http` or `sip`."""
    port: int
    transport: str = "tcp"
    """Of SIP: `udp`, `tcp` or `tls`."""
    url: str = ""

    @property
    def name(self) -> str:
        """For people and alarms: `SIP udp 5060`, `TLS 443`, the URL."""
        if self.kind == "http":
            return self.url
        return f"SIP {self.transport} {self.port}" if self.kind == "sip" else f"TLS {self.port}"


@dataclass(frozen=True, slots=True)
class ReachPlan:
    """How up and down are found without SNMP: by ICMP, by a TCP port, or both. Either answering is *up*."""

    icmp: bool = True
    tcp: int = 0
    """A TCP port to connect to; 0: none."""
    echoes: int = 3
    """ICMP echoes in one poll; each retry of the poll is one more."""
    services: tuple[ServiceCheck, ...] = ()
    """What is asked beside that; an answer of any of them is *up* as well."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A KPI's threshold with hysteresis: crossed at or over `raise_at`, clear at or under `clear_at`."""

    kpi: str
    raise_at: float
    clear_at: float
    for_: float
    """Seconds that it must be crossed for."""
    severity: str
    falling: bool = False
    """Crossed at or under `raise_at`, clear at or over `clear_at`."""
    origin: str = "configuration"
    """`configuration`, the name of a device type, or `agent`."""
    unit: str = ""
    """The KPI's, where its device type has it."""

    def is_crossed(self, figure: float) -> bool:
        """Whether a figure is at the raise level or beyond."""
        return figure <= self.raise_at if self.falling else figure >= self.raise_at

    def is_clear(self, figure: float) -> bool:
        """Whether a figure is back at the clear level."""
        return figure >= self.clear_at if self.falling else figure <= self.clear_at


@dataclass(frozen=True, slots=True)
class Agreement:
    """A support contract, or a letter of authorisation."""

    number: str
    until: dt.date | None = None
    """Its last day; None: nobody said."""
    ended: bool = False
    """Whether that day is over (`services.devices.contract_terms`)."""


@dataclass(frozen=True, slots=True)
class OrderedServices:
    """What the order says of a component in detail: part of the service → level (`model.entitlement`)."""

    levels: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    @property
    def detailed(self) -> bool:
        """Whether it says anything."""
        return bool(self.levels)


@dataclass(frozen=True, slots=True)
class Component:
    """One component as configured. Names are the partner's; addresses are IPv4 or IPv6 literals or host names."""

    name: str
    addresses: tuple[str, ...]
    site: str
    type: str = "auto"
    tier: Tier = Tier.MANAGED
    credentials: Credentials = field(default_factory=Credentials)
    people: int = 0
    functions: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """Function (pstn, emergency, fax…) → `primary` or `secondary`."""
    redundancy: str = ""
    """Components of one group back each other up; empty: none."""
    parent: str = ""
    source: str = ""
    """Our address that it is asked from (its site's); empty: the kernel chooses."""
    poll: PollPlan = PollPlan()
    reach: ReachPlan = ReachPlan()
    snmp: SnmpPlan = SnmpPlan()
    ssh: SshPlan = SshPlan()
    http: HttpPlan = HttpPlan()
    backup: BackupPlan = BackupPlan()
    thresholds: tuple[Threshold, ...] = field(default=())
    support: Agreement | None = None
    """The maker's support contract."""
    authorisation: Agreement | None = None
    """The letter by which a third party's component may be managed."""
    ordered: OrderedServices = OrderedServices()
    end_of_life: dt.date | None = None
    """The day after which the maker has no support for it, if somebody said so."""
    maintenance: tuple[tuple[str, str], ...] = ()
    """Weekly windows of its own, beside those of its site: the name, and the hours as they are written."""

    @property
    def address(self) -> str:
        """The first address: the one that is polled.

        Raises:
            DeviceUnreachable: it has none, as its host name never led anywhere.
        """
        if not self.addresses:
            raise DeviceUnreachable(f"{self.name}: its host name can't be resolved")
        return self.addresses[0]

    @property
    def authorised(self) -> bool:
        """Whether a letter of authorisation is in force."""
        return self.authorisation is not None and not self.authorisation.ended

    @property
    def primary_functions(self) -> frozenset[str]:
        """The functions that are primary here."""
        return frozenset(name for name, rank in self.functions.items() if rank == "primary")


class State(StrEnum):
    """What we know of a component's availability."""

    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"
    DEGRADED = "degraded"
    """It answers, but not all that is asked: its inventory, figures or credentials fail."""
    MANAGEMENT_LOST = "management-lost"
    """It answers ICMP or TCP, but SNMP has been silent for three polls."""
    UNREACHABLE = "unreachable"
    """Silent, but its parent is down or the appliance is isolated: no judgement."""
