"""One syslog message as fields: RFC 3164, RFC 5424 and the lines of Cisco's families. No frames, no sockets.

No line raises an error: what a line does not say stays empty, and the original bytes are kept beside the fields.
`device_time` says when a device's own time is believed.
"""

import re
from typing import NamedTuple

from cmsp_agent.transports.syslog.header import Header, read_header
from cmsp_agent.transports.syslog.legacy_text import decode_other, decode_wide
from cmsp_agent.transports.syslog.repetition import added_up, of_last, out_of_brackets
from cmsp_agent.transports.syslog.rewritten import rewritten
from cmsp_agent.transports.syslog.rfc5424 import read_rfc5424, unwrapped
from cmsp_agent.transports.syslog.usual import Layout, code_of, layout_of
from cmsp_agent.transports.syslog.wrappers import taken_apart

HIGHEST_PRI = 191
MOST_WRAPPERS = 3
"""Relays on the way that each send the message whole within one of their own."""
LETTERS = {letter: level for level, letter in enumerate("MACEWNID")}
"""Severity letters of the Small Business series: eMergency, Alert, Critical, Error, Warning, Notice, Info, Debug."""
TRAILERS = b" \t\r\n\0"


class SyslogMessage(NamedTuple):
    """A parsed message. A tuple: building a frozen dataclass of so many fields costs as much as matching the line."""

    raw: bytes
    """The message as received, without its trailer."""
    pri: int | None
    """facility * 8 + severity (RFC 5424 6.2.1), or None where the line has none."""
    sequence: int | None
    """The outer counter (`logging message-counter syslog`), else the only one."""
    host: str
    """`logging origin-id`, or the HOSTNAME of RFC 3164 and RFC 5424; empty where the line names none."""
    inner_sequence: int | None
    """The second counter (`service sequence-numbers`) where there are two."""
    clock: str
    """`` clock said to be good, `*` never set, `.` lost its NTP server, `up` time since the restart, `none` no time."""
    timestamp: str
    """The device's time as written, without the clock's mark and the zone."""
    zone: str
    """The zone as written: `UTC`, `CEST`, `UTC+07:30`, `-05:00`."""
    facility: str
    """Of the mnemonic, with its sub-facilities: `SYS`, `PKT_INFRA-LINK`. Empty where there is no mnemonic."""
    level: int | None
    """The severity in the mnemonic."""
    mnemonic: str
    """Of the mnemonic: `CONFIG_I`, or the message number of an ASA."""
    text: str
    """What follows the mnemonic or header. `legacy_text` says how octets read that are no UTF-8."""
    process: str = ""
    """What stands between header and text: a process, a line card, the TAG of RFC 3164, the APP-NAME of RFC 5424."""
    pid: str = ""
    """PROCID of RFC 5424, or what stands in brackets behind the process."""
    relay: str = ""
    """The host that a relay wrote in front, where the device named itself too."""
    version: int = 0
    """VERSION of RFC 5424; 0 for the older forms."""
    message_id: str = ""
    """MSGID of RFC 5424."""
    structured: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """SD-ELEMENTs of RFC 5424: (id, ((name, value), …))."""
    repeated: int = 0
    """N of `message repeated N times`, `last message repeated N times` and `aggregated (N)`; 0: none of them."""
    code: str = ""
    """`FACILITY-SEVERITY-MNEMONIC`, or empty where the message has no mnemonic."""
    other_text: bool = False
    """Its octets are no UTF-8."""

    @property
    def number(self) -> int | None:
        """The message's own counter: the inner one where a relay or an origin-id has set another before it."""
        return self.sequence if self.inner_sequence is None else self.inner_sequence

    @property
    def repeats_last(self) -> bool:
        """Says nothing but that the last message came again, `repeated` times."""
        return self.repeated > 0 and not self.mnemonic and of_last(self.text) > 0

    @property
    def severity(self) -> int | None:
        """RFC 5424 severity: the mnemonic's, since relays and nested messages have another in PRI; else PRI's."""
        if self.level is not None:
            return self.level
        return None if self.pri is None else self.pri & 7

    @property
    def syslog_facility(self) -> int | None:
        """RFC 5424 facility, 0 to 23."""
        return None if self.pri is None else self.pri >> 3


