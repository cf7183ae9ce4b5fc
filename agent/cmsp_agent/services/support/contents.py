"""What goes into a support bundle: each document by its file's name. `scrub` takes secrets out of them."""

import asyncio
import os
import platform
import resource
import sqlite3
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cmsp_agent import __version__
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.event import Event
from cmsp_agent.model.job import Job
from cmsp_agent.model.times import rfc3339
from cmsp_agent.pipeline.alarm_types.security import SECURITY_TYPES
from cmsp_agent.pipeline.privacy import without_people
from cmsp_agent.services.events.recording import Outward
from cmsp_agent.services.status.service import StatusService
from cmsp_agent.services.support.loglines import LogLines
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import audit, events, incidents, jobs
from cmsp_agent.storage.tables.events import Filter

MOST_EVENTS = 2_000
MOST_INCIDENTS = 200
MOST_JOBS = 200
MOST_ENTRIES = 1_000
MOST_EVIDENCE = 50_000


@dataclass(frozen=True, slots=True)
class BundleSources:
    """Where the documents come from."""

    status: StatusService
    database: Database
    counters: Counters
    configuration: Callable[[], Mapping[str, Any]]
    """What is in force, secrets by name."""
    masked: Outward
    """Events and incidents with their personal data masked, unless the order permits it."""
    state: Path
    log: LogLines


async def contents(sources: BundleSources) -> dict[str, object]:
    """Every document."""
    stored = await sources.database.read(_stored)
    found = await sources.status.findings()
    kept = (sources.masked.outward(event) for event in stored.pop("events"))
    stored["incidents"] = [sources.masked.outward_incident(incident) for incident in stored["incidents"]]
    stored["jobs"] = [await _shown(sources.masked, each) for each in stored["jobs"]]
    return {
        "about.json": about(),
        "status.json": await sources.status.status(),
        "findings.json": [{"what": each.what, "remedy": each.remedy} for each in found],
        "configuration.json": sources.configuration(),
        "counters.json": [{"name": name, "key": key, "count": n} for name, key, n in sources.counters.labelled()],
        "gauges.json": sources.counters.gauges(),
        "alarms.json": [sources.masked.outward(event) for event in sources.status.alarms()],
        "events.json": list(kept),
        "files.json": listing(sources.state),
        "log.json": [{name: without_people(text) for name, text in row.items()} for row in sources.log.rows()],
        **{f"{name}.json": rows for name, rows in stored.items()},
    }


async def _shown(masked: Outward, job: Job) -> Job:
    await asyncio.sleep(0)  # what one job printed takes some milliseconds
    return job.shown(partial(masked.outward_text, job.component))


async def evidence(sources: BundleSources, since: int) -> dict[str, object]:
    """What a report on a security incident needs: the events that bear on security, the audit log, the releases.

    Args:
        sources: where it comes from.
        since: ms since the epoch.
    """

    def work(connection: sqlite3.Connection) -> tuple[list[Event], list[dict[str, object]]]:
        return _security_events(connection, since), _entries(connection, since)

    found, entries = await sources.database.read(work)
    return {
        "about.json": {**about(), "since": rfc3339(since)},
        "security.json": [sources.masked.outward(event) for event in found],
        "audit.json": entries,
        "status.json": await sources.status.status(),
        "configuration.json": sources.configuration(),
    }


def _security_events(connection: sqlite3.Connection, since: int) -> list[Event]:
    found: list[Event] = []
    for kind in sorted(SECURITY_TYPES):
        after, wanted = 0, Filter(type=kind)
        while page := events.page(connection, after, wanted, MOST_ENTRIES).events:
            found += [event for event in page if event.received_at >= since]
            last = events.page(connection, after, wanted, MOST_ENTRIES).next
            if last == after or len(found) > MOST_EVIDENCE:
                break
            after = last
    return sorted(found, key=lambda event: event.received_at)[-MOST_EVIDENCE:]


def _entries(connection: sqlite3.Connection, since: int) -> list[dict[str, object]]:
    """The audit log from then on: read from its end, step by step."""
    found: list[dict[str, object]] = []
    end = audit.tail(connection)[0]
    while end > 0 and len(found) < MOST_EVIDENCE:
        start = max(0, end - MOST_ENTRIES)
        rows = [(row, entry) for row, entry in audit.page(connection, start, end - start) if entry.at >= since]
        found = [*({"row": row, "entry": entry} for row, entry in rows), *found]
        if len(rows) < end - start:
            break
        end = start
    return found


def _stored(connection: sqlite3.Connection) -> dict[str, Any]:
    last = audit.tail(connection)[0]
    entries = audit.page(connection, max(0, last - MOST_ENTRIES), MOST_ENTRIES)
    return {
        "events": events.latest(connection, events.ALL, MOST_EVENTS).events,
        "incidents": incidents.page(connection, 0, MOST_INCIDENTS)[0],
        "jobs": jobs.latest(connection, MOST_JOBS),
        "audit": [{"row": row, "entry": entry} for row, entry in entries],
    }


def about() -> dict[str, object]:
    """The release and the machine."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "version": __version__,
        "python": sys.version,
        "sqlite": sqlite3.sqlite_version,
        "kernel": platform.release(),
        "machine": platform.machine(),
        "load": os.getloadavg(),
        "processors": os.cpu_count(),
        "largest_memory_kib": usage.ru_maxrss,
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
    }


def listing(state: Path) -> list[dict[str, object]]:
    """The files of the state directory, without what is in them."""
    return [
        {"name": entry.name, "bytes": found.st_size, "mode": oct(found.st_mode), "changed_at": _time(found.st_mtime)}
        for entry in sorted(os.scandir(state), key=lambda each: each.name)
        for found in [entry.stat(follow_symlinks=False)]
    ]


def _time(seconds: float) -> str:
    return rfc3339(round(seconds * 1000))
