"""Notices changes that polls found and maintenance that begins or ends: both bring a backup."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.signal import ConfigurationTimes
from cmsp_agent.services.backups.service import Backups

BEFORE, AFTER = "before-change", "after-change"
"""Reasons of the backups at the begin and at the end of maintenance."""
SAME = 60_000
"""ms by which the time of one change may drift; a device that restarted says the same uptime at another time."""
LOOK = 20.0
"""Seconds between two looks at what is in maintenance."""


@dataclass(slots=True)
class PolledChanges:
    """Calls `changed` for each change that polls found and that no backup has seen."""

    backups: Backups
    changed: Callable[[str], None]
    _known: dict[str, ConfigurationTimes] = field(default_factory=dict)
    _polled: dict[str, ConfigurationTimes] = field(default_factory=dict)
    _some: asyncio.Event = field(default_factory=asyncio.Event)

    def configured(self, component: str, times: ConfigurationTimes) -> None:
        """A poll of the component."""
        known = self._known.get(component)
        if known is not None and known.mark == times.mark and abs(known.changed_at - times.changed_at) < SAME:
            return
        self._known[component] = times
        self._polled[component] = times
        self._some.set()

    async def run(self) -> None:
        """Judge what polls found, until cancelled. What has no backup at all gets one by the calendar."""
        while True:
            await self._some.wait()
            self._some.clear()
            polled, self._polled = self._polled, {}
            for component, times in polled.items():
                latest = await self.backups.latest(component)
                if latest is not None and latest.verified_at < times.changed_at:
                    self.changed(component)


@dataclass(slots=True)
class AroundMaintenance:
    """A backup when a component's maintenance begins, and one when it ends."""

    in_maintenance: Callable[[], Iterable[str]]
    """The components that are in maintenance now."""
    back_up: Callable[[str, str], None]
    """Starts a backup of a component for a reason."""
    clock: Clock
    began: Callable[[], Awaitable[frozenset[str]]]
    """The components whose maintenance had begun when the agent last looked, also in an earlier run."""
    keep: Callable[[frozenset[str]], Awaitable[None]]

    async def run(self) -> None:
        """Look at the clock, until cancelled."""
        known = await self.began()
        while True:
            now = frozenset(self.in_maintenance())
            for component in sorted(now - known):
                self.back_up(component, BEFORE)
            for component in sorted(known - now):
                self.back_up(component, AFTER)
            if now != known:
                await self.keep(now)
            known = now
            await self.clock.sleep(LOOK)
