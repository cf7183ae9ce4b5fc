"""The shapes of requests and answers, for checking and for the OpenAPI document. What the values mean: see views."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """An answer; more members may come in later releases."""

    model_config = ConfigDict(extra="allow")


class Strict(BaseModel):
    """A request: what we don't know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Problem(Shape):
    """RFC 9457 problem details. `exit_code` is what a command that fails so ends with."""

    type: str
    title: str
    status: int
    detail: str = ""
    exit_code: int = 1


class ApplianceShape(Shape):
    """Which appliance."""

    id: str
    name: str


class Status(Shape):
    """The agent at a glance."""

    appliance: ApplianceShape
    version: str
    started_at: str
    time: str
    uptime_seconds: float
    components: dict[str, int]
    alarms: int
    incidents: dict[str, int]
    urgent: list[dict[str, Any]]
    outbox: dict[str, Any]
    drops: dict[str, int]


class Component(Shape):
    """A component in a list."""

    name: str
    site: str
    type: str
    tier: str
    addresses: list[str]
    state: str


class Components(Shape):
    """All components, by name."""

    items: list[Component]


class Event(Shape):
    """The data of `cmsp.event.v1` with the event's id."""

    id: str
    component: str
    site: str
    object: str
    type: str
    severity: str
    state: str
    occurred_at: str
    received_at: str
    text: str
    count: int


class Events(Shape):
    """A page of events, the oldest first; `next` asks for what follows, also when nothing does yet."""

    items: list[Event]
    next: int


class Alarms(Shape):
    """A page of the alarms that hold, the worst first; `next` is null on the last page."""

    items: list[Event]
    next: int | None


class AlarmClear(Strict):
    """Why a person ends an alarm."""

    reason: str = Field(min_length=1, max_length=1000)


class Impact(Shape):
    """The arithmetic of an impact: [affected, whole]."""

    level: str
    people: list[int]
    sites: list[int]
    components: list[int]


class Step(Shape):
    """One entry of an incident's timeline; `by` is null for the agent."""

    at: str
    what: str
    by: str | None


class Incident(Shape):
    """The data of `cmsp.incident.v1` with what people add. `version` is the ETag."""

    id: str
    number: str
    state: str
    priority: str
    urgency: str
    impact: Impact
    arithmetic: str
    title: str
    components: list[str]
    opened_at: str
    restored_at: str | None
    resolved_at: str | None
    closed_at: str | None
    merged_into: str | None
    assignee: str | None
    notes: list[str]
    timeline: list[Step]
    version: int


class Incidents(Shape):
    """A page of incidents, the newest first; `next` is null on the last page."""

    items: list[Incident]
    next: int | None


class References(Strict):
    """A ticket's references in other systems; absent members stay as they are."""

    headend: str | None = Field(default=None, max_length=200)
    itsm: str | None = Field(default=None, max_length=200)


class IncidentReport(Strict):
    """What a person says is wrong. The impact is that of the components that are named."""

    title: str = Field(min_length=1, max_length=200)
    components: list[str] = Field(default_factory=list, max_length=100)
    urgency: Literal["critical", "major", "minor", "low"] = "minor"
    reported_by: str | None = Field(default=None, max_length=200, description="Who says so, if not the caller")


class IncidentChange(Strict):
    """What a person, or the head-end, changes of an incident. Absent members stay as they are."""

    state: Literal["acknowledged", "in-progress", "resolved", "closed"] | None = None
    assignee: str | None = Field(default=None, max_length=200)
    note: str | None = Field(default=None, min_length=1, max_length=4000)
    raised_priority: Literal["P1", "P2", "P3", "P4"] | None = Field(
        default=None, description="A higher priority that somebody asks for; one below the reckoned is refused"
    )
    declared_low: bool | None = Field(
        default=None, description="The partner declares the incident low (P4), or takes that back"
    )
    asked_by: str | None = Field(
        default=None, max_length=200, description="Who asks for the priority or declares it low, if not the caller"
    )
    external: References | None = Field(default=None, description="References of the ticket elsewhere")


class Backup(Shape):
    """A stored version of a configuration."""

    id: str
    component: str
    taken_at: str
    verified_at: str
    size: int
    lines: int
    reason: str
    known_good: bool


class Backups(Shape):
    """The versions of a component, the newest first."""

    items: list[Backup]


class HostKey(Shape):
    """A pinned SSH host key."""

    algorithm: str
    fingerprint: str
    seen_at: str


class HostKeys(Shape):
    """The host keys of a component."""

    component: str
    items: list[HostKey]


class DeadLetter(Shape):
    """A record that the head-end refused for good, or that was damaged; a gap stands in its place."""

    id: int
    epoch: str
    sequence: int
    type: str
    refused_at: str
    reason: str


class DeadLetterText(DeadLetter):
    """A dead letter with what is left of its record."""

    text: str


class OutboxState(Shape):
    """What waits to be forwarded, and the dead letters, the newest first."""

    epoch: str
    depth: int
    oldest_at: str | None
    last: int
    durable: int
    sent: int
    dead_letters: int
    items: list[DeadLetter]


class DamagedRecords(Shape):
    """A run of sequences that are missing or not as they were written."""

    first: int
    last: int
    reason: str


class OutboxCheck(Shape):
    """One page of a check; `next` asks for the following one, 0 at the end."""

    rows: int
    damaged: list[DamagedRecords]
    repaired: int
    next: int


class Appended(Shape):
    """The sequence under which a record is sent once more."""

    sequence: int


class Dropped(Shape):
    """The dead letter that was dropped."""

    id: int


class AuditCheck(Shape):
    """Whether the audit log's chain holds; where it does not, the first entry that is wrong and what is wrong."""

    holds: bool
    entries: int
    acknowledged: int | None
    row: int | None
    what: str


class ClockConfirmed(Shape):
    """The time that is believed from now on."""

    now: str


class Job(Shape):
    """A job as it stands: state queued, running, done, failed or cancelled."""

    id: str
    kind: str
    component: str
    state: str
    percent: int
    step: str
    log: list[str]
    result: dict[str, Any]
    error: str | None
    exit_code: int | None
    created_at: str
    ended_at: str | None


class Jobs(Shape):
    """Jobs, the newest first."""

    items: list[Job]


class Series(Shape):
    """One KPI of one object: its last sample, and all of them as [time, value], the oldest first."""

    kpi: str
    object: str
    at: str | None
    value: float | None
    samples: list[tuple[str, float]]


class Kpis(Shape):
    """What was measured of a component between two times."""

    component: str
    items: list[Series]
