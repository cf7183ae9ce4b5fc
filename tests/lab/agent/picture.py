"""What the agent tells of itself at one moment, in a form of the tests' own. Asks nobody: see `api`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """A component as the agent sees it."""

    name: str
    site: str
    type: str
    state: str
    backups: int = 0


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident as the agent sees it; `people`, `sites` and `components` are (affected, of all)."""

    number: str
    state: str
    priority: str
    urgency: str
    level: str
    title: str
    component: str
    people: tuple[int, int]
    sites: tuple[int, int]
    parts: tuple[int, int]

    @property
    def open(self) -> bool:
        """The fault is still there."""
        return self.state not in ("restored", "closed")

    @property
    def shares(self) -> str:
        """How much of the customer is affected."""
        named = ((self.people, "people"), (self.sites, "sites"), (self.parts, "components"))
        return ", ".join(f"{part}/{whole} {name}" for (part, whole), name in named)

    @property
    def arithmetic(self) -> str:
        """How the priority came about."""
        return f"{self.urgency} x {self.level} ({self.shares})"


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as the agent keeps it."""

    id: str
    at: str
    component: str
    type: str
    object: str
    state: str
    severity: str
    sources: tuple[str, ...]
    count: int
    text: str
    inhibited: bool


@dataclass(frozen=True, slots=True)
class LinkRow:
    """The way to the head-end."""

    whole: bool = True
    waiting: int = 0
    """Records in the outbox that the head-end has not acknowledged."""
    sent: int = 0
    """The last sequence that the agent gave."""
    durable: int = 0
    """The last sequence that the head-end has acknowledged."""
    stored: int = 0
    """Records that the head-end really has."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything at one moment. Events are the newest first."""

    components: tuple[ComponentRow, ...] = ()
    incidents: tuple[IncidentRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    link: LinkRow = LinkRow()
    counters: Mapping[str, int] = field(default_factory=dict)

    def component(self, name: str) -> ComponentRow | None:
        """The component of that name."""
        return next((row for row in self.components if row.name == name), None)

    def states(self) -> dict[str, str]:
        """Component → state."""
        return {row.name: row.state for row in self.components}

    def open_incidents(self, component: str = "") -> list[IncidentRow]:
        """Incidents whose fault is still there, of one component or of all."""
        return [row for row in self.incidents if row.open and component in ("", row.component)]


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What the agent says of itself at the end."""

    traps: int
    syslog: int
    events: Sequence[str]
    """Ids of all events that it keeps."""
    recorded: int
    """The last sequence of its outbox."""
    acknowledged: int
    backups: int
    """Versions of configurations."""
    snmp_up: int
    """Components asked by SNMP that are up."""
