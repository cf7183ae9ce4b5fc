"""Takes up what the last run left: the alarms that hold, the incidents that are not over, and where each was.

Judges nothing: the pipeline weighs all of it anew.
"""

from functools import partial

from cmsp_agent.pipeline.alarm_state import AlarmState
from cmsp_agent.pipeline.places import place_of
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import events, incidents

TOGETHER = 500
"""Events that are read at once."""


async def take_up(database: Database, alarm_state: AlarmState) -> None:
    """Fill an empty alarm state.

    Raises:
        StorageError: the database can't be read.
    """
    held = await database.read(events.active)
    unfinished = await database.read(incidents.unfinished)
    alarm_state.active.update((event.key, event) for event in held)
    alarm_state.take({incident.id: incident for incident in unfinished})
    holding = {event.id for event in held}
    ended = {alarm: one.id for one in unfinished for alarm in one.alarms if alarm not in holding}
    # a fault that comes back where one has ended is a relapse of that incident, as it would be without the restart
    names = [*ended]
    for first in range(0, len(names), TOGETHER):
        for event in await database.read(partial(events.of, names=names[first : first + TOGETHER])):
            alarm_state.places[place_of(event)] = ended[event.id]
