"""An event: what happened to an object of a component, from whatever source, and how repeats fold into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from cmsp_agent.model.severity import Severity

NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


class Source(StrEnum):
    """Where the report came from."""

    TRAP = "trap"
    SYSLOG = "syslog"
    POLL = "poll"
    AGENT = "agent"


class Transition(StrEnum):
    """What the event does to the alarm of its key."""

    RAISE = "raise"
    CLEAR = "clear"
    INFO = "info"


class AlarmKey(NamedTuple):
    """What makes two alarm reports one fault: the component, the alarm type, the object. Looked up all the time."""

    component: str
    type: str
    object: str


@dataclass(frozen=True, slots=True)
class Event:
    """One fact for the event log, and the state of an alarm while it is active. Times: ms since the epoch, UTC."""

    id: str
    component: str
    """Empty for the appliance itself."""
    site: str
    object: str
    type: str
    severity: Severity
    state: Transition
    occurred_at: int
    received_at: int
    clock: str
    """`synchronised` where occurred_at is the device's own trusted time, else `received`; `unsynchronised` where the
    device's time is more than a day off, and so only an attribute (`device_time`)."""
    sources: tuple[Source, ...]
    text: str
    count: int = 1
    confirmed: bool = False
    """Two independent sources agree, or polling saw it."""
    attributes: Mapping[str, str] = field(default_factory=lambda: NO_ATTRIBUTES)
    suppressed_by: str | None = None
    """Id of the event that inhibits this one."""
    alarm: str | None = None
    """For a clear: id of the raise that it ends."""

    @property
    def key(self) -> AlarmKey:
        # asked several times for each event; the class's own constructor is one of Python's
        return tuple.__new__(AlarmKey, (self.component, self.type, self.object))

    def fold(self, repeat: "Event") -> "Event":
        """The same fault reported again: counted, its source remembered; where it is worse now, it is worse."""
        sources = self._with_sources(repeat)
        confirmed = self.confirmed or len(sources) > 1 or Source.POLL in sources
        is_worse = repeat.state is Transition.RAISE and repeat.severity.rank < self.severity.rank
        severity = repeat.severity if is_worse else self.severity
        return replace(self, count=self.count + repeat.count, sources=sources, confirmed=confirmed, severity=severity)

    def _with_sources(self, other: "Event") -> tuple[Source, ...]:
        return self.sources + tuple(source for source in other.sources if source not in self.sources)

    def cleared_by(self, clear: "Event", text: str) -> "Event":
        """The clearing event with this text, and with the story of its raise: total count, all sources."""
        sources = self._with_sources(clear)
        return replace(clear, alarm=self.id, count=self.count + 1, sources=sources, confirmed=True, text=text)

    def ended(self, event_id: str, now: int, text: str, count: int = 1) -> "Event":
        """The clear of this alarm that the agent itself makes, without a message of the device; the text says why."""
        return replace(
            self,
            id=event_id,
            state=Transition.CLEAR,
            severity=Severity.CLEARED,
            occurred_at=now,
            received_at=now,
            clock="received",
            sources=(Source.AGENT,),
            text=f"cleared: {self.text.partition(chr(10))[0]} ({text})",
            count=count,
            suppressed_by=None,
        )
