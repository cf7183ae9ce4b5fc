"""Which line is a further one of the message before it: IOS sends each line of a message as a datagram of its own."""

import re

from cmsp_agent.transports.syslog.message import SyslogMessage

# What the software adds to a message of its own.
_ADDED = ("-Traceback", "-Process=")
_INDENTED = re.compile(rb"<\d{1,3}>\d{1,18}: (?:[^\s:][^:]{0,62}: )?\s+\S")


def is_further(line: SyslogMessage, last: SyslogMessage | None) -> bool:
    """Whether a line is a further one of the device's last message.

    It has no time and the same counters, or the next one of those that count datagrams. Only an indentation tells it
    from a message where the device writes no times at all, or where its PRI is another one.
    """
    if last is None or line.mnemonic or line.version or line.repeated:
        return False
    if line.text.startswith(_ADDED):
        return True
    if line.clock != "none" or line.sequence is None or last.sequence is None:
        return False
    if line.inner_sequence is not None:
        return line.number == last.number
    distinct = (last.clock != "none" and line.pri == last.pri) or _INDENTED.match(line.raw) is not None
    return distinct and line.sequence in (last.sequence, last.sequence + 1, last.number)


def continued(last: SyslogMessage, line: SyslogMessage) -> SyslogMessage:
    """The message with the counter of its further line, so that the next one is known, too."""
    return last if line.sequence is None else last._replace(sequence=line.sequence)


def further_text(line: SyslogMessage, host: str) -> str:
    """What the further line adds; the origin-id in front of it is no text."""
    return line.text.removeprefix(f"{host}: ") if host else line.text
