"""Messages of which a part is hidden are kept sealed: found by their event, within a budget, forgotten by their age."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import NotFound, StorageError
from cmsp_agent.model.signal import Signal, SyslogSignal, TrapSignal
from cmsp_agent.pipeline.alarm_state import AlarmState
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.services.events.raw_messages import RawMessages
from cmsp_agent.services.events.recording import write_changes
from cmsp_agent.storage.sealed.sealing import Sealer
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from cmsp_agent.storage.tables import events
from tests.lab.clock import ManualClock
from tests.unit.pipeline.site import COMPONENTS, CUSTOMER, FakeInventory

NOW = 1_767_225_600_000
CANARY = "canary-2718"
COMMAND = f"refused: snmp-server community {CANARY} RO"


class Kept:
    """A database with what a pipeline makes of messages."""

    def __init__(self, database: Database, budget: int = 1 << 20) -> None:
        self.counters = Counters()
        self.database = database
        self.state = AlarmState()
        self.pipeline = Pipeline(COMPONENTS, CUSTOMER, FakeInventory(), self.counters)
        self.raw = RawMessages(database, Sealer(bytes(32)), self.counters, budget)

    async def receive(self, *signals: Signal) -> list[str]:
        """Judge and store; the ids of the new events."""
        draft = self.pipeline.process(self.state, signals, NOW)
        changes = draft.changes
        await self.database.write(partial(write_changes, changes=changes, now=NOW, by=self.pipeline, raw=self.raw))
        draft.commit()
        return list(changes.new)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    database = await open_state(tmp_path / "state.db", "apl", clock=ManualClock(), counters=Counters())
    yield Kept(database)
    await database.close()


def logged(text: str, at: int = NOW) -> SyslogSignal:
    return SyslogSignal("gw-1", at, "APP-3-CONFIG", text, 3, raw=f"<187>%APP: {text}".encode())


def files_of(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_a_hidden_secret_is_read_by_its_event_and_nowhere_else(kept: Kept, tmp_path: Path) -> None:
    (event,) = await kept.receive(logged(COMMAND))
    assert await kept.receive(logged(f"{COMMAND} 10", NOW + 9)) == []  # the same within a minute is one event
    assert await kept.raw.of_event(event) == f"<187>%APP: {COMMAND}\n<187>%APP: {COMMAND} 10\n".encode()
    assert CANARY not in str(await kept.database.read(events.page))
    assert CANARY.encode() not in b"".join(map(Path.read_bytes, files_of(tmp_path)))


async def test_plain_messages_are_not_kept_and_personal_ones_are(kept: Kept) -> None:
    (plain,) = await kept.receive(logged("refused: interface GigabitEthernet0/0"))
    with pytest.raises(NotFound, match="nothing was hidden"):
        await kept.raw.of_event(plain)
    said = ("1.3.6.1.4.1.9.9.999.1", b"calling party +33142009917")
    trap = TrapSignal("gw-1", NOW, "1.3.6.1.4.1.9.9.999.0.1", (said,))
    (personal,) = await kept.receive(trap)
    assert b"1.3.6.1.4.1.9.9.999.1 = calling party +33142009917" in await kept.raw.of_event(personal)


async def test_the_oldest_go_where_the_budget_or_their_age_ends(kept: Kept) -> None:
    kept.raw = RawMessages(kept.database, Sealer(bytes(32)), kept.counters, 2_000)
    found = [event for number in range(20) for event in await kept.receive(logged(COMMAND, NOW + number * 100_000))]
    assert CANARY.encode() in await kept.raw.of_event(found[-1])
    with pytest.raises(NotFound):
        await kept.raw.of_event(found[0])
    assert 5 < kept.counters.value("messages.sealed_removed", "size") < 20
    after_restart = RawMessages(kept.database, Sealer(bytes(32)), kept.counters)
    await after_restart.load()
    await kept.database.write(lambda tx: after_restart.forget_before(tx, NOW + 100 * 100_000))
    with pytest.raises(NotFound):
        await after_restart.of_event(found[-1])


async def test_another_key_opens_nothing(kept: Kept) -> None:
    (event,) = await kept.receive(logged(COMMAND))
    with pytest.raises(StorageError, match="sealed with another key"):
        await RawMessages(kept.database, Sealer(bytes(31) + b"1"), kept.counters).of_event(event)
