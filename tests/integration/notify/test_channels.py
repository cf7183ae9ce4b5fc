"""Channels of plugins from outside the tree: one works, one raises, one hangs; each costs itself alone."""

import json
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from cmsp_agent.app.agent import running
from cmsp_agent.services.notify import handing_over, notifier, outgoing
from tests.integration.agent.stage import staged
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_support import command
from tests.integration.notify.test_mails import Mailbox, mailbox, subject_of

__all__ = ["mailbox"]

BROKEN = {"hangs", "broken", "gone"}
OUTSIDE = """
import json, threading
from pathlib import Path
from cmsp_agent.plugin.api import DeliveryFailed, NotificationChannel, hook
API_VERSION = 1

def page(delivery, settings):
    if settings["token"].reveal() != "canary-2718":
        raise DeliveryFailed("the pager refuses us")
    said = {"subject": delivery.subject, "number": delivery.document["incident"]["number"], "level": settings["level"]}
    with Path(settings["file"]).open("a") as file:
        file.write(json.dumps(said) + chr(10))

def broken(delivery, settings):
    raise SystemExit("canary-in-an-error")

def hangs(delivery, settings):
    threading.Event().wait(float(settings["for"]))

@hook
def notification_channels():
    return [NotificationChannel("acme_pager", page, needs=("file", "token")), NotificationChannel("broken", broken),
            NotificationChannel("hangs", hangs), NotificationChannel("smtp", page), "no channel"]
"""


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A distribution beside the product's own, as root would install it."""
    folder = tmp_path / "outside"
    info = folder / "acme_pager-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_pager.py").write_text(OUTSIDE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-pager\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[cmsp_agent.plugins]\nacme_pager = acme_pager\n")
    sys.path.insert(0, str(folder))
    assert any(each.metadata["Name"] == "acme-pager" for each in metadata.distributions())
    yield folder
    sys.path.remove(str(folder))
    sys.modules.pop("acme_pager", None)


async def test_a_channel_from_outside_works_and_a_broken_one_costs_itself_only(
    outside: Path, tmp_path: Path, mailbox: tuple[Mailbox, Controller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifier, "SETTLE", 0.1)
    monkeypatch.setattr(outgoing, "WAITS", (0.2,))
    monkeypatch.setattr(outgoing, "LOOK_EVERY", 0.2)
    monkeypatch.setattr(handing_over, "BEYOND_THE_TIMEOUT", 0.1)
    box, controller = mailbox
    pages = tmp_path / "pages"
    async with staged(tmp_path) as stage:
        (stage.workspace.secrets / "pager").touch(0o600)
        (stage.workspace.secrets / "pager").write_text("canary-2718", encoding="utf-8")
        with stage.workspace.site_yaml.open("a", encoding="utf-8") as file:
            file.write(
                "\nnotify: [{to: [duty@example.org], by: [hangs, broken, acme_pager, smtp, gone]}]\n"
                f"smtp: {{host: 127.0.0.1, port: {controller.port}, from: cmsp@example.org, tls: none}}\n"
                f"channels: {{hangs: {{for: 2, timeout: 0.2}}, acme_pager: "
                f"{{file: '{pages}', level: 3, token: !secret pager}}}}\n"
            )
        async with running(stage.load()) as agent:
            held = agent.events.service.alarm_state.active
            await until(lambda: agent.runtime.counters.value("polls.done") >= 16)
            stage.site.fail_pri("gw-1")
            await until(lambda: pages.exists() and len(box.mails) > 0, 30)
            await until(lambda: {key.object for key in held if key.type == "notification.failed"} == BROKEN, 30)
            said = json.loads(pages.read_text().splitlines()[0])
            assert (said["number"], said["level"]) == ("INC-000001", 3)
            assert said["subject"] == subject_of(box.mails[0])
            socket = ("--socket", str(stage.workspace.api_socket))
            shown = "".join([(await command(*socket, *words))[1] for words in (("alarm", "list"), ("plugin", "list"))])
            assert "acme_pager" in shown
            assert agent.runtime.counters.value("plugins.failed", "acme_pager") > 0
        assert "canary" not in shown
