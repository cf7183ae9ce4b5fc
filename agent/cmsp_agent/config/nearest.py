"""The nearest known name to one that is not known, for "did you mean". Decides nothing else."""

import difflib
from collections.abc import Iterable

from cmsp_agent.model.natural import natural


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like this one; empty when none is near."""
    by_folded = {candidate.lower(): candidate for candidate in known}
    found = difflib.get_close_matches(name.lower()[:100], list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str], limit: int = 8) -> str:
    """A half sentence that leads on: the nearest name, else those that there are, or some of them."""
    names = sorted(set(known), key=natural)
    if near := nearest(name, names):
        return f"; did you mean '{near}'?"
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return f"; known here: {', '.join(names[:limit])}{more}" if names and limit else ""
