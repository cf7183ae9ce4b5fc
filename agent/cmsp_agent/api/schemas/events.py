"""Events, and the alarms that hold."""

from pydantic import Field

from cmsp_agent.api.schemas.base import LONGEST_SECONDS, Shape, Strict


class EventView(Shape):
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


class EventPage(Shape):
    """A page of events, the oldest first; `next` asks for what follows, also when nothing does yet."""

    items: list[EventView]
    next: int


class AlarmView(EventView):
    """An alarm that holds."""

    silenced_by: str | None
    """The silence or maintenance window that it is in: it opens no incident meanwhile."""


class AlarmList(Shape):
    """A page of the alarms that hold, the worst first; `next` is null on the last page."""

    items: list[AlarmView]
    next: int | None


class AlarmClear(Strict):
    """Why a person ends an alarm."""

    reason: str = Field(min_length=1, max_length=1000)


class AlarmSuppress(Strict):
    """Why, and how long, a person wants no incident of an alarm."""

    reason: str = Field(min_length=1, max_length=1000)
    for_seconds: float = Field(gt=0, le=LONGEST_SECONDS)
