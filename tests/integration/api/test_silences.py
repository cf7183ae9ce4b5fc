"""Silences over the API: made, listed, ended; audited; refused where they would mute everything or never end."""

import httpx
import pytest

from cmsp_agent.storage.tables import audit
from tests.integration.api.conftest import Agent, once

WISH = {"matcher": {"component": "gw-1"}, "for_seconds": 3600, "reason": "new line card"}


async def test_a_silence_is_made_listed_and_ended(agent: Agent, local: httpx.AsyncClient) -> None:
    made = await local.post("/v1/silences", json=WISH, headers=once())
    assert made.status_code == 201
    silence = made.json()
    assert (silence["state"], silence["matcher"]) == ("active", {"component": "gw-1"})
    assert silence["author"]
    listed = (await local.get("/v1/silences")).json()["items"]
    assert [each["id"] for each in listed] == [silence["id"]]
    ended = await local.delete(f"/v1/silences/{silence['id']}", headers=once())
    assert ended.json()["state"] == "over"
    assert ended.json()["ended_by"] == silence["author"]
    details = [entry.detail for _, entry in await agent.database.read(audit.page)]
    assert [f"silence {silence['id']} of component gw-1" in each for each in details] == [True, True]
    assert details[0].endswith(": new line card")
    again = await local.delete(f"/v1/silences/{silence['id']}", headers=once())
    assert again.status_code == 409


async def test_one_that_begins_later_is_pending(local: httpx.AsyncClient) -> None:
    later = {**WISH, "kind": "maintenance", "starts_at": "2999-01-01T00:00:00Z"}
    made = (await local.post("/v1/silences", json=later, headers=once())).json()
    assert (made["state"], made["ends_at"]) == ("pending", "2999-01-01T01:00:00.000Z")


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        ({"matcher": {}}, "names a site"),
        ({"for_seconds": 32 * 86400}, "30 days at most"),
        ({"for_seconds": None}, "either ends_at or for_seconds"),
        ({"ends_at": "2020-01-01T00:00:00Z", "for_seconds": None}, "ends after now"),
        ({"starts_at": "tomorrow"}, "not an RFC 3339 time"),
        ({"reason": ""}, "reason"),
        ({"matcher": {"sight": "paris"}}, "sight"),
        ({"matcher": {"component": "gw-11"}}, "there is no component 'gw-11'; did you mean 'gw-1'?"),
        ({"matcher": {"component": "nope-*"}}, "there is no component 'nope-*'"),
        ({"matcher": {"site": "atlantis"}}, "there is no site 'atlantis'"),
        ({"matcher": {"group": "none"}}, "there is no group 'none'"),
    ],
)
async def test_what_can_t_be_is_refused_with_the_reason(
    local: httpx.AsyncClient, change: dict[str, object], reported: str
) -> None:
    answer = await local.post("/v1/silences", json={**WISH, **change}, headers=once())
    assert 400 <= answer.status_code < 500
    assert reported in answer.text
    assert (await local.get("/v1/silences")).json()["items"] == []


async def test_none_of_that_id_is_not_found(local: httpx.AsyncClient) -> None:
    assert (await local.delete("/v1/silences/none", headers=once())).status_code == 404
