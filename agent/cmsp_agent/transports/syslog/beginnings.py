"""Where one message ends and another begins, in octets that hold several: what the messages of the field begin with."""

import re

# What the messages of the field begin with. An origin-id may stand before a counter or a time; it may have spaces.
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# Dates of another order than RFC 3164's, which `rewritten` reads.
_OTHER_DATE = (
    rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?:\d|" + _MONTH + rb")|\d\d?[-/ ]" + _MONTH + rb"[-/ ]\d{4}[ :]"
    rb"|" + _MONTH + rb" \d\d?, \d{4} |\d{4}[/.]\d\d?[/.]\d\d?[ T-]\d\d:|\d\d?([/.])\d\d?\1\d{4} \d\d:"
    rb"|\d{8}T\d{6}|[12]\d{9}(?:\.\d{1,9})? [A-Za-z\d])"
)
_UPTIME = rb"(?:\d+y\d+w|\d+w\d+d|\d+d\d+h|\d\d?:\d\d:\d\d(?:\.\d+)?): "
_BEGINNING = (
    rb"<\d{1,3}>(?=: |1 (?:-|\d{4}-)|%\d?[A-Z]|\d{4}-\d\d-\d\d[T ]\d\d:|" + _OTHER_DATE + rb"|\d{1,10}:[A-Za-z]"
    rb"|(?:\w[\w.:() -]{0,63}: )?(?:\d{1,10}: |[ :]?[*.]?(?:\d{4} )?" + _MONTH + rb" [ \d]?\d |" + _UPTIME + rb")"
    rb"|[\w. -]{0,64}[\w/]{0,8}/\w{1,4}/?CPU\d+: ?(?:\d{4} )?" + _MONTH + rb" |[\w.-]{1,64} ?: %[A-Z]|[\w.-]{1,64}: \*"
    rb"|[\w./-]{1,48}\[\d{1,10}\]: |(?:ASA|FTD|PIX)-\d-\d|CEF:\d|date=\d{4}-)"
)
_RESTART = re.compile(rb"(?:[1-9]\d{0,6} )?" + _BEGINNING)
# All of a message up to a PRI is a relay's header: what follows is the message that it sent on.
_RELAY_S_HEADER = re.compile(
    rb"<\d{1,3}>(?:1 (?:\S+ ){5}(?:-|(?:\[[^\]]*\])+) ?"
    rb"|(?:(?:" + _MONTH + rb" [ \d]?\d |\d{4}-\d\d-\d\d[T ])\S+ (?:(?:[A-Z]{3,5}|[+-]\d{4}) )?\S+ "
    rb"|" + _OTHER_DATE + rb"(?:[\dA-Z:.,+ -]|" + _MONTH + rb"){0,40}[\w.:-]+ )"
    rb"(?:[\w./-]{1,48}(?:\[\d{1,10}\])?: )?)\Z"
)


def next_message(data: bytes, start: int, end: int, behind: int = 0) -> int | None:
    """Where the next message begins, its octet count with it; None: nothing there looks like one.

    Args:
        data: the octets.
        start: where the message before it starts; the one that a relay sent on within it is no other one.
        end: where to stop looking.
        behind: where to look from, if not from the start.
    """
    for found in _RESTART.finditer(data, max(start + 1, behind), end):
        if not _RELAY_S_HEADER.match(data[start : found.start()]):
            return found.start()
    return None
