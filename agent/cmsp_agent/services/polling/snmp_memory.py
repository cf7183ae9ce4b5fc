"""Keeps the SNMP engine IDs of devices over restarts, and reports engines that are not as they should be."""

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import snmp_engines

PAUSE = 5.0
"""Seconds in which discoveries are collected before they are written together."""


class EngineMemory:
    """The engine's store and observer (`transports.snmp.engines`), on `state.db`."""

    def __init__(self, known: Mapping[str, bytes], database: Database, notices: Notices, clock: Clock) -> None:
        self._known = dict(known)
        self._database = database
        self._notices = notices
        self._clock = clock
        self._fresh: dict[str, bytes] = {}
        self._filled = asyncio.Event()

    def load(self) -> Mapping[str, bytes]:
        """All that earlier runs discovered."""
        return self._known

    def remember(self, address: str, engine_id: bytes) -> None:
        """Written within seconds; forgotten by a crash in between, at the price of one discovery."""
        self._fresh[address] = engine_id
        self._filled.set()

    def duplicate_engine(self, engine_id: bytes, addresses: tuple[str, ...]) -> None:
        """Cloned configurations: the devices work, but informs from them can't be distinguished."""
        shared = ", ".join(addresses)
        self._notices.note("snmp.engine.duplicate", shared, f"one SNMP engine ID ({engine_id.hex()}) at {shared}")

    def boots_reset(self, address: str, known: int, now: int) -> None:
        """Against RFC 3414 2.3; accepted for this device, because refusing would lose it for good."""
        text = f"{address}: engineBoots went back from {known} to {now}"
        self._notices.note("snmp.engine.boots_reset", address, text)

    def engine_changed(self, address: str, known: bytes, now: bytes) -> None:
        """Exchanged, reset or cloned; its signed answers are believed, as the password is the same."""
        text = f"{address}: its SNMP engine ID is {now.hex()} where it was {known.hex()}"
        self._notices.note("snmp.engine.changed", address, text)

    def recovered(self, address: str, how: str) -> None:
        """What was wrong, so that a person can mend the device."""
        self._notices.note("snmp.engine.recovered", address, f"{address}: {how}")

    async def run(self) -> NoReturn:
        """Write what was discovered, until cancelled."""
        while True:
            await self._filled.wait()
            await self._clock.sleep(PAUSE)
            self._filled.clear()
            fresh, self._fresh = self._fresh, {}
            try:
                await self._write(fresh)
            except StorageError:
                self._fresh = {**fresh, **self._fresh}
                self._filled.set()
                raise  # tried again after the supervisor's wait

    async def _write(self, fresh: Mapping[str, bytes]) -> None:
        now = self._clock.now()

        def work(tx: sqlite3.Connection) -> None:
            for address, engine_id in fresh.items():
                snmp_engines.remember(tx, address, engine_id, now)

        await self._database.write(work)
