"""The running agent in a namespace without any route: isolated at its boot, and nobody is called down."""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.agent.stage import staged
from tests.lab.agent.api import AgentApi
from tests.lab.agent.process import AgentProcess

NETNS = f"isolated{os.getpid()}"


@pytest.fixture
def namespace() -> Iterator[str]:
    """A network namespace in which not even loopback is up."""
    subprocess.run(["ip", "netns", "add", NETNS], check=True)
    try:
        yield NETNS
    finally:
        subprocess.run(["ip", "netns", "del", NETNS], check=True)


async def polls_done(agent: AgentApi) -> int:
    """How many polls the agent has made."""
    found = re.search(r"^cmsp_polls_done_total (\d+)", await agent.text("/v1/metrics"), re.MULTILINE)
    return int(found.group(1)) if found else 0


@pytest.mark.root
async def test_a_boot_without_a_route_is_one_event_and_no_component_is_down(tmp_path: Path, namespace: str) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        stage.workspace.site_yaml.write_text(
            stage.workspace.site_yaml.read_text(encoding="utf-8").replace(
                'listen: "127.0.0.1:0", tls', "listen: off, tls"
            ),
            encoding="utf-8",
        )
        process = AgentProcess(stage.workspace, ("ip", "netns", "exec", namespace))
        async with process, AgentApi(stage.workspace.api_socket) as agent:
            async with asyncio.timeout(30):
                while await polls_done(agent) < 5 * len(stage.site.devices):  # noqa: ASYNC110 - another process counts them
                    await asyncio.sleep(0.2)
            seen = await agent.picture()
            types = {row.type for row in seen.events if row.component == "" and row.type.startswith("appliance")}
            assert types == {"appliance.isolated"}
            assert not [row for row in seen.events if row.type == "component.down"]
            assert set(seen.states().values()) == {"unknown"}
