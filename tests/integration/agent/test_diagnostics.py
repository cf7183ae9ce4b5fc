"""Looking at devices from afar, on the running agent: each question, what is refused, what is hidden and audited."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.app.agent import running
from cmsp_agent.storage.tables import audit
from cmsp_agent.transports import sip
from cmsp_agent.transports.traceroute import traceroute
from tests.integration.agent.stage import Stage, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.agent.test_support import command


async def asked(stage: Stage, *words: str) -> dict[str, Any]:
    """The result of a question."""
    code, out, err = await command("--socket", str(stage.workspace.api_socket), "diagnose", *words, "--json")
    assert code == 0, out + err
    result: dict[str, Any] = json.loads(out)["result"]
    return result


async def test_each_question_gets_its_answer(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await until(polled(agent, 8))
        way, closed, name, system, version = await asyncio.gather(
            asked(stage, "traceroute", "gw-1"),
            asked(stage, "tcp", "gw-1", "9"),
            asked(stage, "get", "gw-1", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.99.0"),
            asked(stage, "walk", "gw-1", "1.3.6.1.2.1.1"),
            asked(stage, "command", "gw-1", "show version"),
        )
        assert way["reached"] is True
        assert way["hops"][-1]["address"] == agent.configuration.components["gw-1"].address
        assert closed["answer"] == "refused"
        assert name["values"] == {"1.3.6.1.2.1.1.5.0": "gw-1", "1.3.6.1.2.1.1.99.0": None}
        assert next(iter(system["values"])) == "1.3.6.1.2.1.1.1.0"
        assert all(oid.startswith("1.3.6.1.2.1.1.") for oid in system["values"])
        assert "Cisco IOS Software" in version["output"]
        here = ("--socket", str(stage.workspace.api_socket), "diagnose")
        code, out, err = await command(*here, "ping", "gw-1", "--count", "2")
        assert "received: 2" in out if code == 0 else "not permitted here" in err
        code, _, err = await command(*here, "command", "gw-1", "show running-config")
        assert (code, "does not list" in err) == (3, True)
        code, _, err = await command(*here, "walk", "gw-1", "1.3.6.1.6.3.18")
        assert (code, "credentials" in err) == (3, True)
        entries = await agent.runtime.state.read(lambda connection: audit.page(connection, 0, 100))
        done = [entry.outcome for _, entry in entries if entry.action == "POST /v1/components/gw-1/diagnostics"]
        assert sorted(done) == ["202"] * 6 + ["403"] * 2


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_sip_peer_answers_its_options(transport: str) -> None:
    def answer(request: bytes) -> bytes:
        lines = request.decode().split("\r\n")
        kept = [line for line in lines if line.partition(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq")]
        said = ["SIP/2.0 200 OK", *kept, "Server: Cisco-SIPGateway/IOS", "Allow: INVITE, OPTIONS", "", ""]
        return "\r\n".join(said).encode()

    class Peer(asyncio.DatagramProtocol):
        received = 0

        def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
            self.transport = transport

        def datagram_received(self, data: bytes, addr: Any) -> None:
            self.received += 1
            if self.received == 2:  # the first is lost, and noise comes before the answer
                self.transport.sendto(b"\xff\x00 noise", addr)
                self.transport.sendto(answer(data).replace(b"200 OK", b"100 Trying"), addr)
                self.transport.sendto(answer(data), addr)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(await reader.readuntil(b"\r\n\r\n")))
        writer.close()

    loop = asyncio.get_running_loop()
    close: list[Callable[[], None]] = []
    if transport == "udp":
        endpoint, _ = await loop.create_datagram_endpoint(Peer, ("127.0.0.1", 0))
        port = endpoint.get_extra_info("sockname")[1]
        close.append(endpoint.close)
    else:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        close.append(server.close)
    found = await sip.options("127.0.0.1", port, transport, 5.0)
    assert found is not None
    assert (found.status, found.reason, found.headers["server"]) == (200, "OK", "Cisco-SIPGateway/IOS")
    close[0]()


async def test_silence_is_no_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        assert await sip.options("127.0.0.1", silent.getsockname()[1], "udp", 0.7) is None
    assert await sip.options("127.0.0.1", 9, "tcp", 0.5) is None


@pytest.mark.parametrize("address", ["127.0.0.9", "::1"])
async def test_the_way_to_this_machine_is_one_hop(address: str) -> None:
    [hop] = await traceroute(address)
    assert (hop.ttl, hop.address, hop.reached) == (1, address, True)
