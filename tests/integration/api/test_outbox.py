"""The calls about the outbox on a real database: dead letters, check, repair; and the confirmation of the clock."""

import sqlite3
from dataclasses import replace

import httpx
import pytest

from cmsp_agent.model.incident_state import IncidentState
from cmsp_agent.services.events.trusted_clock import KNOWN
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import gaps
from cmsp_agent.storage.outbox.records import Record, event_record, incident_record
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.tables import audit, events, incidents
from tests.integration.api.conftest import Agent, once

NOW = 1_767_225_600_000


async def append(agent: Agent, count: int) -> int:
    """Append so many records; the row of the first."""

    def work(tx: sqlite3.Connection) -> int:
        rows = [outbox.append(tx, Record(f"r{n}", "cmsp.audit.v1", "", "", NOW, {}), NOW) for n in range(count)]
        return rows[0]

    return await agent.database.write(work)


async def test_a_dead_letter_is_shown_and_sent_once_more(agent: Agent, local: httpx.AsyncClient) -> None:
    first = await append(agent, 5)
    await agent.database.write(lambda tx: gaps.dead_letter(tx, first + 1, "no such field", NOW))
    listed = (await local.get("/v1/outbox")).json()
    (letter,) = listed["items"]
    assert (letter["sequence"], letter["reason"], listed["dead_letters"]) == (first + 1, "no such field", 1)
    path = f"/v1/outbox/dead-letters/{letter['id']}"
    assert '"id":"r1"' in (await local.get(path)).json()["text"]
    sent = (await local.post(f"{path}/retry", headers=once())).json()
    batch = await agent.database.read(lambda connection: outbox.read_batch(connection, sent["sequence"] - 1, 1))
    assert batch is not None
    assert b'"id":"r1"' in batch.body
    assert (await local.get(path)).status_code == 404
    await agent.database.write(lambda tx: gaps.dead_letter(tx, first + 2, "no such field", NOW))
    (another,) = (await local.get("/v1/outbox")).json()["items"]
    assert another["id"] > letter["id"], "the id of a letter is not that of an earlier one"


async def test_a_dead_letter_that_time_has_overtaken_is_not_sent(agent: Agent, local: httpx.AsyncClient) -> None:
    alarm, incident = await agent.happen("PRI down"), await agent.incident()
    records = event_record(alarm), incident_record(incident, "r1", NOW)
    rows = await agent.database.write(lambda tx: [outbox.append(tx, record, NOW) for record in records])

    async def answers() -> list[int]:
        await agent.database.write(lambda tx: [gaps.dead_letter(tx, row, "no such field", NOW) for row in rows])
        letters = (await local.get("/v1/outbox")).json()["items"]
        paths = [f"/v1/outbox/dead-letters/{letter['id']}/retry" for letter in reversed(letters)]
        return [(await local.post(path, headers=once())).status_code for path in paths]

    assert await answers() == [200, 200]
    rows = await agent.database.write(lambda tx: [outbox.append(tx, record, NOW) for record in records])
    await agent.database.write(lambda tx: events.clear(tx, alarm.id))
    closed = replace(incident, state=IncidentState.CLOSED)
    await agent.database.write(lambda tx: incidents.save(tx, closed))
    assert await answers() == [409, 409]


async def test_a_dead_letter_that_is_damaged_can_only_be_dropped(agent: Agent, local: httpx.AsyncClient) -> None:
    first = await append(agent, 3)
    await agent.database.write(lambda tx: tx.execute("update outbox set body = x'00' where row = ?", (first,)))
    found = (await local.get("/v1/outbox/check")).json()
    assert [(row["first"], row["last"]) for row in found["damaged"]] == [(first, first)]
    repaired = (await local.post("/v1/outbox/repair", headers=once())).json()
    assert repaired["repaired"] == 1
    assert (await local.get("/v1/outbox/check")).json()["damaged"] == []
    (letter,) = (await local.get("/v1/outbox")).json()["items"]
    path = f"/v1/outbox/dead-letters/{letter['id']}"
    assert (await local.post(f"{path}/retry", headers=once())).status_code == 409
    assert (await local.delete(path, headers=once())).status_code == 200
    assert (await local.delete(path, headers=once())).status_code == 404


async def test_missing_rows_are_found_page_by_page(agent: Agent, local: httpx.AsyncClient) -> None:
    first = await append(agent, 50)
    await agent.database.write(
        lambda tx: tx.execute("delete from outbox where row between ? and ?", (first + 10, first + 19))
    )
    found = (await local.get("/v1/outbox/check")).json()
    assert found["damaged"] == [{"first": first + 10, "last": first + 19, "reason": "missing"}]
    await local.post("/v1/outbox/repair", headers=once())
    batch = await agent.database.read(lambda connection: outbox.read_batch(connection, first - 1))
    assert batch is not None
    assert batch.last >= first + 49


@pytest.mark.parametrize(("first", "last"), [(1, 4), (48, 51), (1, 51)])
async def test_what_is_missing_at_an_end_is_found(
    agent: Agent, local: httpx.AsyncClient, first: int, last: int
) -> None:
    assert await append(agent, 50) == 2
    await agent.database.write(lambda tx: tx.execute("delete from outbox where row between ? and ?", (first, last)))
    missing = [{"first": first, "last": last, "reason": "missing"}]
    assert (await local.get("/v1/outbox/check")).json()["damaged"] == missing
    assert (await local.post("/v1/outbox/repair", headers=once())).json()["repaired"] == 1
    assert (await local.get("/v1/outbox/check")).json()["damaged"] == []


async def test_the_clock_is_confirmed_by_a_person_and_that_is_audited(agent: Agent, local: httpx.AsyncClient) -> None:
    assert (await local.post("/v1/clock/confirm", headers=once())).status_code == 200
    assert await agent.database.read(lambda connection: meta.get_int(connection, KNOWN)) > NOW
    (_, entry) = (await agent.database.read(audit.page))[-1]
    assert entry.action == "POST /v1/clock/confirm"
