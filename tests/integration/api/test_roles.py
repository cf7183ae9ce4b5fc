"""Each call of the OpenAPI document by each identity: whoever has no role, or too low a one, is refused."""

from typing import Any

from cmsp_agent.api.app import openapi
from tests.integration.api.authority import Authority
from tests.integration.api.conftest import Agent, once, remote

ABOVE_OBSERVER = {
    "/v1/config/file", "/v1/config/revisions/{number}", "/v1/config/revisions/{number}/diff", "/v1/evidence",
    "/v1/events/{event}/raw", "/v1/rules/files", "/v1/support-bundle", "/v1/support-bundle/{bundle}",
}  # fmt: skip
"""What observers may not even read."""
ENDLESS = "/v1/events/stream"


def calls() -> list[tuple[str, str]]:
    return [(method.upper(), path) for path, item in openapi()["paths"].items() for method in item]


async def answered(client: Any, method: str, path: str) -> int:
    filled = path.replace("{number}", "1")
    while "{" in filled:
        filled = filled[: filled.index("{")] + "x" + filled[filled.index("}") + 1 :]
    answer = await client.request(method, filled, headers=once(), json=None if method == "GET" else {})
    return int(answer.status_code)


async def test_nobody_without_a_role_gets_past_any_call(agent: Agent, authority: Authority) -> None:
    async with remote(agent, authority, "urn:cmsp:test:nobody") as client:
        got = {call: await answered(client, *call) for call in calls()}
    assert {call: status for call, status in got.items() if status != 403} == {}
    assert len(got) > 40


async def test_an_observer_reads_and_changes_nothing(agent: Agent, authority: Authority) -> None:
    async with remote(agent, authority, "urn:cmsp:test:observer") as client:
        got = {call: await answered(client, *call) for call in calls() if call[1] != ENDLESS}
    refused = {call for call, status in got.items() if status == 403}
    assert {call for call in got if call[0] != "GET"} <= refused
    assert {path for method, path in refused if method == "GET"} == ABOVE_OBSERVER
    assert [call for call, status in got.items() if status >= 500] == []


async def test_an_admin_is_refused_nothing_for_its_role(agent: Agent, authority: Authority) -> None:
    async with remote(agent, authority, "urn:cmsp:test:admin") as client:
        got = {call: await answered(client, *call) for call in calls() if call[1] != ENDLESS}
    assert [call for call, status in got.items() if status == 403 or status >= 500] == []


BY_OPERATOR = {
    "DELETE /v1/jobs/{job}", "GET /v1/evidence", "GET /v1/support-bundle", "GET /v1/support-bundle/{bundle}",
    "PATCH /v1/incidents/{incident}", "POST /v1/alarms/{alarm}/acknowledge", "POST /v1/alarms/{alarm}/clear",
    "POST /v1/alarms/{alarm}/suppress", "POST /v1/components/{name}/backups",
    "POST /v1/components/{name}/backups/{version}/accept", "POST /v1/components/{name}/backups/{version}/known-good",
    "POST /v1/components/{name}/diagnostics", "POST /v1/components/{name}/poll", "POST /v1/components/{name}/test",
    "POST /v1/discoveries", "POST /v1/incidents", "POST /v1/tunnel/test",
}  # fmt: skip
BY_ENGINEER = {
    "DELETE /v1/components/{name}/host-keys", "DELETE /v1/outbox/dead-letters/{letter}",
    "DELETE /v1/silences/{silence}", "GET /v1/config/file", "GET /v1/events/{event}/raw", "GET /v1/rules/files",
    "POST /v1/components/{name}/backups/{version}/restore", "POST /v1/outbox/dead-letters/{letter}/retry",
    "POST /v1/outbox/repair", "POST /v1/silences", "PUT /v1/components/{name}/backups/imported",
}  # fmt: skip


async def test_operator_and_engineer_may_what_the_table_of_roles_says(agent: Agent, authority: Authority) -> None:
    may: dict[str, set[str]] = {}
    for role in ("observer", "operator", "engineer"):
        async with remote(agent, authority, f"urn:cmsp:test:{role}") as client:
            got = {call: await answered(client, *call) for call in calls() if call[1] != ENDLESS}
        may[role] = {" ".join(call) for call, status in got.items() if status != 403}
    assert may["operator"] - may["observer"] == BY_OPERATOR
    assert may["engineer"] - may["operator"] == BY_ENGINEER
    assert may["observer"] <= may["operator"] <= may["engineer"]
