"""Backups and the host keys of devices."""

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


class BackupList(Shape):
    """The versions of a component, the newest first."""

    items: list[BackupView]


class HostKeyView(Shape):
    """A pinned SSH host key."""

    algorithm: str
    fingerprint: str
    seen_at: str


class HostKeyList(Shape):
    """The host keys of a component."""

    component: str
    items: list[HostKeyView]