_PRI = re.compile(r"<\s*(0?\d{0,3})>[\s\ufeff]*")
# Kiwi, which sends on with an address of its own, and perhaps with a header.
_FORWARDED = re.compile(
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?:\S{1,64} )?)?Original Address=(\S{1,64})\s+", re.ASCII
)
# The colon may be missing where the line ends with the mnemonic, or be set off by a space (IOS-XR). AireOS writes `#`
# for what it debugs.
_MNEMONIC = re.compile(
    r"(?:%|(?<!\S)#)(?P<facility>(?:[A-Za-z]|\d(?=[A-Z]{2}))[A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*?)--?(?P<level>[0-7]|[MACEWNID](?=-[A-Z]))-(?P<mnemonic>[A-Za-z0-9_]+)"
    r"(?:\s*:[ \t]?|\s*\Z)",
    re.ASCII,
)
_SECURITY = re.compile(
    r"(?P<facility>ASA|FTD|PIX|FWSM)-(?P<level>[0-7])-(?P<mnemonic>\d{6})(?:\s*:[ \t]?|\s*\Z)", re.ASCII
)
# A line card's own message (`%CARD-3-MSG:SLOT %…`, Cisco 12000 and 7500).
_SLOT = re.compile(r"%[A-Za-z0-9_-]+-MSG:\s*SLOT", re.ASCII)
# A name in capitals like a mnemonic, but without a severity: a tag.
_UNGRADED = re.compile(r"(%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)+(?::\s*SLOT\s+%[A-Z][A-Z0-9_-]+)?):[ \t]+", re.ASCII)
_HUAWEI = re.compile(
    r"%%\d\d(?P<facility>\w+)/(?P<level>[0-7])/(?P<mnemonic>\w+)(?:\(\w+\))?(?:\[\d+\])?:[ \t]?", re.ASCII
)


def parse_syslog(datagram: bytes) -> SyslogMessage:
    """Read one message of any form.

    Args:
        datagram: the octets of one UDP datagram or of one TCP frame (RFC 6587), with or without a trailer.
    """
    raw = datagram.rstrip(TRAILERS)
    try:
        line = raw.decode()
    except UnicodeDecodeError as error:
        return _read(raw, decode_other(raw, error))._replace(other_text=True)
    return _read(raw, line)


def _read(raw: bytes, line: str) -> SyslogMessage:
    layout = layout_of(raw, line)
    return _parse_unusual(raw, line) if layout is None else _parse_usual(raw, line, layout)


def _parse_usual(raw: bytes, line: str, layout: Layout) -> SyslogMessage:
    pri_end, first, first_end, host, host_end, second, second_end, mark, time, time_end, zone, zone_end, code = layout
    code_end = line.find(": ", code)
    mnemonic = code_of(line[code:code_end])
    pri = int(line[1:pri_end])
    if code_end < 0 or mnemonic is None or pri > HIGHEST_PRI or line.find("%", code) >= 0:
        return _parse_unusual(raw, line)
    sequence = int(line[first:first_end]) if first_end > 0 else None
    inner = int(line[second:second_end]) if second_end > 0 else None
    if sequence is None:
        sequence, inner = inner, None
    facility, level, name, code_text = mnemonic
    # The class's own constructor is one of Python's, which takes three times as long.
    return tuple.__new__(
        SyslogMessage,
        (raw, pri, sequence, line[host:host_end], inner, line[mark:time], line[time:time_end], line[zone:zone_end],
         facility, level, name, line[code_end + 2 :], "", "", "", 0, "", (), 0, code_text, False),
    )  # fmt: skip


def _parse_unusual(raw: bytes, line: str) -> SyslogMessage:
    wide = decode_wide(raw)
    return _parse(raw, line.lstrip("\ufeff") if wide is None else wide, MOST_WRAPPERS)


