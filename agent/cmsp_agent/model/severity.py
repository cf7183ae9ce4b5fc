"""Perceived severity (ITU-T X.733)."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad the sender or the rule says it is, worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"
    INDETERMINATE = "indeterminate"
    CLEARED = "cleared"

    @property
    def rank(self) -> int:
        """0 for critical, growing as it gets better."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
