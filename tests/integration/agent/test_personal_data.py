"""A telephone number and a user name, planted in messages: on the site they are shown, and nowhere that leaves it."""

import json
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from cmsp_agent.app.agent import running
from cmsp_agent.services.notify import notifier
from cmsp_agent.storage.tables import audit
from tests.integration.agent.stage import APPLIANCE, staged
from tests.integration.agent.test_lifecycle import polled, until
from tests.integration.agent.test_support import command, contents
from tests.integration.notify.test_mails import Mailbox, mailbox, text_of
from tests.integration.notify.test_webhook import Receiver, receiver
from tests.lab.site.notices import SyslogLine

__all__ = ["mailbox", "receiver"]

WHO = "urn:cmsp:appliance"
SECRET = "canary-2718"
NUMBER, NAME, PERSON = "+33142009917", "jc.vandermolen", "Clothilde Ducasse"
LINES = (
    SyslogLine("SIP-3-REG_INTERNAL", f"Registration failed. Tenant=3;Number={NUMBER};registrar=sip:{NUMBER}@sbc.lab"),
    SyslogLine("SEC_LOGIN-4-LOGIN_FAILED", f"Login failed [user: {NAME}] [Source: 192.0.2.7] [localport: 22]"),
    SyslogLine("PARSER-5-CFGLOG_LOGGEDCMD", f"User:kim  logged command:snmp-server community {SECRET} RO"),
    SyslogLine("SYS-5-CONFIG_I", f"Configured from console by {NAME}"),
    SyslogLine("APP-2-LOST", f"ephone-1 name {PERSON}: SEP0018BAC8D2E1 is lost"),
    SyslogLine("APP-2-BROKEN", f"call from calling party {NUMBER} of user '{NAME}' was lost"),
)


async def test_what_leaves_the_site_names_nobody(
    tmp_path: Path,
    mailbox: tuple[Mailbox, Controller],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(notifier, "SETTLE", 0.1)
    box, controller = mailbox
    async with staged(tmp_path) as stage:
        stage.rewrite("api: {", f"api: {{roles: {{'{WHO}:noc': observer, '{WHO}:lead': engineer}}, ")
        with stage.workspace.site_yaml.open("a", encoding="utf-8") as file:
            file.write(
                f"\nnotify: [{{to: [duty@example.org], by: [smtp, webhook]}}]\nwebhook: {{url: '{receiver.url}'}}\n"
                f"smtp: {{host: 127.0.0.1, port: {controller.port}, from: cmsp@example.org, tls: none}}\n"
            )
        async with running(stage.load()) as agent:
            await until(polled(agent, 8))
            for line in LINES:
                stage.site["gw-1"].emitter.log(line)
            store = stage.headend.store
            await until(lambda: len(box.mails) > 0 and len(receiver.taken) > 0, 30)
            await until(lambda: len(store.records(APPLIANCE, "cmsp.incident.v1")) > 0)
            await until(lambda: sum("<masked>" in json.dumps(each.data) for each in store.records(APPLIANCE)) >= 6)
            socket = ("--socket", str(stage.workspace.api_socket))
            caller = stage.headend.client("noc")
            files = ("--cert", str(caller.certificate), "--key", str(caller.key))
            url = ("--url", f"https://127.0.0.1:{agent.api.server.port}", "--ca", str(stage.headend.authority.path))
            lists = (("incident", "list"), ("alarm", "list"), ("events",))
            here = "\n".join([(await command(*socket, *kind, "--json"))[1] for kind in lists])
            afar = [(await command(*url, *files, *kind, "--json"))[1] for kind in lists]
            afar.append((await command(*url, *files, "component", "show", "gw-1", "--json"))[1])
            shown = json.loads((await command(*socket, "events", "--json"))[1])["items"]
            raw = [(await command(*socket, "event", "show", each["id"], "--raw"))[1] for each in shown]
            lead = stage.headend.client("lead")
            as_lead = ("--cert", str(lead.certificate), "--key", str(lead.key))
            said = next(each["id"] for each in shown if each["type"] == "command.logged")
            by_role = [await command(*url, *who, "event", "show", said, "--raw") for who in (files, as_lead)]
            audited = [str(entry) for _, entry in await agent.runtime.state.read(audit.page)]
            bundle = tmp_path / "bundle.tar.gz"
            assert (await command(*socket, "support-bundle", "-o", str(bundle)))[0] == 0
        left = {
            "records": [json.dumps(each.data) + each.source for each in store.records(APPLIANCE)],
            "mails": [text_of(each) for each in box.mails],
            "posts": [json.dumps(body) for _, _, body in receiver.taken],
            "answers": afar,
            "bundle": list(contents(bundle.read_bytes()).values()),
        }
        assert [word in here for word in (NUMBER, NAME, PERSON, SECRET)] == [True, True, True, False]
        assert [sum(word in text for text in raw) for word in (NUMBER, NAME, PERSON, SECRET)] == [2, 3, 1, 1]
        assert [(code, SECRET in text) for code, text, _ in by_role] == [(3, False), (0, True)]
        assert any("/raw" in entry and "lead" in entry and "shown" in entry for entry in audited)
        left["audit"], left["log"] = audited, [caplog.text]
        left["state"] = [path.read_bytes().decode("latin-1") for path in files_of(stage.workspace.state)]
        assert any("SIP registration of sip:<masked>@sbc.lab fails" in text for text in left["mails"])
        named = [
            (way, text[max(0, text.find(word) - 60) :][:100])
            for way, texts in left.items()
            for word in (NUMBER, NAME, PERSON, SECRET)
            for text in texts
            if word in text and (way, word) not in {("state", NUMBER), ("state", NAME), ("state", PERSON)}
        ]
        assert named == []


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]
