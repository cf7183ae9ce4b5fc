"""snmpsim plays recordings of real devices, and a running agent finds out who they are and what they measure."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.test_figures_librenms import close
from tests.conformance.test_sensors_librenms import NOT_OURS, UNITS
from tests.lab.agent.api import AgentApi
from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import Workspace
from tests.lab.snmpsim import INSTALLED, snmpsim

PROGRAM = Path(sys.executable).with_name("cmsp-agent")
ADDRESSES = {
    "ios_ir809": "127.0.88.1",
    "iosxe_c3650": "127.0.88.2",
    "apc_smt750x-nmc2": "127.0.88.3",
    "linux_asterisk-v1": "127.0.88.4",
}
"""Recording → where it is played; the family is what its name begins with."""
SITE = """\
appliance: {{name: played, secrets: {workspace.secrets}, storage: {{state: {workspace.state}}}}}
api: {{listen: off, socket: {workspace.api_socket}}}
listen: {{traps: off, syslog: off, syslog_tcp: off, syslog_tls: off}}
customer: {{people: 10, sites: 1, components: {count}}}
sites: {{lab: {{people: 10}}}}
credentials:
{credentials}
components:
{components}
groups:
  - match: {{name: "*"}}
    set:
      {{poll: {{every: 5s, timeout: 2s}}, reach: {{icmp: false}}, snmp: {{port: {port}}}, services: {{backup: false}}}}
"""
"""No type is written: the agent finds it."""
TYPES = {"ios": "cisco_ios", "iosxe": "cisco_iosxe", "linux": "linux_host"}
"""LibreNMS's os → our device type; what is left is a UPS."""


def slug(recording: str) -> str:
    return recording.replace("_", "-").replace(".", "-")


def written(workspace: Workspace, port: int) -> None:
    entries = [(slug(name), name, address) for name, address in ADDRESSES.items()]
    workspace.write(
        SITE.format(
            workspace=workspace,
            port=port,
            count=len(entries),
            credentials="\n".join(
                f"  {it}: {{snmp: {{version: 2c, community: !secret {it}}}}}" for it, _, _ in entries
            ),
            components="\n".join(
                f"  {it}: {{address: {address}, site: lab, credentials: [{it}]}}" for it, _, address in entries
            ),
        ),
        {it: name for it, name, _ in entries},
    )


def expected(folder: Path, name: str) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """What LibreNMS says of the device and of its sensors."""
    document = json.loads((folder / "data" / f"{name}.json").read_text(encoding="utf-8"))
    system = document["os"]["discovery"]["devices"][0]
    polled = document["os"].get("poller")
    system |= polled["devices"][0] if isinstance(polled, dict) else {}
    return system, (document.get("sensors", {}).get("discovery") or {}).get("sensors", [])


async def inventories(agent: AgentApi, names: list[str]) -> dict[str, Any]:
    """What the agent says of each component, once it has read and measured all of them."""
    async with asyncio.timeout(25):
        while True:
            found = {name: await agent.get(f"/v1/components/{name}") for name in names}
            figures = {name: (await agent.get(f"/v1/components/{name}/kpis"))["items"] for name in names}
            if all(found[name]["inventory"] for name in names) and all(figures.values()):
                return {name: (found[name], figures[name]) for name in names}
            await asyncio.sleep(0.5)


@pytest.mark.skipif(not INSTALLED, reason="needs snmpsim, which `make venv` installs")
@pytest.mark.timeout(90)
async def test_an_agent_knows_the_devices_that_snmpsim_plays(shared: Path, tmp_path: Path) -> None:
    folder, workspace = shared / "testdata" / "librenms" / "devices", Workspace(tmp_path / "agent")
    recordings = [folder / "snmpsim" / f"{name}.snmprec" for name in ADDRESSES]
    async with snmpsim(tmp_path, recordings, tuple(ADDRESSES.values())) as port:
        written(workspace, port)
        async with AgentProcess(workspace), AgentApi(workspace.api_socket) as agent:
            found = await inventories(agent, [slug(name) for name in ADDRESSES])
            said = await identified(ADDRESSES["ios_ir809"], port, "ios_ir809")
    for name in ADDRESSES:
        system, sensors = expected(folder, name)
        component, figures = found[slug(name)]
        inventory, family = component["inventory"], name.split("_")[0]
        assert inventory["device_type"] == TYPES.get(family, "ups")
        assert inventory["sys_object_id"] == system["sysObjectID"].lstrip(".")
        assert (system["version"] or "").endswith(inventory["software"])  # IOS-XE's has the image's name before it
        assert inventory["serial"] == (system["serial"] or "")
        measured = [(each["unit"], each["value"]) for each in figures]
        shown = [it for it in sensors if not it["sensor_oid"].lstrip(".").startswith(tuple(NOT_OURS))]
        wanted = [(UNITS[it["sensor_class"]], it["sensor_current"]) for it in shown if it["sensor_class"] in UNITS]
        assert [it for it in wanted if not any(it[0] == unit and close(it[1], value) for unit, value in measured)] == []
    system, _ = expected(folder, "ios_ir809")
    assert (said["device_type"], said["version"], said["serial"]) == ("cisco_ios", system["version"], system["serial"])


async def identified(address: str, port: int, community: str) -> dict[str, Any]:
    """What `tool identify` prints."""
    command = [str(PROGRAM), "tool", "identify", "--address", address, "--port", str(port)]
    options = ["--community", community, "--timeout", "3", "--json"]
    process = await asyncio.create_subprocess_exec(*command, *options, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    return dict(json.loads(printed))
