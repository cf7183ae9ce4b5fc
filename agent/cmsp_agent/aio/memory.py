"""Python's own memory: what the collector need not look at, and how often it looks at the rest."""

import gc

YOUNG_OBJECTS = 20_000
"""New containers after which the collector looks at the young ones; Python's own threshold is 700."""


def settle_memory() -> None:
    """What was imported and built stays for good: keep the collector from walking it again and again."""
    gc.collect()
    gc.freeze()
    # What a storm receives lives for a moment only: at the common threshold, looking at it again and again is a sixth
    # of the cost of a trap.
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)
