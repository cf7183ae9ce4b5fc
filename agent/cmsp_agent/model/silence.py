"""A silence: for a time, faults that it matches are recorded and open no incident. A maintenance window is one, too.

Planned work has the same fields and silences nothing: it announces changes.
"""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

from cmsp_agent.model.errors import Conflict

Kind = Literal["silence", "maintenance", "work"]


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a silence matches: every field that is given must fit. `*` and `?` work as in the shell."""

    site: str = ""
    component: str = ""
    group: str = ""
    """A redundancy group."""
    type: str = ""
    """An alarm type."""
    object: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it would match everything."""
        return not any((self.site, self.component, self.group, self.type, self.object))

    def fits(self, *, site: str, component: str, group: str, kind: str, name: str) -> bool:
        """Whether a fault is meant."""
        pairs = (
            (self.site, site),
            (self.component, component),
            (self.group, group),
            (self.type, kind),
            (self.object, name),
        )
        return all(not pattern or fnmatchcase(value, pattern) for pattern, value in pairs)


@dataclass(frozen=True, slots=True)
class Silence:
    """Times in ms since the epoch."""

    id: str
    kind: Kind
    matcher: Matcher
    starts_at: int
    ends_at: int
    author: str
    reason: str
    created_at: int
    ended_by: str = ""
    """Who ended it before its time; empty: nobody."""

    @property
    def announces(self) -> bool:
        """Whether changes while it holds are planned."""
        return self.kind != "silence"

    @property
    def mutes(self) -> bool:
        """Whether faults while it holds open no incident."""
        return self.kind != "work"

    def holds(self, now: int) -> bool:
        """Whether it is in force."""
        return self.starts_at <= now < self.ends_at

    def ended(self, by: str, now: int) -> "Silence":
        """The silence, over from now on.

        Raises:
            Conflict: it is over already.
        """
        if now >= self.ends_at:
            raise Conflict(f"silence {self.id} is over already")
        return replace(self, starts_at=min(self.starts_at, now), ends_at=now, ended_by=by)
