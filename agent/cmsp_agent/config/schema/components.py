"""A component's entry, and groups: defaults for many components at once."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from cmsp_agent.config.schedules import Schedule as Moment
from cmsp_agent.config.schema.base import NUMBER, TEXT, TEXTS, YES_NO, AlsoAs, Section
from cmsp_agent.config.schema.order import Windows
from cmsp_agent.config.schema.values import (
    Addresses,
    AnswersFrom,
    Count,
    Date,
    Duration,
    Globs,
    Interval,
    Name,
    Names,
    Number,
    Port,
    PortOrNone,
    Schedule,
    Text,
    YesNo,
)
from cmsp_agent.model.component import Tier

Rank = Literal["primary", "secondary"]


def _functions(value: Any) -> Any:
    """`pstn` or `[pstn, fax]` means that each is primary here."""
    if isinstance(value, list):
        return dict.fromkeys((str(item) for item in value), "primary")
    return {value: "primary"} if isinstance(value, str) else value


class Poll(Section):
    """How often a component is asked, and for how long an answer is awaited."""

    short_form = "every"
    every: Interval = 60.0
    timeout: Interval | None = Field(default=None, description="Default: 2s, less where the interval is short")
    retries: Annotated[Count, Field(le=10)] = 2


class SnmpSettings(Section):
    """Where and how the component answers SNMP. Who is let in stands under credentials."""

    port: Port = 161
    engine: Literal["own", "pysnmp"] = "own"
    answers_from: AnswersFrom = Field(
        default="component",
        description="Where answers of v1 and v2c may come from: component (the address and port asked), any, or an"
        " address with any port. Signed answers of v3 are taken from anywhere: the engine ID binds them",
    )
    answers_with: Literal["community", "any"] = Field(
        default="community",
        description="Which community answers may carry: the one asked with, or any, none among them",
    )


class SshSettings(Section):
    """Where and how the component answers SSH."""

    port: Port = 22
    legacy: YesNo = Field(
        default=False, description="Permit SHA-1 key exchange, ssh-rsa and CBC ciphers (IOS 15 and older)"
    )
    login_timeout: Duration = Field(default=60.0, description="How long a login may take")
    silence: Duration = Field(default=180.0, description="How long the device may be silent while it answers")


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str | int) and not isinstance(value, bool) else value


def _sip(value: Any) -> Any:
    transport, _, port = str(value).partition(":")
    if transport not in ("udp", "tcp", "tls") or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise ValueError("a transport and a port are wanted, as in udp:5060, tcp:5060 or tls:5061")
    return value


def _url(value: Any) -> Any:
    parts = urlsplit(str(value))
    try:
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not str(value).isprintable() or " " in str(value):
        raise ValueError("a URL is wanted, as in https://cer.example.net/cerappservices")
    return value


class HttpSettings(Section):
    """Where and how the component answers HTTP, where its configuration is fetched so."""

    port: Port = 443
    tls: YesNo = Field(default=True, description="no: plain HTTP, where anybody on the way reads the password")
    legacy: YesNo = Field(default=False, description="Permit TLS 1.0 and 1.1 (old gateways)")
    profile: Annotated[str, BeforeValidator(_url)] | None = Field(
        default=None, description="URL of the profile that the device is provisioned with, where that is the backup"
    )


def _tcp(value: Any) -> Any:
    return 0 if value is False or value == "off" else value


class ReachSection(Section):
    """What shows that a component is up, besides SNMP."""

    icmp: YesNo = True
    tcp: Annotated[PortOrNone, BeforeValidator(_tcp)] = Field(default=0, description="A port to connect to; 0: none")
    echoes: Annotated[Count, Field(ge=1, le=20)] = Field(
        default=3, description="ICMP echoes in one poll; each retry of the poll is one more"
    )
    tls: Annotated[tuple[Port, ...], BeforeValidator(_several)] = Field(
        default=(), description="Ports whose TLS must work and whose certificate must not end"
    )
    http: Annotated[tuple[Annotated[str, BeforeValidator(_url)], ...], BeforeValidator(_several)] = Field(
        default=(), description="URLs that must be answered; a status of 500 and more is a failure"
    )
    sip: Annotated[tuple[Annotated[str, BeforeValidator(_sip)], ...], BeforeValidator(_several)] = Field(
        default=(), description="SIP OPTIONS that must be answered: udp:5060, tcp:5060, tls:5061"
    )


class SupportSection(Section):
    """The maker's support contract."""

    short_form = "contract"
    contract: Text
    until: Date | None = None


