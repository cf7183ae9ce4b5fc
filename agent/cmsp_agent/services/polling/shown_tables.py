"""Which tables a device shows: one that it lacks for long it has no more. Reads and judges nothing."""

from collections.abc import Collection, Iterable

from cmsp_agent.plugin.api import StateRule

LACKED = 300.0
"""Seconds after which a table that a device does not show is one that it has no more."""


class ShownTables:
    """The tables of one device that tell of faults, by alarm type."""

    def __init__(self) -> None:
        self._shown: set[str] = set()
        self._lacked_since: dict[str, float] = {}

    def lacking(self, rules: Iterable[StateRule], there: Collection[str], at: float) -> frozenset[str]:
        """The alarm types whose tables the device has not had for long.

        Args:
            rules: of its type of device.
            there: the alarm types whose tables were read by a poll that was answered in full.
            at: monotonic seconds.
        """
        self._shown.update(there)
        missing = {rule.type for rule in rules}.difference(there)
        self._lacked_since = {kind: self._lacked_since.get(kind, at) for kind in missing}
        lacked = frozenset(kind for kind, since in self._lacked_since.items() if at - since >= LACKED)
        self._shown -= lacked
        return lacked

    @property
    def misses_one(self) -> bool:
        """Whether one is not there that was: a device that boots may not have it yet."""
        return not self._shown.isdisjoint(self._lacked_since)
