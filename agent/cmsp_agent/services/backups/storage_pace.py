"""Tells where the backup storage takes long for what is written. Refuses nothing: the agent goes on meanwhile."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from cmsp_agent.aio.clock import Clock
from cmsp_agent.services.events.conditions import Conditions

SLOW = "backups.storage_slow"
LONG = 10.0
"""Seconds for one file, the wait for those before it included; a disk takes some milliseconds."""


class StoragePace:
    """How long a write takes; an alarm holds from one that took long, or failed so late, until one that did not."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._name = str(directory)
        self._clock = clock
        self._conditions: Conditions | None = None

    def watch_with(self, conditions: Conditions) -> None:
        """Raise and clear an alarm from now on."""
        self._conditions = conditions

    @contextlib.contextmanager
    def measured(self) -> Iterator[None]:
        """Around one write."""
        began, whole = self._clock.monotonic(), False
        try:
            yield
            whole = True
        finally:
            self._took(self._clock.monotonic() - began, whole=whole)

    def _took(self, seconds: float, *, whole: bool) -> None:
        if self._conditions is None:
            return
        if seconds >= LONG:
            slow = (
                f"{self._name}: a file took longer than {LONG:g} s; check the mount, the disk and the server behind it"
            )
            self._conditions.hold(self._name, slow)
        elif whole:
            self._conditions.end(self._name, f"{self._name} is written in time again")
