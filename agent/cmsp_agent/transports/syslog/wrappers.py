"""Finds a whole message that a relay sent within one of its own, with a PRI or a header of RFC 5424 of its own."""

import re

from cmsp_agent.transports.syslog.header import LONGEST_HEADER, Header, ends_header, read_header
from cmsp_agent.transports.syslog.rfc5424 import read_rfc5424

_ANOTHER_PRI = re.compile(r"<\d{1,3}>(?=[^\s<])", re.ASCII)
_ANOTHER_HEADER = re.compile(
    r"(?<=\d\d:\d\d:\d\d )\S{1,64} (?=1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* (?:\S+ ){4})", re.ASCII
)
"""One of RFC 5424 without a PRI behind that of RFC 3164."""

NO_PRI = 192
"""One that is removed from the line and means nothing."""
_BEGINNINGS = ("<", *"123456789")


def taken_apart(content: str, modern: Header | None, pri: int | None) -> tuple[Header, str] | None:
    """The relay's header and the message within; None: there is but one message, or its text quotes another.

    Args:
        content: the line without its PRI.
        modern: its header of RFC 5424, if it has one.
        pri: its PRI, which is the inner message's too where that has none.
    """
    if modern is not None:
        if not modern.text.startswith(_BEGINNINGS):
            return None
        if _ANOTHER_PRI.match(modern.text):
            return modern, modern.text
        return (modern, f"<{pri}>{modern.text}") if read_rfc5424(modern.text) is not None else None
    older = _ANOTHER_HEADER.search(content, 0, LONGEST_HEADER) if " 1 2" in content else None
    if older is not None and ends_header(content[: older.end()]):
        return read_header(content, older.end()), f"<{NO_PRI if pri is None else pri}>{content[older.end() :]}"
    found = _ANOTHER_PRI.search(content, 0, LONGEST_HEADER)
    if found is None or "%" in content[: found.start()] or not ends_header(content[: found.start()]):
        return None
    return read_header(content, found.start()), content[found.start() :]
