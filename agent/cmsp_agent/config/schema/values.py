"""The kinds of value that the sections are made of: text, counts, durations, addresses… with their JSON Schema."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from cmsp_agent.config import addresses, quantities, schedules, windows
from cmsp_agent.config.schema.base import YES_NO, Unshown
from cmsp_agent.config.tree import SecretReference, WrittenFloat, WrittenInt

T = TypeVar("T")

MOST_TEXT = 1000
_MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_])?")


def text(value: Any) -> str:
    """Text; a number is taken as it was written, so that `contract: 0042` keeps its zeros."""
    if isinstance(value, WrittenInt | WrittenFloat):
        return value.text
    if isinstance(value, SecretReference):
        raise ValueError("no secret belongs here: text is wanted")
    if not isinstance(value, str):
        raise ValueError(
            "one value is wanted" if isinstance(value, dict | list) else "text is wanted; put it in quotes"
        )
    if not value.strip():
        raise ValueError("is empty")
    if len(value) > MOST_TEXT:
        raise ValueError(f"longer than {MOST_TEXT} characters")
    return value.strip()


def _from_text(parse: Callable[[str], T]) -> Callable[[Any], Any]:
    """A validator that reads text by `parse`; a value that is no text was parsed before and passes."""

    def read(value: Any) -> Any:
        plain = isinstance(value, str | WrittenInt | WrittenFloat | SecretReference | bool | dict | list)
        return parse(text(value)) if plain else value

    return read


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("not a name: letters, digits, '.', '_' and '-', 64 at most, a letter or digit first")
    return value


def _mail_address(value: str) -> str:
    if not _MAIL_ADDRESS.fullmatch(value):
        raise ValueError("not a mail address: write name@example.com")
    return value


def _date(value: str) -> dt.date:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise ValueError("no such day in the calendar") from error
    raise ValueError("not a date: write 2026-01-31")


def _timezone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("not a time zone: write Europe/Paris") from error
    return value


def _setting(value: Any) -> Any:
    """A value of a plugin's own section, as it is written."""
    if isinstance(value, SecretReference | bool):
        return value
    if isinstance(value, WrittenInt | WrittenFloat):
        return float(value) if isinstance(value, WrittenFloat) else int(value)
    return text(value)


def _whole(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("a whole number is wanted")
    return int(value)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a number is wanted")
    return float(value)


def _yes_or_no(value: Any) -> Any:
    words = {"yes": True, "on": True, "no": False, "off": False}
    found = words.get(value.lower(), value) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise ValueError("true or false is wanted")
    return found


def _secret(value: Any) -> Any:
    if isinstance(value, SecretReference):
        return value
    raise Unshown(
        "a secret is wanted by reference only: write !secret NAME, then store it by 'cmsp-agent secret set NAME'"
    )


def _names(value: Any) -> Any:
    if isinstance(value, dict):
        raise ValueError("a name is wanted, or a list of names: what it stands for is written once, in its own section")
    return _list(value)


def _list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _share_or_bandwidth(value: str) -> str:
    """Checked here, kept as text: who paces reads it again by what it stands for."""
    if value.endswith("%"):
        quantities.parse_share(value)
    else:
        quantities.parse_bandwidth(value)
    return value


def _positive(parse: Callable[[str], float]) -> Callable[[str], float]:
    def read(value: str) -> float:
        number = parse(value)
        if number <= 0:
            raise ValueError("must be more than zero")
        return number

    return read


def _answers_from(written: str) -> str:
    if written in ("component", "any"):
        return written
    if not addresses.is_ip_address(address := addresses.parse_address(written)):
        raise ValueError("neither component nor any, and no IPv4 or IPv6 address")
    return address


def _json(description: str, *examples: object, kind: str = "string") -> WithJsonSchema:
    return WithJsonSchema({"type": kind, "description": description, "examples": list(examples)}, mode="validation")


Text = Annotated[str, BeforeValidator(text), WithJsonSchema({"type": ["string", "number"]})]
Name = Annotated[
    str,
    BeforeValidator(_from_text(_name)),
    WithJsonSchema({"type": ["string", "number"], "pattern": rf"^{_NAME.pattern}$"}),
]
MailAddress = Annotated[
    str,
    BeforeValidator(_from_text(_mail_address)),
    WithJsonSchema({"type": "string", "pattern": rf"^{_MAIL_ADDRESS.pattern}$"}),
]
Globs = Annotated[
    tuple[Text, ...],
    BeforeValidator(_list),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "examples": ["cisco_*"]}
    ),
]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(_names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=10_000_000)]
Port = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=65535)]
PortOrNone = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=65535)]
Number = Annotated[float, BeforeValidator(_number)]
YesNo = Annotated[bool, BeforeValidator(_yes_or_no), WithJsonSchema(YES_NO, mode="validation")]
Date = Annotated[dt.date, BeforeValidator(_from_text(_date)), _json("A day", "2026-01-31")]
Duration = Annotated[
    float,
    BeforeValidator(_from_text(quantities.parse_duration)),
    PlainSerializer(quantities.format_duration),
    _json("A duration in ms, s, m, h, d or w", "30s", "5m", "1h30m"),
]
Interval = Annotated[
    float,
    BeforeValidator(_from_text(_positive(quantities.parse_duration))),
    PlainSerializer(quantities.format_duration),
    _json("A duration in ms, s, m, h, d or w, more than zero", "30s", "5m", "7d"),
]
Size = Annotated[
    int,
    BeforeValidator(_from_text(quantities.parse_size)),
    PlainSerializer(quantities.format_size),
    _json("A size in B, kB, MB, GB, TB, KiB, MiB, GiB or TiB", "4GiB"),
]
Rate = Annotated[
    float,
    BeforeValidator(_from_text(_positive(quantities.parse_rate))),
    PlainSerializer(quantities.format_rate),
    _json("How many each second, minute or hour", "50/s"),
]
Pace = Annotated[
    str,
    BeforeValidator(_from_text(_share_or_bandwidth)),
    _json("A share of the link, or a bandwidth", "25%", "2Mbit/s"),
]
Schedule = Annotated[
    schedules.Schedule,
    BeforeValidator(_from_text(schedules.parse_schedule)),
    PlainSerializer(str),
    _json("When, in the site's time zone", "hourly", "daily 02:00", "weekly Sun 02:00", "monthly 1 02:00"),
]


