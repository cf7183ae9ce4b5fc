"""The header of an RFC 3164 or Cisco line, up to the mnemonic or text: counters, names, times, process.

`[counter:] [relay's time] [relay] [origin-id:] [counter:] [*|.]time [zone]: [process:] %…`, each optional. Reads the
older forms only: RFC 5424 has a module of its own, and the mnemonic is read by `message`.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from cmsp_agent.transports.syslog.zones import ANY_WORDS, ANY_ZONE, ZONE

LONGEST_HEADER = 256
"""Characters; a mnemonic further in is part of the text, not the end of a header."""
MOST_WORDS = 5
"""Between the time and a mnemonic: host, counter, card, process. More is a text that quotes the mnemonic."""


MOST_COUNTERS = 2
"""A message has: `logging message-counter syslog` and `service sequence-numbers`."""


class Header(NamedTuple):
    """The fields, named as in `SyslogMessage`, and the text that follows them."""

    text: str
    sequence: int | None = None
    inner_sequence: int | None = None
    host: str = ""
    relay: str = ""
    clock: str = "none"
    timestamp: str = ""
    zone: str = ""
    process: str = ""
    pid: str = ""
    version: int = 0
    message_id: str = ""
    structured: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


_MONTH = "(?i:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = re.compile(
    # A date may follow a line card's name without a space (IOS-XR); time since the restart must stand by itself and
    # before a colon, or parts of an IPv6 address would do.
    rf"(?:(?<![^\s:])(?P<flag>[*.]?)(?P<date>(?:\d{{4}} )?{_MONTH} +\d{{1,2}}(?: \d{{4}})? +\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"(?: 20\d\d(?= \S))?"  # Comware
    r"|\d{4}-\d\d?-\d\d?[T ]\d\d:\d\d:\d\d(?:[.,]\d+){0,2})"
    r"(?P<offset>(?:Z|[+-]\d\d:?\d\d)\b| [+-]\d\d(?::?\d\d)?(?=\s*:\s)| [+-]\d{4}(?=\s))?"
    rf"(?:\s+(?P<zone>{ZONE})(?=\s*:(?:\s|\Z)))?"
    r"|(?<!\S)(?P<upflag>[*.]?)(?P<up>\d+y\d+w|\d+w\d+d|\d+d\d+h|\d\d?:\d\d:\d\d(?:\.\d+)?)(?=\s*:(?:\s|\Z)))",
    re.ASCII,
)
_COUNTER = re.compile(r"(?:(?<=\s)|^)(\d*):(?=\s|\Z)", re.ASCII)
# In front of all times a counter stands at the beginning or behind a colon: `gw 1:` ends an origin-id with spaces.
_OWN_COUNTER = re.compile(r"(?:^\s*|(?<=:\s))(\d*):(?=\s|\Z)", re.ASCII)
_HOST = re.compile(r"\s*(?!\d+\s)([^\s/]*[^\s:/])(?:\s+|\Z)", re.ASCII)
_HOST_BEFORE_COUNTER = re.compile(r"(?!\d+\s)([^\s/]*[^\s:/])\s+(?=\d*:(?:\s|\Z))", re.ASCII)
_HOSTS_BEFORE_COUNTER = re.compile(r"\s*((?:[^\s:%][^\s%]*[^\s:%]\s+|\d+\s+){1,4})(?=\d+:(?:\s|\Z))", re.ASCII)
"""The relays that a message passed, and the device; a number may be a host, and `gw-1/10.1.1.1` are two."""
_LEAD = re.compile(r"\s*(?:\d*:\s+[^%]{0,64}?|(?:\S+:\s*)?(?:\d+:\s+)?)\Z", re.ASCII)
_FACILITY = re.compile(
    r"\b(?:kern|user|mail|daemon|auth|syslog|cron|authpriv|local[0-7])[ .]"
    r"(?:[0-7]|emerg|alert|crit|err|error|warning|notice|info|debug)(?=\s|\Z)",
    re.ASCII,
)
_TAGGED = re.compile(
    r"(?:(?P<host>(?!\S*=)\S*[^\s:])\s+)?"
    r"(?:(?:emerg|alert|crit|err|warning|notice|info|debug)\s+(?=\S+\[\d+\]:))?"  # BIG-IP's word for the severity
    r"(?P<tag>[^\s\[:]{1,64})(?:\[(?P<pid>[^\]]{0,32})\])?:(?:\s+|\Z)",
    re.ASCII,
)
# ProCurve: the number of the event, then the subsystem. Cisco ISE: the category, without a colon.
_NAMED = re.compile(
    r"(?:(?P<host>\S*[^\s:])\s+)?"
    r"(?:(?P<number>\d{5})\s+(?P<subsystem>[A-Za-z][\w-]{0,31}):|(?P<category>CISE_\w{1,59}))\s+",
    re.ASCII,
)
# An identifier in capitals that no space follows is a tag, too: old Catalyst software writes it so.
_CLOSE = re.compile(r"(?P<tag>[A-Za-z0-9]{1,24}(?:_[A-Z0-9]{1,24}){1,6}):(?=\S)", re.ASCII)
_CARD_S_MESSAGE = re.compile(r"-MSG:\s*SLOT\s*\d*\s*\Z", re.ASCII | re.IGNORECASE)
_COLON = re.compile(r":\s+")
_SET_OFF = re.compile(r"(?<=\S)\s+:(?=\s|\Z)")
_NO_HOST = re.compile(r"(?:(?:last|previous|above) )?message repeat", re.ASCII | re.IGNORECASE)
# A zone may have any name (`clock timezone`). Unless it is in capitals, only a counter in front distinguishes it
# from the tag of RFC 3164.
_ANY_ZONE = re.compile(rf"({ANY_ZONE})\s*(?=:(?:\s|\Z))", re.ASCII)
_ANY_WORDS = re.compile(rf"({ANY_WORDS})\s*(?=:(?:\s|\Z))", re.ASCII)
# IOS sends the lines of one message as datagrams of their own, with the counters but without a time. Behind one counter
# only a traceback or an indentation tells them from other texts.
_CONTINUED = re.compile(
    r"(\d{1,18}): (?:(?!\d+: )([^\s:][^:]{0,62}): )?(?:(\d{1,18}): \s*|(?=-(?:Traceback|Process=))|\s+)(\S.*)",
    re.DOTALL | re.ASCII,
)
_PROCESS = re.compile(r"(.*?)\s*\[([^\]]*)\]\Z", re.DOTALL)


def read_header(content: str, mnemonic: int | None) -> Header:
    """Take the header off a line.

    Args:
        content: the line without its PRI.
        mnemonic: where the first mnemonic starts, which ends the header; None where there is none.
    """
    if mnemonic is None or mnemonic > LONGEST_HEADER:
        return _read_plain(content)
    head, text = content[:mnemonic], content[mnemonic:]
    times = list(_TIME.finditer(head))
    if not _ends_header(head, times):
        return _read_plain(content)
    if not times:
        return _named(Header(text=text), head)
    device, header = times[-1], Header(text=text)
    header = _named(header, head[: times[0].start()])
    for relay, following in pairwise(times):
        header = _relayed(header, head[_end_of_relay_time(relay) : following.start()])
    return _behind_time(_timed(header, device), head[device.end() :])


def ends_header(head: str) -> bool:
    """Whether a mnemonic that stands behind this is the message's own, and not quoted in a text.

    A header ends with a colon, with the clock's mark, or with the host behind a time. Between a host and the mnemonic
    there are but tags, each with its colon.
    """
    return not head or _ends_header(head, list(_TIME.finditer(head)))


def _ends_header(head: str, times: list[re.Match[str]]) -> bool:
    behind = _FACILITY.sub("", head[times[-1].end() :]) if times else head
    words = _SET_OFF.sub(":", behind).split()
    if len(words) <= 1 or _CARD_S_MESSAGE.search(head):
        return True
    if times and not _is_cisco(behind):
        return all(word.endswith((":", "*")) for word in words[1:])
    return words[-1].endswith((":", "*")) and (not times or len(words) <= MOST_WORDS)


def _timed(header: Header, time: re.Match[str]) -> Header:
    if time["up"]:
        return header._replace(clock="up", timestamp=time["up"])
    return header._replace(
        clock=time["flag"] or "", timestamp=time["date"], zone=(time["offset"] or time["zone"] or "").lstrip()
    )


def _end_of_relay_time(time: re.Match[str]) -> int:
    """A relay writes no zone's name: what looks like one is the name of the host."""
    return max(time.end("date"), time.end("offset"), time.end("up"))


