"""The appliance: where it keeps things, its head-end, its API, what it listens on, what it keeps and how long."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from cmsp_agent.config.addresses import (
    HostPort,
    parse_endpoint,
    parse_https_url,
    parse_listening_address,
    serial_number,
)
from cmsp_agent.config.schema.base import Section, Unshown
from cmsp_agent.config.schema.values import (
    Addresses,
    Count,
    Duration,
    Interval,
    Name,
    Pace,
    Port,
    SecretRef,
    Size,
    Text,
    YesNo,
    text,
)


def _url(value: Any) -> str:
    try:
        return parse_https_url(text(value))
    except ValueError as error:
        raise Unshown(str(error)) from error


def _web_url(value: Any) -> str:
    try:
        where = urlsplit(text(value))
        _ = where.port
    except ValueError as error:
        raise Unshown("not a web address: write https://host/path") from error
    if where.scheme not in ("https", "http") or not where.hostname or where.fragment:
        raise Unshown("not a web address: write https://host/path")
    if where.username is not None or where.password is not None:
        raise Unshown("a web address without a user and a password: `token` is for secrets")
    return text(value)


def _one_or_more(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _endpoint(value: Any) -> Any:
    """A port, `address:port`, `{address, port}`, or `off`."""
    if value is False or (isinstance(value, str) and value.lower() in {"off", "no"}):
        return None
    if isinstance(value, dict) and set(value) <= {"address", "port"} and "port" in value:
        address = parse_listening_address(text(value["address"])) if "address" in value else ""
        return HostPort(address, parse_endpoint(text(value["port"])).port)
    return value if value is None or isinstance(value, HostPort) else parse_endpoint(text(value))


Urls = Annotated[
    tuple[Annotated[str, BeforeValidator(_url)], ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string", "format": "uri"}}]}),
]
Listen = Annotated[
    HostPort | None,
    BeforeValidator(_endpoint),
    PlainSerializer(lambda endpoint: "off" if endpoint is None else str(endpoint)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 65535},
                {"type": "string"},
                {"const": False},
                {
                    "type": "object",
                    "properties": {"address": {"type": "string"}, "port": {"type": "integer"}},
                    "required": ["port"],
                    "additionalProperties": False,
                },
            ],
            "description": "A port, address:port, or off",
            "examples": [162, "10.1.0.2:162", "[2001:db8::2]:162", "off"],
        }
    ),
]


def _serial(value: Any) -> str:
    return serial_number(text(value))


Serials = Annotated[
    tuple[Annotated[str, BeforeValidator(_serial)], ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema(
        {"type": "array", "items": {"type": ["string", "number"]}, "examples": [["4F:A1:00:17", "4fa10018"]]}
    ),
]


def _endpoints(value: Any) -> Any:
    """One endpoint, a list of them, or `off`."""
    if isinstance(value, tuple):
        return value
    found = [_endpoint(each) for each in value] if isinstance(value, list) else [_endpoint(value)]
    if isinstance(value, list) and (None in found or not found):
        raise ValueError("a list names ports or addresses; off stands alone, without a list")
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _shown_endpoints(endpoints: tuple[HostPort, ...]) -> str | list[str]:
    if len(endpoints) > 1:
        return [str(each) for each in endpoints]
    return str(endpoints[0]) if endpoints else "off"


_ONE_PLACE: list[dict[str, Any]] = [
    {"type": "integer", "minimum": 0, "maximum": 65535},
    {"type": "string"},
    {
        "type": "object",
        "properties": {"address": {"type": "string"}, "port": {"type": "integer"}},
        "required": ["port"],
        "additionalProperties": False,
    },
]
Places = Annotated[
    tuple[HostPort, ...],
    BeforeValidator(_endpoints),
    PlainSerializer(_shown_endpoints),
    WithJsonSchema(
        {
            "anyOf": [*_ONE_PLACE, {"const": False}, {"type": "array", "items": {"anyOf": _ONE_PLACE}, "minItems": 1}],
            "description": "A port, address:port, a list of them, or off",
            "examples": [162, "10.1.0.2:162", ["10.1.0.2:162", "[2001:db8::2]:162"], "off"],
        }
    ),
]


class BudgetSection(Section):
    """How much disk each kind of data may use before its oldest is dropped."""

    events: Size = 4 * 2**30
    outbox: Size = 8 * 2**30


class Storage(Section):
    """Where the appliance keeps things."""

    state: Text = "/var/lib/cmsp-agent"
    backups: Text = "/var/lib/cmsp-agent/backups"
    recovery_key: Text | None = Field(
        default=None, description="Public key (PEM) of the partner: opens the backups without the appliance"
    )
    budget: BudgetSection = BudgetSection()


class Appliance(Section):
    """The machine that the agent runs on."""

    name: Name
    id: Name | None = Field(default=None, description="Set by enrolment; until then the name stands for it")
    storage: Storage = Storage()
    language: Literal["en", "fr"] = "en"
    next_hop: Addresses | None = Field(
        default=None,
        description="Gateways of the appliance's own link; silent ones isolate it. Default: the host's default routes",
    )
    secrets: Text = Field(default="/etc/cmsp-agent/secrets", description="Directory of secret files, each of mode 0600")


class Tls(Section):
    """Files of one TLS identity, PEM."""

    certificate: Text
    key: Text = Field(description="File of the private key, readable by the agent only")
    ca: Text = Field(description="File of the authorities that the other side's certificate must come from")


class Headend(Section):
    """The provider's side of the link."""

    urls: Urls = ()
    tunnel: Literal["wireguard", "external"] = "wireguard"
    pace: Pace = "25%"
    heartbeat: Interval = 60.0
    device_access: tuple[Text, ...] = Field(
        default=(), description="Components that the head-end may reach through the tunnel; none unless named here"
    )
    tls: Tls | None = None