def _parse(raw: bytes, line: str, wrappers: int) -> SyslogMessage:
    pri, content = _take_pri(line)
    if wrappers and (forwarded := _FORWARDED.match(content)):
        inner = _parse(raw, f"<{HIGHEST_PRI + 1 if pri is None else pri}>{content[forwarded.end() :]}", wrappers - 1)
        return inner if inner.host else inner._replace(host=forwarded[1])
    content, count = out_of_brackets(content)
    modern = read_rfc5424(content) if pri is not None else None
    if modern is None:
        content = rewritten(content)
    if wrappers and (apart := taken_apart(content, modern, pri)):
        return _within(apart[0], _parse(raw, apart[1], wrappers - 1), count)
    if modern is not None:
        text, within = out_of_brackets(modern.text)
        if _first_mnemonic(text):
            text = rewritten(text)
        modern = unwrapped(modern._replace(text=text), _first_mnemonic(text))
        return _with_mnemonic(raw, pri, modern, count or within)
    return _with_mnemonic(raw, pri, read_header(content, _first_mnemonic(content)), count)


def _within(outer: Header, inner: SyslogMessage, count: int) -> SyslogMessage:
    """A whole message that a relay sent in one of its own: what it says of itself counts, then what the relay says."""
    if inner.clock == "none":
        inner = inner._replace(clock=outer.clock, timestamp=outer.timestamp, zone=outer.zone)
    if outer.sequence is not None:
        inner = inner._replace(sequence=outer.sequence, inner_sequence=inner.number)
    relay = outer.host if inner.host and inner.host != outer.host else inner.relay
    return inner._replace(host=inner.host or outer.host, relay=relay, repeated=inner.repeated or count)


def _take_pri(line: str) -> tuple[int | None, str]:
    """A PRI over 191, or without a number, is invalid (RFC 3164 4.3.3); it is still removed from the line."""
    found = _PRI.match(line)
    if found is None:
        return None, line
    pri = int(found[1] or HIGHEST_PRI + 1)
    return pri if pri <= HIGHEST_PRI else None, line[found.end() :]


def _first_mnemonic(content: str) -> int | None:
    """Where the header ends: at the first mnemonic, even where the last one names the event."""
    found = _MNEMONIC.search(content) or _HUAWEI.search(content) or _SECURITY.match(content)
    return found.start() if found else None


def _event_s_mnemonic(text: str) -> re.Match[str] | None:
    """The mnemonic at the beginning, or the one within where the first is but the wrapper of a module's own message."""
    found = _MNEMONIC.match(text)
    while found is not None and (found["facility"] == "IOSXE" or _SLOT.match(text, found.start())):
        inner = _MNEMONIC.search(text, found.end())
        if inner is None:
            break
        found = inner
    return found or _HUAWEI.match(text) or _SECURITY.match(text)


def _with_mnemonic(raw: bytes, pri: int | None, header: Header, repeated: int) -> SyslogMessage:
    """Read the mnemonic out of what follows the header. Only known wrappers nest: others quote what a user typed."""
    found = _event_s_mnemonic(header.text)
    facility, level, mnemonic, text = "", None, "", header.text
    if found is not None:
        facility, mnemonic, text = found["facility"], found["mnemonic"], header.text[found.end() :]
        level = int(found["level"]) if found["level"].isdigit() else LETTERS[found["level"]]
    elif (tagged := _UNGRADED.match(text)) is not None and not header.process:
        header, text = header._replace(process=tagged[1]), text[tagged.end() :]
    if not repeated:
        text, repeated = added_up(text) if mnemonic else (text, of_last(text))
    return SyslogMessage(
        raw=raw,
        pri=pri,
        sequence=header.sequence,
        host=header.host,
        inner_sequence=header.inner_sequence,
        clock=header.clock,
        timestamp=header.timestamp,
        zone=header.zone,
        facility=facility,
        level=level,
        mnemonic=mnemonic,
        text=text,
        process=header.process,
        pid=header.pid,
        relay=header.relay,
        version=header.version,
        message_id=header.message_id,
        structured=header.structured,
        repeated=repeated,
        code=_code(f"{facility}-{level}-{mnemonic}") if mnemonic else "",
    )


def _code(written: str) -> str:
    """A collector on the way may have put all into small letters; small ones within a name are the maker's."""
    return written.upper() if written.islower() else written
