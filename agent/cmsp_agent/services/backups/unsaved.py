"""A device that runs for too long what it would not start with is an alarm. Changes nothing on the device.

The two texts decide, read side by side. What the device says by SNMP only tells when it is worth a look.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.counted import counted
from cmsp_agent.model.errors import AgentError, DeviceError, NotFound, Refused
from cmsp_agent.model.signal import ConfigurationTimes
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.backups.service import Backups
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.sqlite.database import Database

log = logging.getLogger(__name__)

UNSAVED = "config.unsaved"
OBJECT = "configuration"
SINCE = "backups.unsaved"
"""Component → since when it runs what it would not start with (ms), in `state.db`."""
AGAIN = 900.0
"""Seconds until a device that could not be read is looked at again."""
LONGEST_WAIT = 60.0
"""Seconds after which something that has become due meanwhile is seen."""


@dataclass(slots=True)
class UnsavedChanges:
    """Remembers since when, and says when it is too long.

    `unsaved` reads a component: how many lines differ, None where that can't be said.
    """

    backups: Backups
    unsaved: Callable[[str], Awaitable[int | None]]
    conditions: Conditions
    database: Database
    clock: Clock
    since: dict[str, int] = field(default_factory=dict)
    times: dict[str, ConfigurationTimes] = field(default_factory=dict)
    """What the last poll of each component said."""
    _wanted: dict[str, float] = field(default_factory=dict)
    """Component → when it is to be looked at (monotonic)."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def configured(self, component: str, times: ConfigurationTimes) -> None:
        """A poll of the component: it is looked at where it was saved, or would be due and was not seen."""
        before, self.times[component] = self.times.get(component), times
        if before is not None and before.unsaved and not times.unsaved:
            self.look(component)

    def look(self, component: str, after: float = 0.0) -> None:
        """Look at the component before long: it was saved, changed or backed up."""
        self._wanted[component] = self.clock.monotonic() + after
        self._changed.set()

    async def reconsider(self) -> None:
        """The limits may be others now: look at each component when its own has come."""
        for component in list(self.since):
            self.look(component, await self._left(component))

    async def run(self) -> None:
        """Look at each component when it is wanted, until cancelled."""
        self.since = dict(await known_since(self.database))
        await self.reconsider()
        while True:
            self._changed.clear()
            due = min(self._wanted.values(), default=None)
            if due is None:
                await self._changed.wait()
                continue
            if (left := due - self.clock.monotonic()) > 0:
                await self.clock.sleep(min(left, LONGEST_WAIT))
            await self._look_at_those_due()

    async def _look_at_those_due(self) -> None:
        now = self.clock.monotonic()
        for component in [name for name, due in self._wanted.items() if due <= now]:
            del self._wanted[component]
            try:
                await self._look(component)
            except AgentError as error:
                log.info(
                    "running and startup configuration could not be compared",
                    extra={"component": component, "error": str(error)},
                )

    async def _look(self, component: str) -> None:
        try:
            known, platform = self.backups.require(component)
        except (NotFound, Refused):
            await self._forget(component)
            return
        limit = known.backup.unsaved_after
        times = self.times.get(component)
        if not platform.startup or not limit:
            await self._forget(component)
            return
        said_saved = times is not None and not times.unsaved
        if said_saved and component not in self.since:
            return  # the device itself says that it was saved
        try:
            lines = await self.unsaved(component)
        except DeviceError:
            self.look(component, AGAIN)
            raise
        if lines == 0:
            await self._forget(component)
        elif lines is not None:
            await self._hold(component, lines)

    async def _hold(self, component: str, lines: int) -> None:
        if component not in self.since:
            times = self.times.get(component)
            self.since[component] = times.changed_at if times is not None else self.clock.now()
            await self._keep()
        if (left := await self._left(component)) > 0:
            self.look(component, left)
            return
        since = rfc3339(self.since[component])
        text = f"since {since} it runs what it would not start with: {counted(lines, 'line')} changed"
        self.conditions.hold(OBJECT, text, component)

    async def _left(self, component: str) -> float:
        """Seconds until it is too long."""
        try:
            known, _ = self.backups.require(component)
        except (NotFound, Refused):
            return 0.0
        return known.backup.unsaved_after - (self.clock.now() - self.since[component]) / 1000

    async def _forget(self, component: str) -> None:
        if self.since.pop(component, None) is not None:
            await self._keep()
        self.conditions.end(OBJECT, "it would start with what it runs", component)

    async def _keep(self) -> None:
        said = json.dumps(self.since)
        await self.database.write(lambda tx: meta.put(tx, SINCE, said))


async def known_since(database: Database) -> Mapping[str, int]:
    """Since when each component runs what it would not start with (ms)."""
    said = await database.read(lambda connection: meta.get(connection, SINCE))
    return {} if said is None else json.loads(said)
