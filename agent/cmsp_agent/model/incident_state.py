"""The states of an incident (ITIL) and what moves it. Which may follow which is the table in `incident`."""

from enum import StrEnum


class IncidentState(StrEnum):
    """Where an incident stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in-progress"
    RESTORED = "restored"
    """The fault is over; whether it stays so is watched for the stability period."""
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    """The fault belongs to another incident, that of its cause."""

    @property
    def open(self) -> bool:
        """The fault is still there."""
        return self in OPEN

    @property
    def over(self) -> bool:
        """Nothing reopens it: a fault of the same place is a new incident."""
        return self in OVER


OPEN = (IncidentState.NEW, IncidentState.ACKNOWLEDGED, IncidentState.IN_PROGRESS)
OVER = (IncidentState.RESOLVED, IncidentState.CLOSED, IncidentState.MERGED)


class Trigger(StrEnum):
    """What moves an incident from one state to the next."""

    ACKNOWLEDGE = "acknowledge"
    """Somebody has seen it."""
    START = "start"
    """Somebody works on it."""
    RESTORE = "restore"
    """The last of its alarms cleared."""
    RELAPSE = "relapse"
    """The fault is back within the stability period."""
    RESOLVE = "resolve"
    """The stability period is over, or a person says that the fault is."""
    CLOSE = "close"
    """A person, or the head-end, is done with it."""
    WITHDRAW = "withdraw"
    """Nothing is known of the fault any more: its components are not watched, or its last alarm had no proven end."""
    MERGE = "merge"
    """The fault is one with that of another incident, which is its cause."""
