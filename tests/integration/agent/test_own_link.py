"""The running agent in a namespace of its own: what its link, its next hop and several silent components mean.

Behind a veth pair stands another namespace, which is the next hop and has the components' addresses.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.agent.api import AgentApi
from tests.lab.agent.picture import Picture
from tests.lab.agent.process import AgentProcess
from tests.lab.agent.workspace import Workspace

pytestmark = pytest.mark.root

OWN, FAR = f"own{os.getpid()}", f"far{os.getpid()}"
HOP = "10.99.0.1"
DEVICES = {f"dev-{number}": f"10.99.1.{number}" for number in (1, 2, 3)}


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def far(*words: str) -> None:
    ip("-n", FAR, *words)


@pytest.fixture
def namespaces() -> Iterator[None]:
    """The appliance at 10.99.0.2 behind `up0`, and the far side with everything else."""
    for name in (OWN, FAR):
        ip("netns", "add", name)
    try:
        ip("-n", OWN, "link", "add", "up0", "type", "veth", "peer", "name", "down0", "netns", FAR)
        for name, link, address in ((OWN, "up0", "10.99.0.2/24"), (FAR, "down0", f"{HOP}/24")):
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", link, "up")
            ip("-n", name, "address", "add", address, "dev", link)
        for address in DEVICES.values():
            far("address", "add", f"{address}/32", "dev", "lo")
        ip("-n", OWN, "route", "add", "default", "via", HOP)
        opened = "echo 0 2147483647 > /proc/sys/net/ipv4/ping_group_range"
        ip("netns", "exec", OWN, "sh", "-c", opened)
        yield
    finally:
        for name in (OWN, FAR):
            ip("netns", "del", name)


@dataclass(frozen=True, slots=True)
class Watched:
    """The agent in its namespace."""

    api: AgentApi

    async def until(self, seen: Callable[[Picture], bool]) -> Picture:
        """Wait until something is so, and return what there was then."""
        picture = await self.api.picture()
        for _ in range(250):
            if seen(picture := await self.api.picture()):
                return picture
            await asyncio.sleep(0.1)
        events = [(row.state, row.component, row.type) for row in picture.events]
        raise AssertionError(f"not seen: {picture.states()}, {events}")

    async def for_several_polls(self) -> Picture:
        await asyncio.sleep(4)
        return await self.api.picture()


@asynccontextmanager
async def watching(folder: Path, devices: dict[str, str], begin: tuple[str, ...] = ()) -> AsyncIterator[Watched]:
    workspace = Workspace(folder / "agent")
    components = "\n".join(f"  {name}: {{address: {address}, site: lab}}" for name, address in devices.items())
    workspace.write(
        f"""\
appliance: {{name: own-link, secrets: {workspace.secrets}, storage: {{state: {workspace.state}}}}}
api: {{listen: off, socket: {workspace.api_socket}}}
listen: {{traps: off, syslog: off, syslog_tcp: off, syslog_tls: off}}
customer: {{people: 100, sites: 1, components: {len(devices)}}}
sites: {{lab: {{people: 100}}}}
credentials: {{}}
components:
{components}
groups:
  - match: {{name: "*"}}
    set: {{type: reachability, poll: {{every: 1s, timeout: 200ms, retries: 0}}}}
""",
        {},
    )
    async with AgentProcess(workspace, ("ip", "netns", "exec", OWN, *begin)), AgentApi(workspace.api_socket) as api:
        yield Watched(api)


def up(picture: Picture) -> bool:
    return set(picture.states().values()) == {"up"}


def raised(picture: Picture) -> set[tuple[str, str]]:
    """What was raised about components, and about the appliance's own link."""
    kinds = ("component.", "management.", "appliance.")
    return {(row.component, row.type) for row in picture.events if row.state == "raise" and row.type.startswith(kinds)}


def hop_and_components_gone() -> None:
    far("address", "flush", "dev", "lo")
    far("address", "flush", "dev", "down0")


