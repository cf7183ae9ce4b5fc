"""Conditions of the agent itself: raises an alarm for each object that has one, and clears it, also after a restart."""

import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

from cmsp_agent.model.event import AlarmKey

log = logging.getLogger(__name__)


class AlarmSink(Protocol):
    """Where the agent's own alarms go (`services.events.notices.Notices`)."""

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        """Something holds from now on, or does no more."""


class Conditions:
    """What holds of one alarm type.

    Args:
        kind: the alarm type.
        alarms: where they are raised and cleared.
        active: the alarms that hold at the start: the last run may have left some of this type.
    """

    def __init__(self, kind: str, alarms: AlarmSink, active: Iterable[AlarmKey] = ()) -> None:
        self._kind = kind
        self._alarms = alarms
        self._held: dict[tuple[str, str], str] = {(key.component, key.object): "" for key in active if key.type == kind}

    def hold(self, name: str, text: str, component: str = "") -> None:
        """It holds, for the reason that the text gives; reported when it begins and when the reason changes."""
        if self._held.get((component, name)) == text:
            return
        self._held[component, name] = text
        log.warning(text, extra={"alarm": self._kind, "object": name, "component": component})
        self._alarms.alarm(self._kind, name, text, raised=True, component=component)

    def end(self, name: str, text: str, component: str = "") -> None:
        """It is over; nothing happens where it did not hold."""
        if self._held.pop((component, name), None) is None:
            return
        log.info(text, extra={"alarm": self._kind, "object": name, "component": component})
        self._alarms.alarm(self._kind, name, text, raised=False, component=component)

    def settle(self, now: Mapping[tuple[str, str], str], over: str) -> None:
        """Exactly these hold, by component and object with the reason; all others are over."""
        for component, name in [one for one in self._held if one not in now]:
            self.end(name, over, component)
        for (component, name), text in now.items():
            self.hold(name, text, component)

    @property
    def held(self) -> Mapping[tuple[str, str], str]:
        """What holds, by component and object, with the reason; empty where it is of an earlier run."""
        return self._held
