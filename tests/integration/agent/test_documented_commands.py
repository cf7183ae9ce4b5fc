"""Every command of README, documents and manual is carried out on the running agent, or stands here with the reason."""

import shlex
from pathlib import Path

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import held, up
from tests.integration.agent.test_lifecycle import until
from tests.integration.agent.test_status import reported
from tests.unit.test_samples import CALLS

INSTEAD = {"gw-paris-1": "gw-1", "/etc/cmsp-agent/site.yaml": "SITE", "site.yaml": "SITE"}
"""What the documents call otherwise than the site of the tests."""
ELSEWHERE = {
    "plugin": "tests/integration/plugins and tests/unit/cli: it needs a project of its own",
    "backup": "tests/integration/agent/test_backup_storage.py and tests/integration/backups: keys and storages",
    "secret": "tests/integration/cli: it reads the secret from a terminal",
    "enrol": "it calls a head-end that admits appliances",
    "support-bundle": "tests/integration/agent/test_support.py",
    "--url": "it calls another machine by mutual TLS: tests/integration/api",
    "diagnose": "tests/integration/agent/test_diagnostics.py",
    "discover": "tests/integration/devices/test_discovery.py: it needs a network of its own",
    "config history": "it needs versions that the head-end sent",
    "config diff": "it needs versions that the head-end sent",
    "run": "the agent itself: every test of this folder",
}
"""The beginning of a command → where it is carried out, or why it can't be here."""
DEGRADED = ("status", "doctor")
"""Commands that end with 1 where anything is wrong, as it is here: no backup was taken yet."""


def elsewhere(call: str) -> str:
    words = call.removeprefix("cmsp-agent ")
    return next((why for start, why in ELSEWHERE.items() if f"{words} ".startswith(f"{start} ")), "")


async def test_each_command_of_the_documents(tmp_path: Path) -> None:
    here = sorted({call for _, call in CALLS if not elsewhere(call) and "--follow" not in call})
    assert len(here) >= 7, here
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            await stage.site["gw-3"].die()
            await until(lambda: ("gw-3", "component.down", False) in held(agent), 30)
            [incident] = [each.number for each in agent.events.service.alarm_state.incidents.values()]
            site = str(stage.workspace.site_yaml)
            for call in here:
                words = [INSTEAD.get(word, word) for word in shlex.split(call)[1:]]
                words = [site if word == "SITE" else incident if word.startswith("INC-") else word for word in words]
                if words in (["config", "check"], ["config", "show", "--running"]):
                    words.append(site)
                code, said = await reported(stage, *words, errors=True)
                allowed = {0, 1} if words[0] in DEGRADED else {0}
                assert code in allowed, f"{call}: {code}: {said[-500:]}"
                assert said.strip(), call
                assert "please report" not in said, call
