"""Who calls too much, or only connects, pays alone: the others, `admin` and this machine, go on."""

import asyncio
from contextlib import AsyncExitStack, suppress

import httpx

from tests.integration.api.authority import Authority
from tests.integration.api.conftest import LIMITS, Agent, remote
from tests.integration.api.test_access import ROLE

ROLES = ("observer", "operator", "engineer")


async def idle(agent: Agent, authority: Authority, role: str, stack: AsyncExitStack, count: int) -> int:
    """Open connections that each made one call and stay; how many were let in."""
    inside = 0
    for _ in range(count):
        client = await stack.enter_async_context(remote(agent, authority, ROLE.format(role)))
        with suppress(httpx.TransportError):
            inside += (await client.get("/v1/status")).status_code == 200
    return inside


async def test_the_admin_gets_in_whatever_the_others_hold(
    agent: Agent, authority: Authority, local: httpx.AsyncClient
) -> None:
    async with AsyncExitStack() as stack:
        assert await idle(agent, authority, "observer", stack, 7) == LIMITS.connections_each
        assert await idle(agent, authority, "operator", stack, 5) == LIMITS.connections - 2 - LIMITS.connections_each
        assert await idle(agent, authority, "admin", stack, 2) == 2
        assert (await local.get("/v1/status")).status_code == 200
    assert agent.services.counters.value("api.limited", "connections") >= 4


async def test_silent_connections_cost_no_admin_a_call(agent: Agent, authority: Authority) -> None:
    assert agent.server is not None
    port, silent = agent.server.port, []
    async with AsyncExitStack() as stack:
        for _ in range(10):
            for _ in range(4):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                silent.append(writer)
            client = await stack.enter_async_context(remote(agent, authority, ROLE.format("admin")))
            assert (await client.get("/v1/status")).status_code == 200
            await client.aclose()
    assert agent.services.counters.value("api.turned_away", "handshake") >= 20
    for writer in silent:
        writer.close()


async def test_a_second_stream_of_one_identity_waits_for_the_first(agent: Agent, authority: Authority) -> None:
    async with (
        remote(agent, authority, ROLE.format("observer")) as client,
        remote(agent, authority, ROLE.format("operator")) as other,
        client.stream("GET", "/v1/events/stream") as first,
        other.stream("GET", "/v1/events/stream") as another,
    ):
        assert (first.status_code, another.status_code) == (200, 200)
        refused = await client.get("/v1/events/stream")
        assert (refused.status_code, refused.json()["type"]) == (429, "urn:cmsp:problem:share-used-up")
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["Content-Type"] == "application/problem+json"


async def test_streams_of_others_take_no_stream_of_the_admin_or_of_this_machine(
    agent: Agent, authority: Authority, local: httpx.AsyncClient
) -> None:
    async with AsyncExitStack() as stack:

        async def streams(client: httpx.AsyncClient) -> int:
            answer = await stack.enter_async_context(client.stream("GET", "/v1/events/stream"))
            return answer.status_code

        others = [await stack.enter_async_context(remote(agent, authority, ROLE.format(role))) for role in ROLES]
        assert [await streams(client) for client in others] == [200, 200, 429]
        assert await streams(await stack.enter_async_context(remote(agent, authority, ROLE.format("admin")))) == 200
        assert await streams(local) == 200
