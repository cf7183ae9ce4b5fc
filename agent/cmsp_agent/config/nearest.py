"""What is said of a name that there is not: the nearest one, and those that there are. Decides nothing else."""

import difflib
from collections.abc import Iterable, Mapping

from cmsp_agent.model.natural import natural
from cmsp_agent.model.wording import few

MOST_NAMED = 30
LEAST_BEGINNING = 3
"""Characters of which a beginning consists at least, for all names that begin so to be offered."""
BEGINNERS: Mapping[str, str] = {
    "ip": "address",
    "host": "address",
    "hostname": "address",
    "ip_address": "address",
    "server": "host",
    "username": "user",
    "login": "user",
    "name": "user",
    "pass": "password",
    "interval": "every",
    "location": "site",
    "kind": "type",
    "timezone": "zone",
    "recipients": "to",
}
"""What a key is called elsewhere → what it is called here, where there is such a key."""


def nearest(name: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The known name that looks most like this one; empty when none is so much alike (1: the same)."""
    names = list(known)
    if (meant := BEGINNERS.get(name.lower())) in names and meant:
        return meant
    by_folded = {candidate.lower(): candidate for candidate in names}
    found = difflib.get_close_matches(name.lower()[:100], list(by_folded), n=1, cutoff=alike)
    return by_folded[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str], limit: int = 8) -> str:
    """A half sentence that leads on: the nearest name, else those that there are, or some of them."""
    names = sorted(set(known), key=natural)
    begin = [each for each in names if len(name) >= LEAST_BEGINNING and each.startswith(name.lower())]
    if 1 < len(begin) <= limit:
        return f"; did you mean {' or '.join(repr(each) for each in begin)}?"
    if near := nearest(name, names):
        return f"; did you mean '{near}'?"
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f"; known here: {', '.join(names[:limit])}{more}" if names and limit else ""


def no_such(what: str, given: str, known: Iterable[str], where: str = "") -> str:
    """The sentences for a name that a person gave to a command and that there is not.

    Args:
        what: it would be, as in `component`.
        given: by the person.
        known: the names that there are.
        where: they are, as in `in the vault`.
    """
    names = sorted(set(known), key=natural)
    near = nearest(given, names)
    hint = f"; did you mean '{near}'?" if near else ""
    families = dict.fromkeys(f"{name.partition('.')[0]}.*" if "." in name else name for name in names)
    shown = names if len(names) <= MOST_NAMED else list(families)
    there = f"\nthere are: {few(shown, MOST_NAMED)}" if names else "\nthere is none yet"
    return f"there is no {what} '{given[:100]}'{where and f' {where}'}{hint}{there}"
