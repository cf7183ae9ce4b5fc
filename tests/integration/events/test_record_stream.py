"""The records alone, read in order, give exactly the agent's alarms: whatever repeats, comes late, or ends twice."""

import json
import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.ids import uuid7
from cmsp_agent.model.signal import Signal, SyslogSignal, TrapSignal
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.services.events.raw_messages import RawMessages
from cmsp_agent.services.events.recording import write_changes
from cmsp_agent.storage import outbox
from cmsp_agent.storage.sealed.sealing import Sealer
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.state import open_state
from tests.lab.clock import ManualClock
from tests.lab.headend.alarms import alarms_of
from tests.lab.headend.store import Stored
from tests.unit.pipeline.site import IF_INDEX, LINK_DOWN, LINK_UP, Site
from tests.unit.pipeline.test_names import poll
from tests.unit.pipeline.test_reviews import step

STEPS = 150


def burst(site: Site, choose: random.Random) -> list[Signal]:
    """Downs and ups of one port by two ways, in any order, and passing messages: all within a few seconds."""
    signals: list[Signal] = []
    for _ in range(choose.randrange(1, 8)):
        site.later(choose.choice([0, 200, 3_000]))
        down, index = choose.random() < 0.5, choose.choice([7, 8, 99])
        trap = TrapSignal("gw-1", site.now, LINK_DOWN if down else LINK_UP, ((f"{IF_INDEX}.{index}", index),))
        line = f"Interface Serial0/1/{index - 7}:15, changed state to {'down' if down else 'up'}"
        message = SyslogSignal("gw-1", site.now, "LINK-3-UPDOWN", line, 3)
        other = SyslogSignal(
            "gw-1", site.now, "FAN-2-BAD", f"fan {choose.randrange(3)} failed", choose.choice([1, 2, 3])
        )
        said: list[Signal] = [trap, message, other]
        signals.append(choose.choice(said))
    return signals


async def records(database: Database) -> list[Stored]:
    found: list[dict[str, Any]] = []
    while batch := await database.read(partial(outbox.read_batch, after=len(found))):
        found += json.loads(batch.body)
    return [
        Stored("e", number, each["id"], each["type"], each["source"], each.get("subject", ""), each["data"])
        for number, each in enumerate(found, 1)
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_any_sequence_of_reports_leaves_the_head_end_with_the_agent_s_alarms(tmp_path: Path, seed: int) -> None:
    choose, site, reported = random.Random(seed), Site(), list[Changes]()
    judged = site.tell

    def tell(*signals: Signal) -> Changes:
        reported.append(judged(*signals))
        return reported[-1]

    site.tell = tell  # type: ignore[method-assign]
    for _ in range(STEPS):
        match choose.randrange(4):
            case 0:
                site.tell(*burst(site, choose))
            case 1:
                site.tell(poll(site, *choose.sample(["Serial0/1/0:15", "Serial0/1/1:15"], choose.randrange(3))))
            case 2 if site.alarm_state.active:
                alarm = choose.choice([*site.alarm_state.active.values()])
                clear = alarm.ended(uuid7(site.now), site.now, "a person said so")
                draft = site.pipeline.end(site.alarm_state, alarm, clear, site.now)
                draft.commit()
                reported.append(draft.changes)
            case _:
                step(site, choose)
    database = await open_state(tmp_path / "state.db", "apl", clock=ManualClock(), counters=Counters())
    raw = RawMessages(database, Sealer(bytes(32)), Counters())
    for changes in reported:
        await database.write(partial(write_changes, changes=changes, now=site.now, by=site.pipeline, raw=raw))
    held = {name: (data["object"], data["suppressed_by"]) for name, data in alarms_of(await records(database)).items()}
    assert held == {each.id: (each.object, each.suppressed_by) for each in site.alarm_state.active.values()}
    await database.close()
