"""The header of RFC 5424. Lenient with careless senders (no SD, unquoted values), but leaves Cisco's lines alone."""

import re

from cmsp_agent.transports.syslog.header import Header, ends_header, read_header

# VERSION is up to three digits and no zero first (RFC 5424 6); what follows must be a time or a nil value, since a line
# such as `2024 Aug 27` or `31 host` starts much the same.
_START = re.compile(r"([1-9]\d{0,2})(?:\s*\Z| +(-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*)(?=\s|\Z))", re.ASCII)
# Meraki: the version, seconds since the epoch, the name, the kind of the message.
_SINCE_EPOCH = re.compile(r"1 (\d{10}(?:\.\d{1,9})?) (\S+) (\S+)(?: |\Z)", re.ASCII)
_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)\Z", re.ASCII)
_WORD = re.compile(r" ?(\S+)")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ELEMENT = re.compile(rf'\[([^\s=\]"]+)((?:\s+[^\s=\]"]+=(?:{_QUOTED}|[^\s\]"]*))*)\s*\]', re.DOTALL)
_PARAMETER = re.compile(rf'([^\s=\]"]+)=({_QUOTED}|[^\s\]"]*)', re.DOTALL)
_ESCAPE = re.compile(r'\\(["\\\]])')
_CISCO = re.compile(
    r"\s*(?:\d{1,18}: |(?:[\w.:-]{1,64}: (?:\d{1,18}: )?)?[*.]?(?:\d{4} )?[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\dT)",
    re.ASCII,
)

Structured = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def read_rfc5424(content: str) -> Header | None:
    """The header's fields of a line after its PRI, the text being MSG; None where the line is not of this form.

    A line that ends early is taken as far as it goes.
    """
    start = _START.match(content)
    if start is None:
        return _read_since_epoch(content)
    time = start[2] or "-"
    words, place = _words(content, start.end())
    structured, place = _structured(content, place)
    zone = _ZONE.search(time)
    host, application, process_id, message_id = (("" if word == "-" else word) for word in words)
    return Header(
        version=int(start[1]),
        timestamp="" if time == "-" else time[: zone.start()] if zone else time,
        zone=zone[0] if zone else "",
        clock="none" if time == "-" else "",
        host=host,
        process=application,
        pid=process_id,
        message_id=message_id,
        structured=structured,
        text=content[place:].removeprefix(" ").removeprefix("\ufeff"),
    )


def unwrapped(outer: Header, mnemonic: int | None) -> Header:
    """The header of a Cisco line that a relay wrapped whole: its own counters, name and zoned time count.

    Args:
        outer: the relay's header. It may have taken the line's first counter for the APP-NAME.
        mnemonic: where the first mnemonic stands in its text; None where there is none.
    """
    if mnemonic is None or not ends_header(outer.text[:mnemonic]):
        return outer
    if not _CISCO.match(outer.text):
        process = outer.text[:mnemonic].rstrip()
        named = outer._replace(text=outer.text[mnemonic:], process=outer.process or process.rstrip(": "))
        return named if not process or process.endswith(":") else outer
    inner = read_header(outer.text, mnemonic)
    if outer.process.isdecimal():
        inner = inner._replace(inner_sequence=inner.inner_sequence or inner.sequence, sequence=int(outer.process[:18]))
        outer = outer._replace(process="")
    time = inner if inner.zone else outer
    return inner._replace(
        host=inner.host or outer.host,
        relay=outer.host if inner.host else "",
        clock=time.clock,
        timestamp=time.timestamp,
        zone=time.zone,
        process=inner.process or outer.process,
        pid=inner.pid or outer.pid,
        version=outer.version,
        message_id=outer.message_id,
        structured=outer.structured,
    )


def _read_since_epoch(content: str) -> Header | None:
    found = _SINCE_EPOCH.match(content)
    if found is None:
        return None
    time, host, kind = found.groups()
    return Header(content[found.end() :], host=host, clock="", timestamp=time, zone="Z", process=kind)


def _words(content: str, place: int) -> tuple[list[str], int]:
    """HOSTNAME, APP-NAME, PROCID, MSGID; nil where the line has ended."""
    words = []
    for _ in range(4):
        found = _WORD.match(content, place)
        words.append(found[1] if found else "-")
        place = found.end() if found else place
    return words, place


def _structured(content: str, place: int) -> tuple[Structured, int]:
    """STRUCTURED-DATA: a nil value, or elements without a space between them."""
    start = place + (content[place : place + 1] == " ")
    if content[start : start + 1] == "-":
        return (), start + 1
    elements: list[tuple[str, tuple[tuple[str, str], ...]]] = []
    while found := _ELEMENT.match(content, start):
        elements.append((found[1], tuple((name, _value(text)) for name, text in _PARAMETER.findall(found[2]))))
        start = found.end()
    return tuple(elements), start if elements else place


def _value(text: str) -> str:
    return _ESCAPE.sub(r"\1", text[1:-1]) if text.startswith('"') else text
