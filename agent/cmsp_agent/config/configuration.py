"""The configuration that the agent works with: frozen, resolved, in seconds and bytes. Knows nothing of YAML."""

import datetime as dt
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from cmsp_agent.config.addresses import HostPort
from cmsp_agent.config.windows import Weekly
from cmsp_agent.model.component import Component
from cmsp_agent.model.credentials import Credentials
from cmsp_agent.model.notification import ChannelSettings
from cmsp_agent.model.secret import Secret


@dataclass(frozen=True, slots=True)
class ApplianceSettings:
    """The machine. Sizes in bytes; `next_hops` are addresses, empty: the host's default routes."""

    name: str
    id: str
    state: Path
    backups: Path
    secrets: Path
    events_budget: int
    outbox_budget: int
    language: str
    next_hops: tuple[str, ...] = ()
    recovery_key: Path | None = None
    """The partner's public key, PEM: with its private half the backups open without the appliance."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """One TLS identity, by PEM files."""

    certificate: Path
    key: Path
    ca: Path


@dataclass(frozen=True, slots=True)
class HeadendSettings:
    """The provider's side of the link. `pace` is a share (0 to 1) of the link, or over 1: bytes per second."""

    urls: tuple[str, ...]
    tunnel: str
    pace: float
    heartbeat: float
    tls: TlsFiles | None
    device_access: tuple[str, ...] = ()
    """Components that the head-end may reach through the tunnel."""


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """The agent's HTTP interface; `roles` gives the role of a client by the URI in its certificate (SAN)."""

    listen: HostPort | None
    socket: Path
    tls: TlsFiles | None
    roles: Mapping[str, str]
    revoked: frozenset[str] = frozenset()
    """Serial numbers of client certificates that are accepted no more."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered. `components` is 0 where the file does not say how many."""

    id: str
    effective: dt.date | None
    ends: dt.date | None
    activation: dt.date | None
    components: int
    sru: int
    warn_before: float = 2_592_000.0
    """Seconds before a last day from which it is warned of."""


@dataclass(frozen=True, slots=True)
class CustomerSettings:
    """The whole of the end customer: what the impact of an incident is a share of."""

    name: str
    people: int
    sites: int
    components: int


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to notify."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class MaintenanceWindow:
    """A weekly window in which work may be done, in the site's time zone."""

    name: str
    when: Weekly


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the customer."""

    name: str
    people: int
    timezone: ZoneInfo
    hours: Weekly
    maintenance: tuple[MaintenanceWindow, ...]
    source: str = ""
    """The appliance's address that this site's devices are asked from; empty: the kernel chooses."""
    emergency: tuple[str, ...] = ("112",)
    """The emergency numbers."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Where traps and syslog are received; empty: not at all."""

    traps: tuple[HostPort, ...]
    syslog: tuple[HostPort, ...]
    syslog_tcp: tuple[HostPort, ...]
    syslog_tls: tuple[HostPort, ...]
    tls: TlsFiles | None = None
    """Our identity for syslog over TLS, and the CA of the devices; without it nothing is received that way."""


@dataclass(frozen=True, slots=True)
class BackupsKept:
    """How many versions of a configuration are kept: the newest ones, and one of each span."""

    last: int
    daily: int
    weekly: int
    monthly: int
    yearly: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept: seconds, and counts of backups."""

    events: float
    series_raw: float
    series_five_minutes: float
    series_hourly: float
    backups: BackupsKept


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """What leaves the site."""

    mask_numbers: bool
    telemetry: bool


@dataclass(frozen=True, slots=True)
class Discovery:
    """Where unknown devices are looked for; `rate` in probes per second."""

    subnets: tuple[str, ...]
    exclude: tuple[str, ...]
    seeds: tuple[str, ...]
    rate: float
    credentials: tuple[str, ...] = ()
    """Names of those that may be tried; empty: those of the seeds."""


@dataclass(frozen=True, slots=True)
class NotificationPolicy:
    """Who is notified of which incidents; `updates` and `escalate` in seconds by priority."""

    to: tuple[str, ...]
    by: tuple[str, ...]
    priorities: tuple[str, ...]
    sites: tuple[str, ...]
    components: tuple[str, ...]
    updates: Mapping[str, float]
    escalate: Mapping[str, float]
    quiet: Mapping[str, Weekly] = field(default_factory=dict)
    """Priority → hours of the week, in the incident's site, in which nobody is notified of it."""

    @property
    def key(self) -> int:
        """Tells it from others, wherever it stands in the file: by whom it notifies of what."""
        whom = (self.to, self.by, self.priorities, self.sites, self.components)
        return zlib.crc32(repr(whom).encode())

    @property
    def whom(self) -> tuple[str, ...]:
        """Each recipient with its channel."""
        return tuple(f"{channel} {recipient}" for channel in self.by for recipient in self.to or ("",))


@dataclass(frozen=True, slots=True)
class SinkSettings:
    """One place where records go beside the head-end: a kind that a plugin brings, and its options."""

    kind: str
    options: Mapping[str, str | Secret]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person should know about the file, though it is no mistake."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that the partner said, with the defaults filled in."""

    file: Path
    appliance: ApplianceSettings
    headend: HeadendSettings
    api: ApiSettings
    order: Order
    customer: CustomerSettings
    contacts: Mapping[str, Contact]
    sites: Mapping[str, Site]
    components: Mapping[str, Component]
    discovery: Discovery
    credentials: Mapping[str, Credentials] = field(repr=False)
    """All of the file, by name."""
    rules: tuple[str, ...]
    stability: float
    """Seconds that a restored incident is watched before it is resolved."""
    notify: tuple[NotificationPolicy, ...]
    channels: Mapping[str, ChannelSettings]
    """What the file says for each notification channel, by the channel's name."""
    sinks: Mapping[str, SinkSettings]
    retention: Retention
    privacy: PrivacySettings
    listen: Listeners
    strict_traps: bool
    """Traps that show another community or user than agreed are refused."""
    relays: tuple[str, ...]
    """Addresses and host names of senders that may speak for others."""
    notes: tuple[Note, ...]
    type_lines: Mapping[str, int] = field(repr=False)
    """The line that gives each component its type, for `check_types`."""
    identified: Callable[[str, str], Component] = field(repr=False, compare=False)
    """A component by name as its groups make it once its device type is known (for `type: auto`)."""
    missing_types: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Components whose own device type no plugin brings, with that type; they run as another one."""
    fingerprint: bytes = field(default=b"", repr=False, compare=False)
    """Of the file and the rule files as they were when they were read."""

    @property
    def zones(self) -> Mapping[str, ZoneInfo]:
        """The time zone of each site."""
        return {name: site.timezone for name, site in self.sites.items()}

    @property
    def hosts(self) -> tuple[str, ...]:
        """All addresses and host names of components and relays."""
        components = (address for component in self.components.values() for address in component.addresses)
        return (*components, *self.relays)
