"""Notifications posted to a real HTTP server: taken, refused and tried again, silent; the token in no error."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.app.agent import running
from cmsp_agent.model.secret import Secret
from cmsp_agent.plugin.api import Delivery, DeliveryFailed
from cmsp_agent.services.notify import outgoing
from cmsp_plugins.webhook.plugin import deliver
from tests.integration.agent.stage import staged
from tests.integration.agent.test_lifecycle import until
from tests.lab.ports import free_port

NEWS = Delivery("n-1", (), "subject", "text", {"a": "Ä"}, "", 0)
CANARY = Secret("hook", lambda: "canary-2718")


class Receiver:
    """Keeps what it is posted, or answers with another status."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.refused = 0
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.status < 300:
                    receiver.taken.append((self.path, dict(self.headers), json.loads(body)))
                else:
                    receiver.refused += 1
                self.send_response(receiver.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/cmsp?site=1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


async def test_a_post_carries_its_token_and_what_makes_a_repetition_known(receiver: Receiver) -> None:
    await asyncio.to_thread(deliver, NEWS, {"url": receiver.url, "token": CANARY})
    [(path, headers, document)] = receiver.taken
    assert (path, document) == ("/hooks/cmsp?site=1", {"a": "Ä"})
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer canary-2718", "n-1")


@pytest.mark.parametrize("status", [302, 401, 503])
async def test_what_is_not_taken_is_said_without_the_token(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(DeliveryFailed, match=f"answers {status}") as failed:
        await asyncio.to_thread(deliver, NEWS, {"url": receiver.url, "token": CANARY})
    assert "canary" not in str(failed.value)


@pytest.mark.parametrize(
    ("head", "taken"), [("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", True), ("HTTP/1.1 2", False)]
)
async def test_an_answer_that_drips_is_cut_off_and_its_status_counts(head: str, taken: bool) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for sign in (head.encode(), *[b"z"] * 8):
            writer.write(sign)
            await asyncio.sleep(0.2)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        dripped.set()

    dripped = asyncio.Event()
    async with await asyncio.start_server(drip, "127.0.0.1", port := free_port()):
        posting = asyncio.to_thread(deliver, NEWS, {"url": f"http://127.0.0.1:{port}/", "timeout": 0.5})
        (failed,) = await asyncio.gather(posting, return_exceptions=True)
        await dripped.wait()
    assert (failed is None) is taken, failed


async def test_nobody_there() -> None:
    with pytest.raises(DeliveryFailed, match="refused"):
        await asyncio.to_thread(deliver, NEWS, {"url": f"http://127.0.0.1:{free_port()}/"})


async def test_the_agent_posts_an_incident_and_tries_again_until_it_is_taken(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WAITS", (0.2,))
    monkeypatch.setattr(outgoing, "LOOK_EVERY", 0.2)
    receiver.status = 503
    async with staged(tmp_path) as stage:
        with stage.workspace.site_yaml.open("a", encoding="utf-8") as file:
            file.write(f"\nnotify: {{to: noc, by: webhook}}\nwebhook: {{url: '{receiver.url}'}}\n")
            file.write("contacts: {noc: {email: noc@example.org}}\n")
        async with running(stage.load()) as agent:
            await until(lambda: agent.runtime.counters.value("polls.done") >= 16)
            stage.site.fail_pri("gw-1")
            await until(lambda: receiver.refused > 1, 30)
            receiver.status = 200
            await until(lambda: bool(receiver.taken), 30)
            document = receiver.taken[0][2]
            assert (document["why"], document["incident"]["number"]) == ("opened", "INC-000001")
            await until(lambda: agent.runtime.counters.value("notifications.sent") >= 1)
