"""A saved configuration: what was taken, when, and why it is to be trusted."""

from dataclasses import dataclass
from enum import StrEnum


class BackupResult(StrEnum):
    """How a run ended."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SUSPECT = "suspect"
    """Read and kept apart: it is unlike the last one, and nobody said why."""
    REWRITTEN = "rewritten"
    """The device runs the last version, but its stored copy was lost or damaged: written again."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One version of a component's configuration in the store. Times in ms since the epoch, UTC."""

    id: str
    component: str
    taken_at: int
    verified_at: int
    """The last time that the device was seen to run exactly this."""
    blob: str
    """Address of the encrypted content."""
    size: int
    """Bytes of the text, before compression."""
    fingerprint: str
    """Keyed hash of the text without its volatile lines: equal means unchanged."""
    reason: str = "schedule"
    """`schedule`, `change`, `demand`."""
    known_good: bool = False
    lines: int = 0
    suspect: str = ""
    """Why it is kept apart; empty: it is believed."""
    serial: str = ""
    """Serial number of the device that ran it last, as far as that was known; empty: it was not."""


@dataclass(frozen=True, slots=True)
class BackupRun:
    """One attempt, successful or not."""

    id: str
    component: str
    started_at: int
    ended_at: int
    reason: str
    result: BackupResult
    backup: str | None = None
    """Id of the version that was stored, or found unchanged."""
    error: str = ""