def _named(header: Header, segment: str) -> Header:
    """Read counters and names from the text before a time; the origin-id may have spaces (`origin-id string …`)."""
    parts = _OWN_COUNTER.split(_FACILITY.sub("", segment))
    counters = [digits for digits in parts[1::2] if digits]
    if len(counters) > MOST_COUNTERS:  # the one in the middle is an origin-id
        header = _hosted(header, counters.pop(1))
    for digits in counters:
        header = _counted(header, digits)
    for piece in parts[::2]:
        cards = [word for word in piece.split() if _is_card(word)]
        words = [word for word in piece.split() if not _is_card(word) and not word.isdecimal()]
        if cards:
            header = header._replace(process=cards[-1].removesuffix(":"))
        if words and not words[-1].endswith(":"):
            header = _hosted(header, words[0].removesuffix(":"))
            words = words[1:]
        if words:
            host, *process = _COLON.split(" ".join(words).removesuffix(":"))
            header = _hosted(header, host.rstrip())._replace(process=": ".join(process) or header.process)
    return header


def _is_card(word: str) -> bool:
    """A line card's name, such as `LC/0/0/CPU0:`; a `%` is the zone of an IPv6 address."""
    return "/" in word and "%" not in word


def _relayed(header: Header, segment: str) -> Header:
    """Behind a relay's time the first word is a host without a colon; so is the second, where a counter follows it."""
    segment = _FACILITY.sub("", segment)
    if chain := _HOSTS_BEFORE_COUNTER.match(segment):
        hosts = [part for word in chain[1].split() for part in reversed(word.split("/"))]
        for host in (hosts[0], hosts[-1]):
            header = _hosted(header, host) if host != header.host else header
        return _named(header, segment[chain.end() :])
    for host in (_HOST, _HOST_BEFORE_COUNTER):
        if found := host.match(segment):
            header, segment = _hosted(header, found[1]), segment[found.end() :]
    return _named(header, segment)


