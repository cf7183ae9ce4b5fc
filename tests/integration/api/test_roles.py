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
