"""Components that the file calls otherwise, at a reload or while the agent is off, and two that swap their names."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from cmsp_agent.app.loading import load
from cmsp_agent.model.errors import Conflict
from cmsp_agent.services.backups.restore_order import RestoreOrder
from cmsp_agent.services.backups.service import RUNNING
from tests.lab.site.happenings import Happening
from tests.lab.site.notices import number
from tests.simulation.agreement import disagreements
from tests.simulation.test_ends import BGP, FAN_STATE, reported
from tests.simulation.test_odd_order import POLLS, held, last_incidents, lines, on_site
from tests.simulation.world import World

Names = Mapping[str, str]
RENAMED: Names = {"gw-1": "gw-paris"}
SWAPPED: Names = {"gw-1": "gw-3", "gw-3": "gw-1"}
PASSED_ON: Names = {"gw-1": "gw-3", "gw-3": "gw-lille"}


async def edit(world: World, moves: Names, *, off: bool) -> None:
    """Call components otherwise, in the file."""
    if off:
        await world.stop()
    text = world.workspace.site_yaml.read_text("utf-8")
    for old in moves:
        text = text.replace(f"  {old}:", f"  <{old}>:").replace(f"parent: {old}", f"parent: <{old}>")
    for old, new in moves.items():
        text = text.replace(f"<{old}>", new)
    world.workspace.site_yaml.write_text(text, "utf-8")
    if off:
        await world.start()
        return
    assert world.agent is not None
    await world.agent.use(load(world.workspace.site_yaml, environment={}))


async def stored_versions_name_their_device(world: World) -> None:
    """A version of the device that had the name is not put on the one that has it now, nor compared without a word."""
    assert world.agent is not None
    backups, restores = world.agent.backups.backups, world.agent.backups.restores
    of_two = "! of two devices: the older one has serial number FDO2400A001, the newer one FCZ1900A003\n"
    assert (await backups.difference("gw-1", RUNNING, "latest")).startswith(of_two)
    plan = await restores.plan(RestoreOrder("gw-1", "latest", "noc"))
    assert "FDO2400A001, and gw-1 is the device with serial number FCZ1900A003 now" in plan.other_device
    with pytest.raises(Conflict, match="--other-device"):
        await restores.run(RestoreOrder("gw-1", "latest", "noc", plan.fingerprint, merge=True), lambda *_: None)


@pytest.mark.parametrize(
    ("moves", "off"),
    [
        (RENAMED, True),
        (SWAPPED, False),
        (SWAPPED, True),
        *(
            pytest.param(*each, marks=pytest.mark.long)
            for each in ((RENAMED, False), (PASSED_ON, False), (PASSED_ON, True))
        ),
    ],
)
def test_what_messages_alone_reported_holds_under_the_name_that_the_device_has_now(
    tmp_path: Path, moves: Names, off: bool
) -> None:
    def now(name: str) -> str:
        return moves.get(name, name)

    async def play(world: World) -> None:
        assert world.agent is not None
        await world.agent.backups.backups.run("gw-1", "demand")
        lines(world, "gw-1", (901, BGP, "neighbor 10.1.2.3 Down Peer closed"), (902, BGP, "neighbor 10.1.2.7 Down"))
        lines(world, "gw-3", (101, BGP, "neighbor 10.1.2.9 Down Peer closed"), (102, BGP, "neighbor 10.1.2.7 Down"))
        world.site.devices["gw-1"].happen(Happening({FAN_STATE: number(3)}))
        await asyncio.sleep(POLLS / 5)
        await edit(world, moves, off=off)
        await asyncio.sleep(POLLS / 5)
        if moves == SWAPPED:
            await stored_versions_name_their_device(world)
        by_messages = {("gw-1", "10.1.2.3"), ("gw-1", "10.1.2.7"), ("gw-3", "10.1.2.9"), ("gw-3", "10.1.2.7")}
        still = {(now(name), "bgp.peer.down", peer) for name, peer in by_messages}
        assert held(world) == {*still, (now("gw-1"), "env.fan", "Fan 1")}
        assert disagreements(world) == []
        assert {each["restored_at"] for each in last_incidents(world).values()} == {None}
        await world.stop()
        await world.start()  # it is renamed once
        await asyncio.sleep(POLLS / 5)
        assert held(world) == {*still, (now("gw-1"), "env.fan", "Fan 1")}
        lines(world, "gw-1", (903, BGP, "neighbor 10.1.2.3 Up"), (904, BGP, "neighbor 10.1.2.7 Up"))
        lines(world, "gw-3", (103, BGP, "neighbor 10.1.2.9 Up"))
        world.site.devices["gw-1"].happen(Happening({FAN_STATE: number(1)}))
        await asyncio.sleep(POLLS / 5)
        assert held(world) == {(now("gw-3"), "bgp.peer.down", "10.1.2.7")}
        assert last_incidents(world)[f"{now('gw-1')}: BGP neighbour 10.1.2.3 is down"]["state"] == "restored"
        said = {each["type"] for name in {"gw-1", "gw-3", *moves.values()} for each in reported(world, name)}
        assert said == {"bgp.peer.down", "env.fan"}

    on_site(tmp_path, play)