def all_components_back() -> None:
    far("address", "replace", f"{HOP}/24", "dev", "down0")
    for address in DEVICES.values():
        far("address", "replace", f"{address}/32", "dev", "lo")


CUTS = {
    "no route": lambda: ip("-n", OWN, "route", "del", "default"),
    "no carrier": lambda: far("link", "set", "down0", "down"),
    "no address": lambda: ip("-n", OWN, "address", "flush", "dev", "up0"),
    "all silent with the next hop": hop_and_components_gone,
}


@pytest.mark.parametrize(
    ("cut", "at_boot"),
    [
        *((cut, False) for cut in CUTS),
        *(pytest.param(cut, True, marks=pytest.mark.long if place else ()) for place, cut in enumerate(CUTS)),
    ],
)
async def test_an_appliance_that_is_cut_off_calls_no_component_down(
    tmp_path: Path, namespaces: None, cut: str, *, at_boot: bool
) -> None:
    if at_boot:
        CUTS[cut]()
    async with watching(tmp_path, DEVICES) as agent:
        if not at_boot:
            await agent.until(up)
            CUTS[cut]()
        await agent.until(lambda seen: ("", "appliance.isolated") in raised(seen))
        picture = await agent.for_several_polls()
        assert raised(picture) == {("", "appliance.isolated")}
        assert set(picture.states().values()) <= {"unknown", "unreachable"}
        far("link", "set", "down0", "up")
        ip("-n", OWN, "address", "replace", "10.99.0.2/24", "dev", "up0")
        all_components_back()
        ip("-n", OWN, "route", "replace", "default", "via", HOP)
        await agent.until(up)


async def test_a_lone_silent_component_is_down_while_link_and_next_hop_live(tmp_path: Path, namespaces: None) -> None:
    async with watching(tmp_path, {"dev-1": DEVICES["dev-1"]}) as agent:
        await agent.until(up)
        far("address", "del", f"{DEVICES['dev-1']}/32", "dev", "lo")
        picture = await agent.until(lambda seen: seen.states()["dev-1"] == "down")
        assert raised(picture) == {("dev-1", "component.down")}


OTHER_SYS = (
    "sh",
    "-c",
    'mount -t tmpfs none /sys && mkdir -p /sys/class/net/up0 && echo 0 > /sys/class/net/up0/carrier && exec "$0" "$@"',
)
"""As in a container whose /sys is another namespace's: an interface of the same name there has no cable."""
NO_SYS = ("sh", "-c", 'mount -t tmpfs none /sys && exec "$0" "$@"')


@pytest.mark.parametrize(
    "begin",
    [pytest.param(OTHER_SYS, id="another namespace's"), pytest.param(NO_SYS, id="none", marks=pytest.mark.long)],
)
async def test_what_sys_shows_or_does_not_show_of_a_link_is_no_proof(
    tmp_path: Path, namespaces: None, begin: tuple[str, ...]
) -> None:
    async with watching(tmp_path, DEVICES, begin) as agent:
        await agent.until(up)
        far("address", "del", f"{DEVICES['dev-1']}/32", "dev", "lo")
        picture = await agent.until(lambda seen: seen.states()["dev-1"] == "down")
        assert raised(picture) == {("dev-1", "component.down")}
        far("link", "set", "down0", "down")
        picture = await agent.until(lambda seen: ("", "appliance.isolated") in raised(seen))
        assert [row.text for row in picture.events if row.type == "appliance.isolated"] == [
            "appliance isolated: no link on up0"
        ]


async def test_all_components_silent_behind_a_next_hop_that_answers_are_down(tmp_path: Path, namespaces: None) -> None:
    async with watching(tmp_path, DEVICES) as agent:
        await agent.until(up)
        far("address", "flush", "dev", "lo")
        picture = await agent.until(lambda seen: set(seen.states().values()) == {"down"})
        assert ("", "appliance.isolated") not in raised(picture)
