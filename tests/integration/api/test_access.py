"""Who gets in over TLS and what the role permits; what the listener does with those who dawdle or flood."""

import asyncio
import gc
import os
import ssl
import threading
from pathlib import Path

import httpx
import pytest

from cmsp_agent.api.listener import ListenFailed, tcp_socket
from cmsp_agent.api.server import ApiServer, ServerSettings, TlsListen
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.storage import outbox
from cmsp_agent.storage.tables import audit
from cmsp_agent.transports.tls_server import ServerCertificates
from tests.integration.api.authority import Authority
from tests.integration.api.conftest import LIMITS, Agent, once, remote, running_agent, settings

ROLE = "urn:cmsp:test:{}"
CALLS = (
    ("GET", "/v1/status", "observer"),
    ("POST", "/v1/components/gw-1/poll", "operator"),
    ("POST", "/v1/components/gw-1/backups", "operator"),
    ("GET", "/v1/components/gw-1/backups/latest/content?redacted=false", "engineer"),
)


@pytest.mark.parametrize("role", ["observer", "operator", "engineer", "admin"])
async def test_each_role_may_what_it_may(agent: Agent, authority: Authority, role: str) -> None:
    order = ["observer", "operator", "engineer", "admin"]
    await agent.services.backups.store.run("gw-1", "schedule")
    async with remote(agent, authority, ROLE.format(role)) as client:
        for method, path, needed in CALLS:
            answer = await client.request(method, path, headers=once())
            allowed = order.index(role) >= order.index(needed)
            assert (answer.status_code < 300) is allowed, (path, answer.text)
            if not allowed:
                assert (answer.status_code, answer.json()["type"]) == (403, "urn:cmsp:problem:refused")
                assert f"this takes {needed}" in answer.json()["detail"]


async def test_content_is_redacted_unless_an_engineer_looks_and_that_is_audited(
    agent: Agent, authority: Authority
) -> None:
    await agent.services.backups.store.run("gw-1", "schedule")
    path = "/v1/components/gw-1/backups/latest/content"
    async with remote(agent, authority, ROLE.format("observer")) as client:
        assert "s3cret-value" not in (await client.get(path)).text
    async with remote(agent, authority, ROLE.format("engineer")) as client:
        assert "s3cret-value" in (await client.get(path)).text
    entries = [entry for _, entry in await agent.database.read(audit.page)]
    assert [(entry.who, entry.outcome) for entry in entries] == [("urn:cmsp:test:engineer (engineer)", "shown")]
    assert entries[0].source.startswith("127.0.0.1:")


@pytest.mark.parametrize("uris", [(), ("urn:somebody:else",)])
async def test_a_certificate_without_a_role_reads_nothing(
    agent: Agent, authority: Authority, uris: tuple[str, ...]
) -> None:
    async with remote(agent, authority, *uris) as client:
        assert (await client.get("/v1/status")).status_code == 403
        assert (await client.post("/v1/components/gw-1/poll", headers=once())).status_code == 403
    entries = [entry for _, entry in await agent.database.read(audit.page)]
    assert [entry.outcome for entry in entries] == ["403"]


async def test_refused_calls_by_the_hundred_fill_neither_audit_nor_outbox(agent: Agent, authority: Authority) -> None:
    before = await agent.database.read(outbox.last_sequence)
    async with remote(agent, authority, ROLE.format("observer")) as client:
        for _ in range(300):
            assert (await client.post("/v1/components/gw-1/poll", headers=once())).status_code == 403
    entries = await agent.database.read(audit.page)
    assert [entry.outcome for _, entry in entries] == ["403"]
    assert await agent.database.read(outbox.last_sequence) == before + 1
    assert agent.services.counters.value("api.refused") == 300


async def test_no_certificate_or_one_of_another_authority_gets_no_answer(
    agent: Agent, authority: Authority, tmp_path: Path
) -> None:
    assert agent.server is not None
    stranger = Authority(tmp_path / "other").issue("stranger", ROLE.format("admin"))
    for context in (authority.client(None), authority.client(stranger)):
        async with httpx.AsyncClient(verify=context, trust_env=False) as client:
            with pytest.raises(httpx.TransportError):
                await client.get(f"https://127.0.0.1:{agent.server.port}/v1/status")


async def test_nothing_below_tls_1_3(agent: Agent, authority: Authority) -> None:
    assert agent.server is not None
    context = authority.client(authority.issue("old", ROLE.format("admin")))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", agent.server.port, ssl=context)


async def test_a_header_does_not_make_a_caller(agent: Agent, authority: Authority) -> None:
    async with remote(agent, authority, ROLE.format("observer")) as client:
        forged = {"X-Forwarded-For": "local", "X-Client-Cert": ROLE.format("admin")}
        answer = await client.post("/v1/components/gw-1/poll", headers=once(**forged))
        assert answer.status_code == 403


