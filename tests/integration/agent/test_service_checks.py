"""The running agent: a web service that fails, and its certificate, are alarms; they end with the fault."""

import asyncio
import contextlib
import ssl
from pathlib import Path

from cmsp_agent.app.agent import running
from cmsp_agent.services.kpis.history import Question
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import held, polls
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_thresholds import FUNCTIONS
from tests.lab.certificates import Authority

ANSWERS = {"good": b"HTTP/1.1 200 OK\r\n\r\n", "bad": b"HTTP/1.1 500 Broken\r\n\r\n"}


async def test_a_web_service_and_its_certificate(tmp_path: Path) -> None:
    identity = Authority(tmp_path / "ca").server("web", days=5)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(identity.certificate, identity.key)
    now = "good"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(ANSWERS[now])
        writer.close()

    server = await asyncio.start_server(serve, "0.0.0.0", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    url = f"https://localhost:{port}/"
    async with server, staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s")
        stage.rewrite(FUNCTIONS, f"{FUNCTIONS}, reach: {{http: '{url}'}}")
        async with running(stage.load()) as agent:
            await until(lambda: ("gw-1", "certificate.ends", False) in held(agent), 30)
            assert ("gw-1", "service.down", False) not in held(agent)
            now = "bad"
            await until(lambda: ("gw-1", "service.down", False) in held(agent), 30)
            now = "good"
            await until(lambda: ("gw-1", "service.down", False) not in held(agent), 30)
            at = agent.runtime.clock.now()
            found = await agent.kpis.history.read(Question("gw-1", at - 60_000, at, kpis=("certificate.days",)))
            line = found.lines[f"certificate.days[{url}]"]
            assert (line.unit, round(line.samples[-1][1])) == ("days", 5)
            await polls(agent, {"gw-1"}, 1)
