"""Backups and the host keys of devices."""

from pydantic import Field

from cmsp_agent.api.schemas.base import Shape


class BackupView(Shape):
    """A stored version of a configuration."""

    id: str
    component: str
    taken_at: str
    verified_at: str
    size: int
    lines: int
    reason: str
    known_good: bool
    suspect: str = Field(description="Why it is kept apart; empty: it is believed")


class BackupList(Shape):
    """The versions of a component, the newest first."""

    items: list[BackupView]


class VerifiedView(Shape):
    """A version that was read again."""

    component: str
    backup: str
    error: str = Field(description="Why it can't be read; empty: it is whole")


class VerifiedList(Shape):
    """Every version of a component, read from the store and decrypted."""

    items: list[VerifiedView]


class FoundLineView(Shape):
    """A line of a newest version, its secrets hidden."""

    component: str
    backup: str
    line: int
    text: str


class FoundLineList(Shape):
    """Lines that hold a text."""

    items: list[FoundLineView]


class HostKeyView(Shape):
    """A pinned SSH host key."""

    algorithm: str
    fingerprint: str
    seen_at: str


class HostKeyList(Shape):
    """The host keys of a component."""

    component: str
    items: list[HostKeyView]