async def talk(folder: Path, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send pieces over the Unix socket and read until the agent closes."""
    reader, writer = await asyncio.open_unix_connection(str(folder / "api.sock"))
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_slow_headers_are_cut_though_they_trickle(agent: Agent) -> None:
    began = asyncio.get_running_loop().time()
    trickle = b"GET /v1/status HTTP/1.1\r\nX: " + b"y" * 60
    assert await talk(agent.folder, *(bytes([byte]) for byte in trickle), pause=0.02) == b""
    assert await talk(agent.folder) == b""
    assert asyncio.get_running_loop().time() - began < 3


async def test_slow_bodies_are_answered_as_a_problem(agent: Agent) -> None:
    head = b"POST /v1/components/gw-1/poll HTTP/1.1\r\nHost: a\r\nIdempotency-Key: k\r\nContent-Length: 10\r\n\r\n"
    answer = await talk(agent.folder, head, b"12")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"body-too-slow" in answer


async def test_what_is_not_http_is_a_problem(agent: Agent) -> None:
    answer = await talk(agent.folder, b"\x16\x03\x01 garbage\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer
    huge = await talk(agent.folder, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000)
    assert huge.startswith(b"HTTP/1.1 431 ")
    counted = agent.services.counters.keyed(lambda name: name == "api.unreadable")
    assert counted == {("api.unreadable", "not_http"): 1, ("api.unreadable", "headers_too_large"): 1}


async def test_a_caller_over_tls_learns_that_its_body_is_too_large(agent: Agent, authority: Authority) -> None:
    async with remote(agent, authority, ROLE.format("admin")) as client:
        for size in (1_100_000, 4_000_000):
            answer = await client.put("/v1/config", content=b"x" * size, headers=once())
            assert (answer.status_code, answer.json()["type"]) == (413, "urn:cmsp:problem:body-too-large")


async def test_connections_over_the_cap_are_turned_away_and_the_others_go_on(
    agent: Agent, local: httpx.AsyncClient
) -> None:
    assert (await local.get("/v1/status")).status_code == 200
    idle = [await asyncio.open_unix_connection(str(agent.folder / "api.sock")) for _ in range(LIMITS.connections)]
    await asyncio.sleep(0.1)
    assert (await local.get("/v1/status")).status_code == 200, "a connection that was there before"
    assert await talk(agent.folder) == b""
    assert agent.services.counters.total("api.turned_away") >= 1
    for _, writer in idle:
        writer.close()


async def test_handshakes_that_never_come_hold_up_nobody_and_are_cut(agent: Agent, authority: Authority) -> None:
    assert agent.server is not None
    silent = [await asyncio.open_connection("127.0.0.1", agent.server.port) for _ in range(5)]
    async with remote(agent, authority, ROLE.format("observer")) as client:
        assert (await client.get("/v1/status")).status_code == 200
    async with asyncio.timeout(5):
        for reader, writer in silent:
            assert await reader.read() == b""
            writer.close()
    assert agent.services.counters.value("api.handshakes_failed", "handshake_ended") == 5


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_an_address_that_is_not_there_yet_can_be_listened_on(address: str) -> None:
    with tcp_socket(address, 0) as sock:
        assert sock.getsockname()[0] == address


async def test_a_taken_port_or_socket_is_reported(agent: Agent, authority: Authority) -> None:
    assert agent.server is not None
    listen = settings(authority, agent.folder)
    assert listen.tls is not None
    taken = TlsListen("127.0.0.1", agent.server.port, listen.tls.certificates)
    for wrong in (ServerSettings(tls=taken), ServerSettings(socket=listen.socket)):
        second = ApiServer(agent.services, wrong, agent.supervisor, agent.services.counters)
        with pytest.raises(ListenFailed, match="cannot listen on"):
            await second.start()


async def test_renewed_certificates_are_used_and_broken_ones_are_not(
    agent: Agent, authority: Authority, tmp_path: Path
) -> None:
    assert agent.server is not None
    certificate = authority.issue("server", server=True).certificate
    agent.server.renew_certificates()
    async with remote(agent, authority, ROLE.format("observer")) as client:
        assert (await client.get("/v1/status")).status_code == 200
    certificate.write_text("garbage")
    with pytest.raises(ConfigurationError):
        agent.server.renew_certificates()
    async with remote(agent, authority, ROLE.format("observer")) as client:
        assert (await client.get("/v1/status")).status_code == 200
    with pytest.raises(ConfigurationError):
        ApiServer(
            agent.services,
            ServerSettings(
                TlsListen("127.0.0.1", 0, ServerCertificates(tmp_path / "no", tmp_path / "no", tmp_path / "no"))
            ),
            agent.supervisor,
            agent.services.counters,
        )


def _footprint() -> tuple[int, int]:
    gc.collect()
    return len(os.listdir("/proc/self/fd")), threading.active_count()


async def _one_life(folder: Path, authority: Authority) -> None:
    folder.mkdir()  # noqa: ASYNC240
    async with running_agent(folder) as agent:
        agent.server = ApiServer(agent.services, settings(authority, folder), agent.supervisor, agent.services.counters)
        await agent.server.start()
        async with remote(agent, authority, ROLE.format("observer")) as client:
            assert (await client.get("/v1/status")).status_code == 200
            async with client.stream("GET", "/v1/events/stream") as stream:
                await anext(stream.aiter_lines())
                began = asyncio.get_running_loop().time()
                await agent.server.stop()
                assert asyncio.get_running_loop().time() - began < 2, "an open stream does not hold up the stop"
    assert not (folder / "api.sock").exists()


async def test_it_starts_and_stops_twice_and_leaves_nothing(tmp_path: Path, authority: Authority) -> None:
    await _one_life(tmp_path / "first", authority)
    before, tasks = _footprint(), len(asyncio.all_tasks())
    await _one_life(tmp_path / "second", authority)
    await asyncio.sleep(0.05)
    assert _footprint() == before
    assert len(asyncio.all_tasks()) == tasks


async def test_what_names_people_is_masked_for_callers_from_beyond_the_site(
    agent: Agent, authority: Authority, local: httpx.AsyncClient
) -> None:
    await agent.happen("call from calling number 0612345678: Login failed [user: alice]")
    paths = ("/v1/events", "/v1/alarms", "/v1/components/gw-1")
    async with remote(agent, authority, ROLE.format("admin")) as client:
        for path in paths:
            answer = await client.get(path)
            assert "Login failed" in answer.text
            assert "0612345678" not in answer.text, path
            assert "alice" not in answer.text, path
    for path in paths:
        assert "0612345678" in (await local.get(path)).text, path
