"""The agent's own status: for a person who asks, and for the head-end in each heartbeat.

Only reads. Each part of the agent adds what it knows.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component, State
from cmsp_agent.model.event import Event
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.natural import natural
from cmsp_agent.model.priority import Priority
from cmsp_agent.model.register import described
from cmsp_agent.model.times import rfc3339
from cmsp_agent.pipeline.alarm_state import AlarmState
from cmsp_agent.pipeline.privacy import incident_without_people
from cmsp_agent.services.availability import Availability, availability
from cmsp_agent.services.devices.undecodable import UnreadableObjects
from cmsp_agent.services.part import Part
from cmsp_agent.services.status.verdict import HealthReason, findings, reasons, verdict
from cmsp_agent.storage import outbox
from cmsp_agent.storage.sqlite.database import Database

URGENT = (Priority.P1, Priority.P2)
MOST_URGENT = 50
MOST_NOT_UP = 200
WORST_FIRST = (
    State.DOWN,
    State.UNREACHABLE,
    State.MANAGEMENT_LOST,
    State.DEGRADED,
    State.UNKNOWN,
    State.UP,
)


@dataclass(frozen=True, slots=True)
class ApplianceIdentity:
    """Which appliance this is, and which release it runs. `started_at` in ms since the epoch."""

    appliance: str
    name: str
    version: str
    started_at: int


class StatusService:
    """Reads the alarm state, the counters and the outbox.

    Args:
        identity: of the appliance.
        components: by name, by the configuration of the moment.
        alarm state: what the event service knows.
        database: `state.db`.
        counters: of everything.
        clock: for the uptime.
        parts: that add top-level members, such as `headend` and `tunnel`: those that run when it is asked.
        unreadable: what devices sent and could not be decoded.
    """

    def __init__(
        self,
        identity: ApplianceIdentity,
        components: Callable[[], Mapping[str, Component]],
        alarm_state: Callable[[], AlarmState],
        database: Database,
        counters: Counters,
        clock: Clock,
        parts: Sequence[Part] = (),
        unreadable: UnreadableObjects | None = None,
    ) -> None:
        self.identity = identity
        self.components = components
        self._alarm_state = alarm_state
        self._database = database
        self._counters = counters
        self._clock = clock
        self._parts = parts
        self.unreadable = unreadable or UnreadableObjects()
        self._started = clock.monotonic()

    def states(self) -> dict[str, State]:
        """The availability of every component."""
        return {name: found.state for name, found in self.availability().items()}

    def availability_of(self, component: str) -> Availability:
        """A component's state, since when, and why."""
        return availability(self._alarm_state(), [component], self.identity.started_at)[component]

    def availability(self) -> dict[str, Availability]:
        """The state of every component, since when, and why."""
        return availability(self._alarm_state(), self.components(), self.identity.started_at)

    def alarms(self, component: str = "") -> list[Event]:
        """The alarms that hold, of one component or of all, the worst first."""
        found = [event for key, event in self._alarm_state().active.items() if component in ("", key.component)]
        return sorted(found, key=lambda event: (event.severity.rank, event.received_at))

    def incidents(self, component: str) -> list[Incident]:
        """The open incidents that the component is part of, the oldest first."""
        return [incident for incident in self.open_incidents() if component in incident.components]

    async def status(self) -> dict[str, Any]:
        """Everything at a glance. No secret, nothing unbounded."""
        document = await self._facts()
        found = reasons(document, self.alarms())
        return {"verdict": verdict(found), "reasons": found, **document}

    async def findings(self) -> list[HealthReason]:
        """What is not as it should be, each with what to do about it."""
        return findings(await self._facts(), self.alarms())

    async def _facts(self) -> dict[str, Any]:
        incidents = self.open_incidents()
        priorities = Counter(incident.priority.value for incident in incidents)
        known = {
            "appliance": {"id": self.identity.appliance, "name": self.identity.name},
            **await self._at_a_glance(incidents),
            "not_up": _not_up(self.availability()),
            "alarms": len(self._alarm_state().active),
            "incidents": {"open": len(incidents), **{p.value: priorities.get(p.value, 0) for p in Priority}},
        }
        for part in self._parts:
            known.update(await part.status())
        return known

    async def heartbeat(self) -> dict[str, Any]:
        """What the head-end gets once a minute, and at once when a P1 or P2 opens, changes or closes."""
        known = await self._at_a_glance(self.open_incidents())
        for part in self._parts:
            known.update(await part.heartbeat())
        return known

    async def _at_a_glance(self, incidents: list[Incident]) -> dict[str, Any]:
        """What the status and the heartbeat both say."""
        return {
            "version": self.identity.version,
            "started_at": rfc3339(self.identity.started_at),
            "time": rfc3339(self._clock.now()),
            "uptime_seconds": round(self._clock.monotonic() - self._started, 1),
            "components": self._counts(),
            "urgent": self._urgent(incidents),
            "outbox": await self.backlog(),
            "drops": self._drops(),
        }

    def open_incidents(self) -> list[Incident]:
        """Incidents whose fault is still there, the oldest first."""
        return [incident for incident in self._alarm_state().incidents.values() if incident.state.open]

    def _counts(self) -> dict[str, int]:
        states = Counter(self.states().values())
        return {"total": states.total(), **{state.value: states.get(state, 0) for state in State}}

    @staticmethod
    def _urgent(incidents: list[Incident]) -> list[dict[str, Any]]:
        urgent = sorted(
            (one for one in incidents if one.priority in URGENT), key=lambda one: (one.priority, one.opened_at)
        )
        return [
            {
                "id": one.id,
                "number": one.number,
                "priority": one.priority.value,
                "state": one.state.value,
                "title": incident_without_people(one).title,  # the status is shown to everybody
                "opened_at": rfc3339(one.opened_at),
            }
            for one in urgent[:MOST_URGENT]
        ]

    async def backlog(self) -> dict[str, Any]:
        """What waits for the head-end, and for how long."""
        backlog = await self._database.read(outbox.backlog)
        oldest = backlog.oldest_at
        age = 0.0 if oldest is None else max(0, self._clock.now() - oldest) / 1000
        return {"depth": backlog.depth, "oldest_seconds": age, "last": backlog.last, "durable": backlog.durable}

    def _drops(self) -> dict[str, int]:
        return {name: total for name, total in sorted(self._counters.totals().items()) if described(name).loss}


def _not_up(found: Mapping[str, Availability]) -> list[dict[str, Any]]:
    """The components that are not up, with since and reason; the worst first."""
    worst = [*WORST_FIRST]
    rows = sorted(
        ((name, one) for name, one in found.items() if one.state is not State.UP),
        key=lambda row: (worst.index(row[1].state), natural(row[0])),
    )
    return [
        {
            "name": name,
            "state": one.state.value,
            "since": rfc3339(one.since),
            "reason": one.reason,
        }
        for name, one in rows[:MOST_NOT_UP]
    ]
