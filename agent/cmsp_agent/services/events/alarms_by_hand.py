"""What people do with an alarm that holds: acknowledge it, suppress it for a while, end it."""

from dataclasses import dataclass, replace

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import Refused
from cmsp_agent.model.event import Event
from cmsp_agent.model.ids import NewId
from cmsp_agent.pipeline.acknowledgement import acknowledged, suppressed
from cmsp_agent.pipeline.alarm_state import AlarmState, Draft
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.unproven import ENDED_BY
from cmsp_agent.services.events.service import EventService

LONGEST = 30 * 86_400_000
"""ms that an alarm may be suppressed: what nobody looks at again must come back."""


@dataclass(frozen=True, slots=True)
class AlarmDesk:
    """Each call returns when the change is durable."""

    events: EventService
    clock: Clock
    new_id: NewId

    async def clear(self, alarm_id: str, by: str, reason: str) -> Event:
        """End an alarm, which proves nothing; the next report of the fault raises it again. Returns the clear.

        Raises:
            NotFound: no alarm of that id holds.
            StorageError: it could not be stored.
        """

        def edit(pipeline: Pipeline, state: AlarmState, alarm: Event) -> tuple[Draft, Event]:
            now = self.clock.now()
            event_id = self.new_id(now)
            ended = alarm.ended(event_id, now, f"cleared by {by}: {reason}")
            draft = pipeline.end(state, alarm, replace(ended, attributes={**ended.attributes, ENDED_BY: by}), now)
            return draft, draft.changes.new[event_id]

        return await self.events.edit_alarm(alarm_id, edit)

    async def acknowledge(self, alarm_id: str, by: str) -> Event:
        """A person has seen the alarm.

        Raises:
            NotFound: no alarm of that id holds.
            StorageError: it could not be stored.
        """

        def edit(pipeline: Pipeline, state: AlarmState, alarm: Event) -> tuple[Draft, Event]:
            changed = acknowledged(alarm, by)
            return pipeline.mark(state, changed, self.clock.now()), changed

        return await self.events.edit_alarm(alarm_id, edit)

    async def suppress(self, alarm_id: str, by: str, reason: str, seconds: float) -> Event:
        """No incident of the alarm for a while, no word of the one that it has; then it is judged again.

        Raises:
            Refused: for longer than a suppression may last.
            NotFound: no alarm of that id holds.
            StorageError: it could not be stored.
        """
        if not 0 < seconds * 1000 <= LONGEST:
            raise Refused(f"an alarm is suppressed for {LONGEST // 86_400_000} days at most")

        def edit(pipeline: Pipeline, state: AlarmState, alarm: Event) -> tuple[Draft, Event]:
            now = self.clock.now()
            changed = suppressed(alarm, by, reason, now + round(seconds * 1000))
            return pipeline.mark(state, changed, now), changed

        return await self.events.edit_alarm(alarm_id, edit)