class Api(Section):
    """The agent's own HTTP interface."""

    listen: Listen = Field(default=None, description="Address and port behind the tunnel; off: the Unix socket only")
    socket: Text = "/run/cmsp-agent/api.sock"
    tls: Tls | None = None
    roles: dict[Text, Literal["observer", "operator", "engineer", "admin"]] = Field(
        default_factory=dict, description="URI SAN of a client's certificate: its role"
    )
    revoked: Serials = Field(
        default=(), description="Serial numbers, in hexadecimal, of client certificates that are accepted no more"
    )


class ListenersSection(Section):
    """What is received from devices."""

    traps: Places = (HostPort("", 162),)
    syslog: Places = Field(default=(HostPort("", 514),), description="UDP, and TCP unless syslog_tcp says otherwise")
    syslog_tcp: Places = (HostPort("", 514),)
    syslog_tls: Places = Field(default=(HostPort("", 6514),), description="RFC 5425; wants tls")
    tls: Tls | None = Field(
        default=None, description="Our certificate, and the authority that the devices' certificates must come from"
    )


class SeriesRetention(Section):
    """How long KPI samples and their roll-ups are kept."""

    raw: Interval = 48 * 3600.0
    five_minutes: Interval = 90 * 86400.0
    hourly: Interval = 400 * 86400.0


class BackupRetention(Section):
    """How many configuration backups of each age are kept for each component; the last known good one always."""

    last: Count = Field(default=10, description="The newest, however often the configuration changes")
    daily: Count = Field(default=30, description="The newest of so many days that have one")
    weekly: Count = 12
    monthly: Count = 13
    yearly: Count = 5


class RetentionSection(Section):
    """How long things are kept."""

    events: Interval = 90 * 86400.0
    series: SeriesRetention = SeriesRetention()
    backups: BackupRetention = BackupRetention()


class PrivacySection(Section):
    """What leaves the site."""

    mask_numbers: YesNo = True
    telemetry: YesNo = False


class Traps(Section):
    """What a trap must show."""

    strict: YesNo = Field(default=False, description="Take only traps that show the agreed community or user")


class WebhookSection(Section):
    """The web address that notifications are posted to, as JSON."""

    short_form = "url"
    url: Annotated[str, BeforeValidator(_web_url)] = Field(description="https, or http within the site")
    token: SecretRef | None = Field(default=None, description="Sent as `Authorization: Bearer`")
    timeout: Duration = 10.0


def _sender(value: Any) -> Any:
    """`name@example.com`, or `Somebody <name@example.com>`.

    Raises:
        ValueError: it has no mail address; servers refuse such mails one by one, long after the start.
    """
    if isinstance(value, str) and "@" not in value.strip("@ <>"):
        raise ValueError("not a mail address: write name@example.com")
    return value


Sender = Annotated[Text, BeforeValidator(_sender)]


class Smtp(Section):
    """The mail server that notifications go through."""

    short_form = "host"
    host: Text
    from_: Sender = Field(alias="from")
    port: Port = 25
    tls: Literal["none", "starttls", "tls"] = "starttls"
    user: Text | None = None
    password: SecretRef | None = None
    timeout: Duration = 30.0
