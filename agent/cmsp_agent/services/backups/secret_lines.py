"""Hides the secrets of a text. Only lines with a sign of one are looked at closely: in most texts they are few."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from cmsp_agent.model.redaction import HIDDEN, hide
from cmsp_agent.services.backups import secrets
from cmsp_agent.services.backups.secret_sections import hide_in_sections

SIGNS = (
    "-----begin", "://", "$", "eyj", "enc ", "pass", "pwd", "pw", "secret", "key", "psk", "pin", "token", "auth", "sig",
    "communit", "credential", "phrase", "snmp", "proxy", "mail", "environment", "ppp", "syscon", "gsm", "lte",
    "cellular", "cdma", "license", "security", "encryption", "encr", "-cred", "hidden-param", "nthash", "pmk", "pkcs12",
    "otp", "ppk", "override-code", "tgk", "salt", "rmon", "aaa-server", "aaa group", "tacacs", "radius",
    "ldap", "wpa", "import", "export", "sswor", "word:", "e account ", "com2sec", "sink", "createuser", "usmuser",
    "trapsess", "informsess", "ationevent", "monitor", "mab request", "phash", "bcrypt", "prv",
    "mgmt-user", "nonce", "user add ", "system user ", "aaa user ", " ipsec ", "preshare", "ftp-server",
)  # fmt: skip
"""One of these is in the first line of each secret's form, in capitals or not."""
FURTHER = 3
"""Lines after one that goes on, blank ones apart, in which its secret may stand."""
COLUMNS = 80
"""Of a terminal that was not told to be wider."""
_REST = re.compile(r"(?!(?:end|exit|quit|!|#)\r?$)[\w+/=$.:-]+\r?$")
_KEY, _KEY_ENDS = "-----BEGIN", "-----END"
_GOES_ON = re.compile(r"[=:,\[{(\"']\s*$|<[^>]*$|\bpattern\b")
_GAP = "\n\0\n"
"""Between two pieces; no pattern reaches over it."""


def hidden(text: str) -> str:
    """The text with every secret hidden whose form is known to the agent."""
    patterns, text = secrets.patterns(), hide_in_sections(text)
    if "\0" in text:
        return hide(patterns, text)
    lines = text.split("\n")
    if _hide_rests(lines, patterns):
        text = "\n".join(lines)
    pieces = list(_pieces(lines, _signed(text, lines)))
    if not pieces:
        return text
    joined = _GAP.join("\n".join(lines[start:end]) for start, end in pieces)
    shown, last = list[str](), 0
    for (start, end), piece in zip(pieces, hide(patterns, joined).split(_GAP), strict=True):
        shown += [*lines[last:start], piece]
        last = end
    return "\n".join([*shown, *lines[last:]])


def _hide_rests(lines: list[str], patterns: Sequence[re.Pattern[str]]) -> bool:
    """Hide what a terminal put into the next line of a secret that goes to its last column; whether there was any."""
    found = False
    for number, (line, rest) in enumerate(pairwise(lines)):
        whole = line.rstrip("\r")
        if len(whole) == COLUMNS and _REST.match(rest) and hide(patterns, whole).endswith(HIDDEN):
            lines[number + 1], found = HIDDEN + rest[len(rest.rstrip("\r")) :], True
    return found


def _signed(text: str, lines: Sequence[str]) -> list[int]:
    """The numbers of the lines in which a sign is, in order."""
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    lowered = text.lower() if text.isascii() else re.sub("[A-Z]+", lambda match: match[0].lower(), text)
    found = set[int]()
    for sign in SIGNS:
        place = lowered.find(sign)
        while place >= 0:
            number = bisect_right(starts, place) - 1
            found.add(number)
            place = lowered.find(sign, starts[number + 1])
    return sorted(found)


def _pieces(lines: Sequence[str], signed: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first line of each piece to look at, and the one after its last; they don't overlap."""
    begun, end = -1, -1
    for number in signed:
        if number > end:
            if begun >= 0:
                yield begun, end
            begun = number
        end = max(end, _end_of(lines, number))
    if begun >= 0:
        yield begun, end


def _end_of(lines: Sequence[str], number: int) -> int:
    """The number of the line after the last in which the secret of this one may stand."""
    line, end = lines[number], number + 1
    if _KEY in line:
        return next((at + 1 for at in range(number, len(lines)) if _KEY_ENDS in lines[at]), end)
    further = FURTHER if _GOES_ON.search(line) or _goes_on_next(lines, end) else 0
    while further and end < len(lines):
        further -= bool(lines[end].strip())
        end += 1
    return end


def _goes_on_next(lines: Sequence[str], number: int) -> bool:
    """Whether what is named at a line's end gets its value in a later line."""
    following = next((line.strip() for line in lines[number : number + FURTHER] if line.strip()), "")
    return following.startswith(("=", ":", ","))
