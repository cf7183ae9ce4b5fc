"""The audit log is verified by a call: what was changed or removed is found, a cut tail by what the head-end has."""

import json

import httpx
import pytest

from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.tables import audit
from tests.integration.api.conftest import Agent, once


async def entries(agent: Agent, local: httpx.AsyncClient, count: int) -> list[str]:
    """Make so many audited calls; the `entry` of each as the head-end receives it."""
    for _ in range(count):
        assert (await local.post("/v1/clock/confirm", headers=once())).status_code == 200
    batch = await agent.database.read(lambda connection: outbox.read_batch(connection, 0))
    assert batch is not None
    return [record["data"]["entry"] for record in json.loads(batch.body) if record["type"] == "cmsp.audit.v1"]


async def test_a_whole_log_holds(agent: Agent, local: httpx.AsyncClient) -> None:
    reported = await entries(agent, local, 3)
    found = (await local.get("/v1/audit/verify", params={"against": reported[-1]})).json()
    assert found == {"holds": True, "entries": 3, "acknowledged": 3, "row": None, "what": ""}


async def test_a_changed_and_a_removed_entry_are_found(agent: Agent, local: httpx.AsyncClient) -> None:
    await entries(agent, local, 4)
    await agent.database.write(lambda tx: tx.execute("update audit set who = 'else' where row = 3"))
    assert (await local.get("/v1/audit/verify")).json()["row"] == 3
    await agent.database.write(lambda tx: tx.execute("delete from audit where row = 2"))
    assert (await local.get("/v1/audit/verify")).json()["what"] == "entry missing"
    [found] = [each for each in (await local.get("/v1/findings")).json()["items"] if "audit" in each["what"]]
    assert (found["what"].endswith("at entry 2: entry missing"), "head-end" in found["remedy"]) == (True, True)


async def test_a_cut_tail_is_found_by_what_the_head_end_acknowledged(agent: Agent, local: httpx.AsyncClient) -> None:
    await entries(agent, local, 4)
    database = agent.database
    epoch, last = (await database.read(current)).epoch, await database.read(outbox.last_sequence)
    await database.write(lambda tx: outbox.forget(tx, epoch, last))
    assert (await local.get("/v1/audit/verify")).json()["acknowledged"] == 4
    await database.write(lambda tx: tx.execute("delete from audit where row > 2"))
    found = (await local.get("/v1/audit/verify")).json()
    assert (found["holds"], found["row"], found["what"]) == (False, 3, "the end is missing")


@pytest.mark.parametrize(("left", "first"), [(2, 3), (0, 1)])
async def test_a_cut_tail_stays_found_after_entries_that_follow_it_and_are_acknowledged(
    agent: Agent, local: httpx.AsyncClient, left: int, first: int
) -> None:
    database = agent.database

    async def acknowledged() -> None:
        epoch, last = (await database.read(current)).epoch, await database.read(outbox.last_sequence)
        await database.write(lambda tx: outbox.forget(tx, epoch, last))

    await entries(agent, local, 4)
    await acknowledged()
    await database.write(lambda tx: tx.execute("delete from audit where row > ?", (left,)))
    assert (await local.post("/v1/clock/confirm", headers=once())).status_code == 200
    await acknowledged()
    found = (await local.get("/v1/audit/verify")).json()
    assert (found["row"], found["what"], found["acknowledged"]) == (first, "entry missing", 5)


async def test_what_is_no_entry_is_refused(local: httpx.AsyncClient) -> None:
    answer = await local.get("/v1/audit/verify", params={"against": "7"})
    assert answer.status_code in (400, 422)
    assert "ROW:MAC" in answer.json()["detail"]


async def test_the_acknowledged_entry_is_the_last_that_was_taken(agent: Agent, local: httpx.AsyncClient) -> None:
    await entries(agent, local, 3)
    database = agent.database
    epoch = (await database.read(current)).epoch
    await database.write(lambda tx: outbox.forget(tx, epoch, 2))
    known = await database.read(audit.acknowledged)
    assert known is not None
    assert known[0] == 1
