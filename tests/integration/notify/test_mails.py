"""Notifications against a real mail server: taken, refused, away, slow; nothing is lost, nothing is sent twice."""

import asyncio
import threading
from collections.abc import AsyncIterator
from email import message_from_string
from email.policy import default
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from cmsp_agent.app.agent import running
from cmsp_agent.model.secret import Secret
from cmsp_agent.plugin.api import ChannelSettings, Delivery, DeliveryFailed
from cmsp_agent.services.notify import outgoing
from cmsp_plugins.smtp.plugin import deliver
from tests.integration.agent.stage import staged
from tests.integration.agent.test_lifecycle import until
from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import Workspace
from tests.lab.ports import free_port

CANARY = Secret("mail", lambda: "canary-3141")
MAIL = Delivery("a", ("duty@example.org",), "[P1] INC-1 opened: gw-1 is down", "What: gw-1\nÄther\n", {}, "b", 0)


def access(port: int, tls: str = "none", **more: str | float | Secret) -> ChannelSettings:
    return {"host": "127.0.0.1", "port": port, "from": "cmsp@x", "tls": tls, **more}


class Mailbox:
    """Keeps what it is handed, or refuses it."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.answer = "250 taken"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.mails.append(envelope)
        return self.answer


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, Controller]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller
    controller.stop()


def text_of(envelope: Envelope) -> str:
    """The mail as it was sent."""
    content = envelope.content or b""
    return content if isinstance(content, str) else content.decode()


def subject_of(envelope: Envelope) -> str:
    """The subject as a person reads it."""
    return str(message_from_string(text_of(envelope), policy=default)["Subject"])


async def test_a_mail_is_handed_in_as_it_is(mailbox: tuple[Mailbox, Controller]) -> None:
    box, controller = mailbox
    await asyncio.to_thread(deliver, MAIL, access(controller.port))
    (taken,) = box.mails
    assert taken.rcpt_tos == ["duty@example.org"]
    text = text_of(taken)
    assert "Auto-Submitted: auto-generated" in text
    assert "In-Reply-To: <incident-b@x>" in text


@pytest.mark.parametrize(("answer", "reported"), [("451 later", "451 later"), ("550 no such user", "550 no such user")])
async def test_what_the_server_refuses_is_reported_in_its_words(
    mailbox: tuple[Mailbox, Controller], answer: str, reported: str
) -> None:
    box, controller = mailbox
    box.answer = answer
    with pytest.raises(DeliveryFailed, match=reported):
        await asyncio.to_thread(deliver, MAIL, access(controller.port))


async def test_a_server_without_the_encryption_that_is_asked_for_gets_nothing(
    mailbox: tuple[Mailbox, Controller],
) -> None:
    box, controller = mailbox
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.to_thread(deliver, MAIL, access(controller.port, "starttls", user="me", password=CANARY))
    assert "canary" not in str(failed.value)
    assert box.mails == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
async def test_a_password_that_is_refused_is_in_no_text() -> None:
    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    controller = Controller(
        Mailbox(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=refuse,
        auth_require_tls=False,
        auth_required=True,
    )
    controller.start()
    login = access(controller.port, user="me", password=CANARY)
    try:
        with pytest.raises(DeliveryFailed, match="refuses our user") as failed:
            await asyncio.to_thread(deliver, MAIL, login)
    finally:
        controller.stop()
    assert "canary" not in repr(failed.value)
    assert LoginPassword is not None


async def test_nobody_there_is_a_failure_and_not_a_hang() -> None:
    with pytest.raises(DeliveryFailed, match="refused"):
        await asyncio.to_thread(deliver, MAIL, access(1, timeout=2.0))


async def test_the_running_agent_tells_of_an_incident_also_when_the_server_was_away(
    tmp_path: Path, mailbox: tuple[Mailbox, Controller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WAITS", (2.0,))
    monkeypatch.setattr(outgoing, "LOOK_EVERY", 1.0)
    box, controller = mailbox
    box.answer = "451 later"
    async with staged(tmp_path) as stage:
        text = stage.workspace.site_yaml.read_text(encoding="utf-8")
        stage.workspace.site_yaml.write_text(
            f"{text}\nnotify: [{{to: [duty@example.org]}}]\n"
            f"smtp: {{host: 127.0.0.1, port: {controller.port}, from: cmsp@example.org, tls: none}}\n",
            encoding="utf-8",
        )
        stage.rewrite("every: 2s", "every: 1s")
        async with running(stage.load()) as agent:
            stage.site.fail_pri("gw-1")
            held = agent.events.service.alarm_state.active
            await until(lambda: any(key.type == "notification.failed" for key in held), 60)
            assert box.mails == []
        box.answer = "250 taken"
        async with running(stage.load()) as agent:
            agent.runtime.counters.add("notifications.sent", 0)
            await until(lambda: len(box.mails) >= 1, 90)
            await until(lambda: any("opened" in subject for subject in map(subject_of, box.mails)), 90)
            subjects = [subject_of(each) for each in box.mails]
            assert sum("opened" in subject for subject in subjects) == 1


class HangingMailbox(Mailbox):
    """Keeps the first mail in hand until the test goes on; whether it was taken nobody learns."""

    def __init__(self) -> None:
        super().__init__()
        self.in_hand, self.go_on = threading.Event(), threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.in_hand.set()
        await asyncio.to_thread(self.go_on.wait, 60)
        return await super().handle_DATA(server, session, envelope) if self.answer else "451 gone"


async def test_an_agent_that_is_killed_while_a_mail_is_in_hand_sends_each_once_after_its_start(tmp_path: Path) -> None:
    box, workspace = HangingMailbox(), Workspace(tmp_path)
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    workspace.write(
        f"appliance: {{name: cut, secrets: {workspace.secrets}, next_hop: 127.0.0.1, storage: {{state: "
        f"{workspace.state}, backups: {workspace.backups}}}}}\napi: {{listen: off, socket: {workspace.api_socket}}}\n"
        "headend: {urls: [], tunnel: external}\nlisten: {traps: off, syslog: off, syslog_tcp: off, syslog_tls: off}\n"
        "sites: {lab: {people: 1}}\ncomponents: {}\nnotify: [{to: [duty@example.org]}]\n"
        f"smtp: {{host: 127.0.0.1, port: {controller.port}, from: cmsp@example.org, tls: none}}\n",
        {},
    )
    try:
        async with AgentProcess(workspace) as agent:
            transport = httpx.AsyncHTTPTransport(uds=str(workspace.api_socket))
            async with httpx.AsyncClient(transport=transport, base_url="http://agent") as http:
                for number in range(3):
                    wish = {"title": f"fault {number}", "components": [], "urgency": "minor"}
                    made = await http.post("/v1/incidents", json=wish, headers={"Idempotency-Key": f"k{number}"})
                    assert made.status_code == 201, made.text
            assert await asyncio.to_thread(box.in_hand.wait, 30)
            await agent.kill()
        box.answer = ""
        box.go_on.set()
        await asyncio.sleep(0.5)
        box.answer = "250 taken"
        async with AgentProcess(workspace):
            await until(lambda: len(box.mails) >= 3, 30)
            await asyncio.sleep(1)
    finally:
        box.go_on.set()
        controller.stop()
    assert sorted(subject_of(each).split(": ")[-1] for each in box.mails) == ["fault 0", "fault 1", "fault 2"]
