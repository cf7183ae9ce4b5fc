"""Backups and the host keys of devices."""

from pydantic import Field

from cmsp_agent.api.schemas.base import Paged, Shape


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
    serial: str = Field(description="Serial number of the device that ran it last; empty: it was not known")


class BackupList(Paged):
    """The versions of a component, the newest first."""

    items: list[BackupView]


class RestoreWish(Shape):
    """A version to be put back. First a plan (`dry_run`), then the same call with the plan's fingerprint."""

    dry_run: bool = Field(True, description="Only say what would change: the job's result is the plan")
    plan: str = Field("", max_length=64, description="The fingerprint of the plan that is approved")
    merge: bool = Field(False, description="Where the device has no way back: add lines, remove none, no way back")
    other_device: bool = Field(False, description="Put back a version of another device, which this one replaces")


class VerifiedView(Shape):
    """A version that was read again."""

    component: str
    backup: str
    error: str = Field(description="Why it can't be read; empty: it is whole")


class VerifiedList(Paged):
    """Every version of a component, read from the store and decrypted."""

    items: list[VerifiedView]


class RehearsedView(Shape):
    """What a rehearsal of a restore found."""

    component: str
    backup: str = Field(description="The newest version; empty: there is none")
    errors: list[str] = Field(description="Why it could not be put back; empty: it could")
    notes: list[str] = Field(description="What a person should know before it is put back")


class RehearsedList(Paged):
    """What the rehearsals found."""

    items: list[RehearsedView]


class FoundLineView(Shape):
    """A line of a newest version, its secrets hidden."""

    component: str
    backup: str
    line: int
    text: str


class FoundLineList(Paged):
    """Lines that hold a text."""

    items: list[FoundLineView]


class ReportedView(Shape):
    """What the device said of a change, in its own words."""

    at: str
    text: str


class ConfigurationChangeView(Shape):
    """A version beside the one before it."""

    backup: str
    before: str | None = Field(description="The version before; null: it is the first")
    taken_at: str
    reason: str
    added: int | None = Field(description="Lines; null where one of the two can't be read")
    removed: int | None
    sections: list[str]
    reports: list[ReportedView] = Field(description="Who changed it and from where, as the device said")


class ConfigurationChangeList(Paged):
    """The newest changes of a configuration, the newest first."""

    items: list[ConfigurationChangeView]


class RetentionView(Shape):
    """How many versions are kept: the newest ones, and one of each span."""

    last: int
    daily: int
    weekly: int
    monthly: int
    yearly: int


class ComponentNeedView(Shape):
    """What one component needs at most, in bytes."""

    component: str
    versions: int
    size: int
    assumed: bool = Field(description="The size is that of others: it was never read")
    needed: int


class StorageNeedView(Paged):
    """The storage that a retention needs at most, in bytes."""

    retention: RetentionView
    versions_at_most: int
    used: int
    needed: int
    free: int
    enough: bool
    components: list[ComponentNeedView]


class HostKeyView(Shape):
    """A pinned SSH host key."""

    algorithm: str
    fingerprint: str
    seen_at: str


class HostKeyList(Paged):
    """The host keys of a component."""

    component: str
    items: list[HostKeyView]
