"""Thousands of open incidents at a site: what the next fault costs the whole agent does not grow with them."""

import asyncio
import sys
from collections.abc import Awaitable
from pathlib import Path

import pytest

from tests.simulation.test_odd_order import lines, on_site
from tests.simulation.world import World

FAULTS = 50
BGP = "BGP-5-ADJCHANGE"


async def peers(world: World, first: int, count: int, word: str, pause: float) -> None:
    """Neighbours of a gateway go down or come up, each a fault of its own."""
    for place in range(first, first + count):
        peer = f"10.{place // 62_500}.{place // 250 % 250}.{place % 250}"
        lines(world, "gw-1", (place, BGP, f"neighbor {peer} {word}"))
        await asyncio.sleep(pause)


async def cost(world: World) -> float:
    """How many functions the agent calls for one fault and its end: its cost, whatever else the machine does."""
    made = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    async def calls(play: Awaitable[None]) -> int:
        nonlocal made
        made = 0
        sys.setprofile(count)
        try:
            await play
        finally:
            sys.setprofile(None)
        return made

    async def faults() -> None:
        await peers(world, 50_000, FAULTS, "Down Peer closed", 0.5)
        await peers(world, 50_000, FAULTS, "Up", 0.5)

    idle = await calls(asyncio.sleep(FAULTS))
    return (await calls(faults()) - idle) / FAULTS


@pytest.mark.long
def test_what_a_fault_costs_the_agent_does_not_grow_with_the_incidents_that_are_open(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        costs, known = {}, 0
        for open_ in (0, 3_000, 10_000):
            await peers(world, known, open_ - known, "Down Peer closed", 0.02)
            known = open_
            await asyncio.sleep(400)
            costs[open_] = await cost(world)
            state = world.agent.events.service.alarm_state
            assert sum(one.state.open for one in state.incidents.values()) == open_
        assert costs[10_000] < 1.3 * costs[3_000], costs

    on_site(tmp_path, play)
