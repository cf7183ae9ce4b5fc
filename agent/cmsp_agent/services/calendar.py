"""The calendar: jobs at wall-clock times in a site's time zone. Our loop over APScheduler's CronTrigger.

Its own scheduler reads the wall clock itself, skips jobs that are a second late and forgets missed runs. This one looks
at the clock every half minute, so that a clock step is seen, and runs an overdue job once at start.
"""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.config.schedules import Schedule
from cmsp_agent.model.errors import AgentError, StorageError
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import calendar_runs

log = logging.getLogger(__name__)

BEGUN = " (begun)"
"""Ends the name under which it is kept that a run has begun; where the agent ends meanwhile it is run again."""
LOOK = 30.0
"""Seconds between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One job of the calendar."""

    name: str
    """Unique and stable: its last run is kept under it."""
    schedule: Schedule
    timezone: str
    work: Callable[[], Awaitable[object]]


@lru_cache(maxsize=2_000)  # of 500 devices, each looked at every half minute and changed once a day
def next_run(schedule: Schedule, timezone: str, after: int) -> int:
    """The first time after `after` (ms since the epoch) that the schedule names."""
    if schedule.hour is None:
        return _milliseconds(_fires(schedule, ZoneInfo(timezone), datetime.fromtimestamp(after / 1000 + 0.001, UTC)))
    # by the clock on the wall, so that a night with an hour twice has it once, and one without it has it all the same
    zone = ZoneInfo(timezone)
    wall = datetime.fromtimestamp(after / 1000, zone).replace(tzinfo=UTC, fold=0)
    while True:
        wall = _fires(schedule, UTC, wall)
        moment = _milliseconds(wall.replace(tzinfo=zone, fold=0))
        if moment > after:
            return moment
        wall += timedelta(minutes=1)


def _fires(schedule: Schedule, zone: tzinfo, start: datetime) -> datetime:
    """The first time at or after `start` that the schedule names in a zone."""
    fires: datetime | None = CronTrigger(timezone=zone, **schedule.cron_fields).get_next_fire_time(None, start)
    if fires is None:
        raise ValueError(f"{schedule}: never")
    return fires


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


class Calendar:
    """Runs each entry when it is due, one at a time for each name, and remembers that it did."""

    def __init__(self, database: Database, clock: Clock, supervisor: Supervisor) -> None:
        self._database = database
        self._clock = clock
        self._supervisor = supervisor
        self._entries: dict[str, CalendarEntry] = {}
        self._last: dict[str, int] = {}
        self._due: dict[str, tuple[CalendarEntry, int, int]] = {}
        """Name → its entry, its last run, and when it is due after that."""

    def use(self, entries: Mapping[str, CalendarEntry]) -> None:
        """Keep these entries from now on; a new one is first due at its next time, not at once."""
        self._entries = dict(entries)

    async def run(self) -> None:
        """Look at the clock until cancelled."""
        self._last = await self._database.read(calendar_runs.everything)
        for entry in list(self._entries.values()):
            if f"{entry.name}{BEGUN}" in self._last:
                self._start(entry)  # the agent ended in the middle of it
        while True:
            try:
                for entry in list(self._entries.values()):
                    await self._look(entry)
            except StorageError as error:  # an entry is due again once its last time can be kept
                log.warning("the last runs of the calendar can't be read or stored", extra={"reason": str(error)})
            await self._clock.sleep(LOOK)

    async def _look(self, entry: CalendarEntry) -> None:
        now = self._clock.now()
        last = self._last.get(entry.name)
        if last is None or last > now:
            # never run, or the clock was set back: count from now
            await self._remember(entry.name, now)
        elif self._next(entry, last) <= now:
            await self._remember(entry.name, now, f"{entry.name}{BEGUN}")
            self._start(entry)

    def _next(self, entry: CalendarEntry, last: int) -> int:
        """When it is due: reckoned once for each run."""
        known = self._due.get(entry.name)
        if known is None or known[0] is not entry or known[1] != last:
            known = self._due[entry.name] = entry, last, next_run(entry.schedule, entry.timezone, last)
        return known[2]

    def _start(self, entry: CalendarEntry) -> None:
        name = f"calendar: {entry.name}"
        if name in self._supervisor.names():
            log.warning("calendar job is due again and still runs: this time is left out", extra={"entry": entry.name})
            return
        self._supervisor.run(name, self._once(entry))

    async def _once(self, entry: CalendarEntry) -> None:
        try:
            await entry.work()
        except AgentError as error:
            log.warning("calendar job failed", extra={"entry": entry.name, "error": str(error)})
        try:
            await self._database.write(lambda tx: calendar_runs.forget(tx, f"{entry.name}{BEGUN}"))
        except StorageError as error:  # it is run once more after the next start
            log.warning("the end of a calendar job can't be kept", extra={"entry": entry.name, "reason": str(error)})

    async def _remember(self, name: str, now: int, *further: str) -> None:
        def work(tx: sqlite3.Connection) -> None:
            for each in (name, *further):
                calendar_runs.record(tx, each, now)

        await self._database.write(work)
        self._last[name] = now