def _weekly(value: Any) -> Any:
    """Weekly hours; several may be written as a list."""
    parts = value if isinstance(value, list) else [value]
    return windows.parse_weekly("; ".join(text(part) for part in parts)) if parts else windows.parse_weekly("")


Weekly = Annotated[
    windows.Weekly,
    BeforeValidator(_weekly),
    PlainSerializer(lambda weekly: weekly.text),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": "Hours of the week, in the site's time zone",
            "examples": ["Mon-Fri 08:00-18:00", "Sun 02:00-04:00", "24x7"],
        },
        mode="validation",
    ),
]
Timezone = Annotated[str, BeforeValidator(_from_text(_timezone)), _json("A zone of the IANA database", "Europe/Paris")]
AnswersFrom = Annotated[
    str, BeforeValidator(_from_text(_answers_from)), _json("component, any, or an IPv4 or IPv6 address", "any")
]
Address = Annotated[str, BeforeValidator(_from_text(addresses.parse_address)), _json("IPv4, IPv6 or a host name")]
Addresses = Annotated[
    tuple[Address, ...],
    BeforeValidator(_list),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
            "description": "One address or several (IPv4, IPv6 or a host name); the first is polled",
            "examples": ["10.1.0.1", ["10.1.0.1", "2001:db8::1"]],
        },
        mode="validation",
    ),
]
_SUBNETS = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], "examples": ["10.1.0.0/24"]}
)
Subnets = Annotated[
    tuple[Annotated[str, BeforeValidator(_from_text(addresses.parse_subnet))], ...], BeforeValidator(_list), _SUBNETS
]
SearchedSubnets = Annotated[
    tuple[Annotated[str, BeforeValidator(_from_text(addresses.parse_searched))], ...], BeforeValidator(_list), _SUBNETS
]
Setting = Annotated[
    SecretReference | bool | int | float | str,
    BeforeValidator(_setting),
    WithJsonSchema({"type": ["string", "number", "boolean"], "description": "A value; secrets by reference only"}),
]
SecretRef = Annotated[
    SecretReference,
    BeforeValidator(_secret),
    PlainSerializer(str, when_used="always"),
    WithJsonSchema(
        {
            "description": "A reference to a secret: !secret NAME, or {secret: NAME}",
            "examples": ["!secret ro-auth", {"secret": "ro-auth"}],
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"secret": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"}},
                    "required": ["secret"],
                    "additionalProperties": False,
                },
            ],
        }
    ),
]
