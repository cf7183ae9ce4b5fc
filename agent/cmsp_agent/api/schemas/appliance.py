"""The appliance: its status, its audit log, its clock."""

from typing import Any

from cmsp_agent.api.schemas.base import Paged, Shape


class ApplianceShape(Shape):
    """Which appliance."""

    id: str
    name: str


class Status(Shape):
    """The agent at a glance."""

    verdict: str
    reasons: list[str]
    appliance: ApplianceShape
    version: str
    started_at: str
    time: str
    uptime_seconds: float
    components: dict[str, int]
    not_up: list[dict[str, Any]]
    alarms: int
    incidents: dict[str, int]
    urgent: list[dict[str, Any]]
    outbox: dict[str, Any]
    drops: dict[str, int]
    backups: dict[str, Any]


class FindingShape(Shape):
    """What is not as it should be, and what to do about it."""

    what: str
    remedy: str


class Findings(Paged):
    """Everything that is not as it should be; empty where all is well."""

    items: list[FindingShape]


class SecretRow(Shape):
    """A secret, without its value."""

    name: str
    source: str
    lines: list[int]


class SecretList(Paged):
    """The secrets that the file names or the vault holds."""

    items: list[SecretRow]


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
