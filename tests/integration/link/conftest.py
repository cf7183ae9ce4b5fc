"""A forwarder with its database and the reference head-end, over real TLS."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.services.link import Forwarder
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.records import Record
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.transports.headend import ClientCertificates, HeadendClient
from tests.lab.headend import Headend

APPLIANCE = "apl-1"


class QuickClock(SystemClock):
    """Waits a thousandth of what it is asked to, and remembers it: backoff is tested by its figures, not by waiting."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds / 1000)


class Noted:
    """Remembers the agent's own events."""

    def __init__(self) -> None:
        self.alarms: list[tuple[str, bool]] = []
        self.notes: list[tuple[str, str]] = []

    def note(self, kind: str, name: str, text: str, component: str = "") -> None:
        self.notes.append((kind, text))

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        self.alarms.append((kind, raised))


class Site:
    """The agent's side: a database, and a forwarder that runs."""

    def __init__(self, directory: Path, headend: Headend, appliance: str = APPLIANCE) -> None:
        self.path = directory / "state.db"
        self.headend = headend
        self.appliance = appliance
        self.clock = QuickClock()
        self.counters = Counters()
        self.noted = Noted()
        self.database: Database
        self.forwarder: Forwarder
        self.client: HeadendClient
        self._task: asyncio.Task[Any] | None = None
        self._appended = 0

    async def open(self) -> None:
        self.database = await open_state(self.path, self.appliance, clock=self.clock, counters=self.counters)

    async def start(
        self, urls: list[str] | None = None, total: float = 3.0, certificate_of: str = "", **options: Any
    ) -> None:
        """Forward from now on."""
        identity = self.headend.client(certificate_of or self.appliance)
        certificates = ClientCertificates(self.headend.authority.path, identity.certificate, identity.key)
        self.client = HeadendClient(urls or [self.headend.url], self.appliance, certificates, total=total)
        self.forwarder = Forwarder(
            self.database, self.client, self.noted, self.clock, self.counters, chance=lambda: 0.5, **options
        )
        self._task = asyncio.create_task(self.forwarder.run())

    async def stop(self) -> None:
        """Stop forwarding."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await self.client.close()
            self._task = None

    async def close(self) -> None:
        await self.stop()
        await self.database.close()

    async def append(self, count: int, size: int = 100) -> list[str]:
        """Append so many records; return their ids."""
        names = [f"r{self._appended + n}" for n in range(count)]
        self._appended += count
        records = [Record(name, "cmsp.audit.v1", "gw-1", "x", self.clock.now(), {"x": "y" * size}) for name in names]
        await self.database.write(lambda tx: [outbox.append(tx, record, self.clock.now()) for record in records])
        if self._task is not None:
            self.forwarder.wake()
        return names

    async def until(self, condition: Callable[[], object], within: float = 15.0) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(within):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def drained(self, within: float = 15.0) -> None:
        """Wait until the head-end has everything."""
        async with asyncio.timeout(within):
            while (await self.database.read(outbox.backlog)).depth:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def reported(self, kind: str = "cmsp.audit.v1") -> list[str]:
        """Ids of the records that the head-end has, in order."""
        return [record.id for record in self.headend.store.records(self.appliance, kind)]

    def reported_of(self, kind: str) -> list[dict[str, Any]]:
        """The data of the records of a type."""
        return [record.data for record in self.headend.store.records(self.appliance, kind)]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    """An agent's database beside a head-end that listens; the test starts the forwarder."""
    with Headend(tmp_path) as headend:
        site = Site(tmp_path, headend)
        await site.open()
        yield site
        await site.close()
