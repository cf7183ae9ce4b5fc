"""What a device says when something happens to it: notifications and syslog lines. Sends nothing: see `emitter`."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.lab.site.walk import Typed

INTEGER, OCTETS, OID, COUNTER, TICKS = 0x02, 0x04, 0x06, 0x41, 0x43
LOCAL7 = 23


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification: its OID and its varbinds, without sysUpTime.0 and snmpTrapOID.0."""

    oid: str
    varbinds: tuple[tuple[str, Typed], ...] = ()


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """A line as the device words it: ``FACILITY-SEVERITY-MNEMONIC`` and the text after the colon."""

    mnemonic: str
    text: str

    @property
    def severity(self) -> int:
        """The mnemonic's severity, 0 to 7."""
        return int(self.mnemonic.split("-")[1])


Notice = Notification | SyslogLine


def number(value: int) -> Typed:
    """An INTEGER."""
    return Typed(INTEGER, value)


def words(text: str) -> Typed:
    """An OCTET STRING."""
    return Typed(OCTETS, text.encode())


def format_line(style: str, host: str, sequence: int, line: SyslogLine, at: float) -> bytes:
    """Word a line as a device of the given style puts it on the wire.

    Args:
        style: ``ios-xe`` (sequence numbers, year and zone), ``ios`` (neither) or ``plain`` (RFC 3164).
        host: the device's name.
        sequence: the device's message counter.
        line: what it says.
        at: the device's wall time, seconds since the epoch.
    """
    utc = time.gmtime(at)
    day = f"{time.strftime('%b', utc)} {utc.tm_mday:2d}"
    clock = f"{time.strftime('%H:%M:%S', utc)}.{int(at * 1000) % 1000:03d}"
    message = f"%{line.mnemonic}: {line.text}"
    priority = LOCAL7 * 8 + line.severity
    if style == "ios-xe":
        return f"<{priority}>{sequence}: {sequence:06d}: {day} {utc.tm_year} {clock} UTC: {message}".encode()
    if style == "ios":
        return f"<{priority}>{sequence}: {day} {clock}: {message}".encode()
    return f"<{priority}>{day} {time.strftime('%H:%M:%S', utc)} {host} {message}".encode()
