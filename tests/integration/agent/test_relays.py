"""The running agent behind a relay that the file names by its host name: whose messages are whose."""

import socket
from pathlib import Path

from cmsp_agent.app.agent import running
from tests.integration.agent.stage import staged
from tests.integration.agent.test_causes import agreed, held, up
from tests.integration.agent.test_lifecycle import until


def line(host: str) -> bytes:
    return f"<187>Nov 27 08:00:00 {host} 7: %LINK-3-UPDOWN: Interface Tunnel7, changed state to down".encode()


async def test_a_relay_by_host_name_names_components_and_a_stranger_names_nobody(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        site_file = stage.workspace.site_yaml
        site_file.write_text(site_file.read_text(encoding="utf-8") + "relays: [localhost]\n", encoding="utf-8")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            facts = agent.devices.devices.facts("gw-2")
            assert facts is not None
            assert facts.sys_name
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.bind(("127.0.0.99", 0))
                stranger.sendto(line("gw-1"), ("127.0.0.1", stage.ports.syslog))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as relay:
                relay.bind(("127.0.0.1", 0))
                for host in (facts.sys_name.upper(), "gw-3.example.com", "nobody"):
                    relay.sendto(line(host), ("127.0.0.1", stage.ports.syslog))
            await until(lambda: len(held(agent)) >= 2)
            assert held(agent) == {("gw-2", "link.down", False), ("gw-3", "link.down", False)}
            assert {each.address for each in agent.devices.senders.unknown()} == {"127.0.0.1", "127.0.0.99"}
            await agreed(stage, agent)
