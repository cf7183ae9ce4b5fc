"""Our outbox and forwarder as the agent uses them, in a process of its own: an outage first, then the drain.

Prints one JSON line: what was appended and forwarded, and the CPU time of each half.
"""

import argparse
import asyncio
import json
import resource
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.memory import settle_memory
from cmsp_agent.model.event import Event, Source, Transition
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.severity import Severity
from cmsp_agent.services.link import Forwarder
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.records import Record, event_record
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.transports.headend import ClientCertificates, HeadendClient

BATCH = 500
"""Records in one commit."""
PATIENCE = 300.0


class NobodyNotified:
    """Takes the agent's own events: nobody reads them here."""

    def note(self, kind: str, name: str, text: str, component: str = "") -> None: ...
    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None: ...


def cpu() -> float:
    """CPU seconds of this process, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def records(first: int, now: int) -> Iterator[Record]:
    """One commit's worth of events of 500 devices."""
    for number in range(first, first + BATCH):
        yield event_record(
            Event(
                id=uuid7(now),
                component=f"gw-{number % 500}",
                site="lab",
                object=f"GigabitEthernet0/{number % 48}",
                type="syslog.message",
                severity=Severity.MAJOR,
                state=Transition.INFO,
                occurred_at=now,
                received_at=now,
                clock="received",
                sources=(Source.SYSLOG,),
                text=f"Line protocol on Interface GigabitEthernet0/{number % 48}, changed state to down ({number})",
            )
        )


async def append(database: Database, clock: SystemClock, count: int) -> None:
    """What an outage leaves behind."""
    for first in range(0, count, BATCH):
        now = clock.now()
        made = list(records(first, now))
        await database.write(partial(outbox.append_all, records=made, now=now))


async def drain(database: Database, clock: SystemClock, counters: Counters, client: HeadendClient) -> None:
    """Forward until the outbox is empty."""
    forwarder = Forwarder(database, client, NobodyNotified(), clock, counters)
    forwarding = asyncio.create_task(forwarder.run())
    async with asyncio.timeout(PATIENCE):
        while (await database.read(outbox.backlog)).depth:  # noqa: ASYNC110 (as rarely as it costs nothing)
            await asyncio.sleep(0.05)
    forwarding.cancel()
    await asyncio.gather(forwarding, return_exceptions=True)


async def measure(options: argparse.Namespace) -> dict[str, float]:
    """Append, then drain."""
    clock, counters = SystemClock(), Counters()
    certificates = ClientCertificates(options.ca, options.certificate, options.key)
    database = await open_state(options.state, options.appliance, clock=clock, counters=counters)
    client = HeadendClient([options.url], options.appliance, certificates)
    settle_memory()  # as the agent does after its start
    at, used = time.monotonic(), cpu()
    await append(database, clock, options.count)
    appended_at, appended = time.monotonic(), cpu()
    disk = options.state.stat().st_size
    await drain(database, clock, counters, client)
    drained_at, drained = time.monotonic(), cpu()
    await client.close()
    await database.close()
    return {
        "acknowledged": counters.value("forwarder.acknowledged"),
        "wire": counters.value("forwarder.bytes"),
        "disk": disk,
        "append_cpu": appended - used,
        "append_s": appended_at - at,
        "drain_cpu": drained - appended,
        "drain_s": drained_at - appended_at,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Print the measurement as JSON."""
    parser = argparse.ArgumentParser()
    for name in ("state", "ca", "certificate", "key"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--appliance", required=True)
    parser.add_argument("--count", type=int, required=True)
    print(json.dumps(asyncio.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