class Authorisation(Section):
    """The letter by which a third party's component may be managed."""

    short_form = "letter"
    letter: Text
    until: Date | None = None


def _backup(value: Any) -> Any:
    """`backup: no` turns it off; `backup: daily 02:00` is its schedule."""
    if isinstance(value, bool) or (isinstance(value, str) and value.lower() in {"yes", "no", "on", "off"}):
        return {"enabled": value}
    return {"schedule": value} if isinstance(value, str) else value


class BackupSection(Section):
    """Configuration backup of one component, as the order says."""

    enabled: YesNo = True
    schedule: Schedule = Moment(minute=0, hour=2)
    restore: YesNo | None = Field(default=None, description="Whether it may be put back; as `change` of the services")
    upload: YesNo = Field(
        default=False,
        description="Put it back by uploading its file, where the device type has no way that is proven",
    )
    jitter: Duration = Field(default=0.0, description="Runs that are due together begin spread over this")
    window: Interval = Field(default=14_400.0, description="How long a device that can't be reached is tried")
    known_good_after: Duration = Field(
        default=86_400.0, description="How long a device runs a version without an incident until it is known good"
    )
    unsaved_after: Duration = Field(
        default=86_400.0, description="How long a device may run what it would not start with; 0: as long as it likes"
    )


class Services(Section):
    """What the order says in detail; without it the tier decides."""

    kpis: YesNo | None = Field(default=None, description="Figures and their thresholds")
    events: YesNo | None = Field(default=None, description="Syslog and traps")
    incidents: Literal["full", "open-and-close", "availability"] | None = None
    change: YesNo | None = Field(default=None, description="Changes of its configuration, and restores")
    problem: YesNo | None = Field(default=None, description="Problem management and trends")
    reports: Literal["all", "standard", "availability"] | None = None
    backup: Annotated[BackupSection, BeforeValidator(_backup), AlsoAs(YES_NO, TEXT)] | None = None


class ThresholdSection(Section):
    """A limit of a KPI, with hysteresis."""

    short_form = "raise"
    raise_: Number = Field(alias="raise", description="Where it raises")
    clear: Number | None = Field(
        default=None, description="Where it clears; default: a tenth below raise, or above it where `when` is below"
    )
    for_: Duration = Field(default=0.0, alias="for", description="How long it must last")
    severity: Literal["critical", "major", "minor", "warning"] = "warning"
    when: Literal["above", "below"] = Field(default="above", description="Which side is the bad one")


class Settings(Section):
    """What a group may set as well as a component."""

    type: Name = Field(default="auto", description="A device type's name, or auto")
    tier: Tier = Tier.MANAGED
    credentials: Names = ()
    people: Count = Field(default=0, description="People who depend on it")
    functions: Annotated[dict[Name, Rank], BeforeValidator(_functions), AlsoAs(TEXTS, TEXT)] = Field(
        default_factory=dict
    )
    redundancy: Name | None = Field(default=None, description="Components of one group back each other up")
    parent: Name | None = Field(default=None, description="Who must be up for it to be reachable")
    support: Annotated[SupportSection, AlsoAs(TEXT)] | None = None
    authorisation: Annotated[Authorisation, AlsoAs(TEXT)] | None = None
    end_of_life: Date | None = Field(default=None, description="The last day of the maker's support, if known")
    maintenance: Windows = Field(default=(), description="Weekly windows of its own, beside those of its site")
    services: Services = Services()
    thresholds: dict[Text, Annotated[ThresholdSection, AlsoAs(NUMBER)]] = Field(default_factory=dict)
    poll: Annotated[Poll, AlsoAs(TEXT)] = Poll()
    reach: ReachSection = ReachSection()
    snmp: SnmpSettings = SnmpSettings()
    ssh: SshSettings = SshSettings()
    http: HttpSettings = HttpSettings()


class IdentitySection(Section):
    """What a component alone can say."""

    address: Addresses
    site: Name


class ComponentEntry(Settings, IdentitySection):
    """One component."""


class Match(Section):
    """Which components a group matches: every key that is given must match, one of its globs each."""

    site: Globs = ()
    type: Globs = ()
    tier: Globs = ()
    name: Globs = ()


class Group(Section):
    """Defaults for many components at once."""

    name: Name | None = None
    match: Match = Match()
    set: Settings


Components = dict[Name, ComponentEntry]
