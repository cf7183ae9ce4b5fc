"""The nearest known name to one that is not known, for "did you mean". Decides nothing else."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like this one; empty when none is near."""
    by_folded = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower()[:100], list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str], limit: int = 8) -> str:
    """A half sentence that leads on: the nearest name, else all of a few, else nothing."""
    names = sorted(set(known))
    if near := nearest(name, names):
        return f"; did you mean '{near}'?"
    return f"; known here: {', '.join(names)}" if 0 < len(names) <= limit else ""