def _counted(header: Header, digits: str) -> Header:
    if not digits:
        return header
    if header.sequence is None:
        return header._replace(sequence=int(digits[-18:]))
    return header._replace(inner_sequence=int(digits[-18:]))


def _hosted(header: Header, host: str) -> Header:
    """The name nearest to the message is the device's; the one before it, a relay's."""
    if not host:
        return header
    if not header.host:
        return header._replace(host=host)
    return header._replace(host=host, relay=header.relay or header.host)


def _behind_time(header: Header, segment: str) -> Header:
    """`: process:` as Cisco writes it, or ` host process:` as RFC 3164 does."""
    segment = segment.strip()
    if segment == "*" or segment.endswith((" *", ":*")):  # some releases set the clock's mark before the mnemonic
        header, segment = header._replace(clock="*"), segment[:-1].rstrip()
    zone = (_ANY_WORDS if header.host else _ANY_ZONE).match(segment) if header.sequence is not None else None
    if zone is not None and not header.zone:
        header, segment = header._replace(zone=zone[1]), segment[zone.end() :]
    if segment.startswith(":"):
        return _processed(header, segment)
    parts = _COUNTER.split(segment)
    for digits in parts[1::2]:
        header = _counted(header, digits)
    words = " ".join(parts[::2]).split()
    if words:
        header = _processed(_hosted(header, words[0].removesuffix(":")), " ".join(words[1:]))
    return header


def _processed(header: Header, text: str) -> Header:
    name = text.strip(": ")
    if not name:
        return header
    found = _PROCESS.match(name)
    return header._replace(process=found[1], pid=found[2]) if found else header._replace(process=name)


def _read_plain(content: str) -> Header:
    """A line without a mnemonic: a header is only at its very beginning."""
    time = _TIME.search(content, 0, LONGEST_HEADER)
    if time is None or not _LEAD.match(content[: time.start()]):
        continued = _continuation(content) if time is None else None
        return continued or _tagged(Header(text=""), content)
    header = _named(Header(text=""), content[: time.start()])
    rest = content[time.end() :]
    if _is_cisco(rest):
        return _timed(header, time)._replace(text=_after_colon(rest))
    second = _TIME.search(content, time.end(), time.end() + LONGEST_HEADER)
    if second is not None and _is_cisco(content[second.end() :]):
        between = content[_end_of_relay_time(time) : second.start()]
        if all(word.endswith(":") for word in between.split()[1:]):
            header = _timed(_relayed(header, between), second)
            return header._replace(text=_after_colon(content[second.end() :]))
    rest = content[_end_of_relay_time(time) :]
    relay = _HOST.match(rest)
    continued = _continuation(rest[relay.end() :]) if relay else None
    if relay and continued:  # the time is the relay's
        return _hosted(Header(continued.text, continued.sequence, continued.inner_sequence, relay[1]), continued.host)
    return _tagged(_timed(header, time), rest)


def _continuation(content: str) -> Header | None:
    """The header of a further line of a message: it has the counters and no time."""
    found = _CONTINUED.match(content)
    if found is None:
        return None
    return Header(found[4], int(found[1]), int(found[3]) if found[3] else None, found[2] or "")


def _is_cisco(rest: str) -> bool:
    return rest.lstrip().startswith(":")


def _after_colon(rest: str) -> str:
    return rest.lstrip()[1:].lstrip(" ")


def _tagged(header: Header, rest: str) -> Header:
    """HOSTNAME and TAG of RFC 3164 4.1, of which either may be missing; a line without a time names no host."""
    timed, rest = header.clock != "none", rest.strip()
    named = _NAMED.match(rest)
    if named and timed:
        header = _hosted(header, named["host"]) if named["host"] else header
        tag, number = named["subsystem"] or named["category"], named["number"] or ""
        return header._replace(process=tag, message_id=number, text=rest[named.end() :])
    if close := _CLOSE.match(rest):
        return header._replace(process=close["tag"], text=rest[close.end() :])
    found = _TAGGED.match(rest)
    if found and (timed or not found["host"]):
        header = _hosted(header, found["host"]) if found["host"] else header
        if found["tag"].isdecimal() and found["pid"] is None:
            return _counted(header, found["tag"])._replace(text=rest[found.end() :])
        return header._replace(process=found["tag"], pid=found["pid"] or "", text=rest[found.end() :])
    host, _, text = rest.partition(" ")
    if not timed or not text or host.endswith(":") or "=" in host or _NO_HOST.match(rest):
        return header._replace(text=rest)
    return _hosted(header, host)._replace(text=text.removeprefix(": ").lstrip(" "))
