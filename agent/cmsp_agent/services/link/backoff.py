"""How long to wait after failures in a row, for the head-end and for sinks. Pure."""

FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
"""Seconds."""
MOST_DOUBLINGS = 20


def backoff(failures: int, chance: float, first: float = FIRST_WAIT, longest: float = LONGEST_WAIT) -> float:
    """Full jitter over an exponentially growing bound, but never below `first`.

    Args:
        failures: how many there were in a row.
        chance: a random number from 0 to 1.
        first: seconds at least.
        longest: seconds at most.
    """
    bound = min(longest, first * 2.0 ** min(failures, MOST_DOUBLINGS))
    return max(first, bound * chance)
