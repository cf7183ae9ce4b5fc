"""A process to be killed: appends events and their outbox rows without rest, says which are durable, forwards them.

`python -m tests.integration.storage.victim PATH FIRST [URL CA CERTIFICATE KEY]`; a line per durable event on stdout.
"""

import asyncio
import os
import sys
from pathlib import Path

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.link import Forwarder
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.records import event_record
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import events
from cmsp_agent.transports.headend import ClientCertificates, HeadendClient
from tests.unit.storage.facts import an_event

APPLIANCE = "apl-victim"
WRITERS = 20


class Silent:
    """Nobody listens to a victim."""

    def note(self, *_: object, **__: object) -> None:
        pass

    def alarm(self, *_: object, **__: object) -> None:
        pass


async def append_for_ever(database: Database, forwarder: Forwarder | None, names: list[int]) -> None:
    """Append one event after the other; say so when it is durable."""
    clock = SystemClock()
    while True:
        names[0] += 1
        event = an_event(names[0])

        def store(connection: object, event: object = event) -> int:
            events.insert(connection, event)  # type: ignore[arg-type]
            return outbox.append(connection, event_record(event), clock.now())  # type: ignore[arg-type]

        await database.write(store)
        os.write(1, f"{event.id}\n".encode())
        if forwarder is not None:
            forwarder.wake()


async def main(path: Path, first: int, link: list[str]) -> None:
    clock, counters = SystemClock(), Counters()
    database = await open_state(path, APPLIANCE, clock=clock, counters=counters)
    forwarder = None
    async with asyncio.TaskGroup() as tasks:
        if link:
            url, *pem = link
            client = HeadendClient([url], APPLIANCE, ClientCertificates(*map(Path, pem)))
            forwarder = Forwarder(database, client, Silent(), clock, counters)
            tasks.create_task(forwarder.run())
        names = [first]
        for _ in range(WRITERS):
            tasks.create_task(append_for_ever(database, forwarder, names))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
