"""A week of the built-in site: when which fault begins and ends, when the link is cut and the agent restarted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

from tests.lab.site import happenings
from tests.lab.site.happenings import FIRST_PRI, SECOND_PRI, Happening, Pri
from tests.lab.site.snmp_agent import SnmpFault
from tests.simulation.world import World

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
WEEK = 7 * DAY
FIRST_AFTER = 30 * MINUTE
"""Seconds in which the agent gets to know the site."""
SHORTEST, LONGEST = 25 * MINUTE, 90 * MINUTE
CALM = 45 * MINUTE
"""Seconds between two faults of a branch: an incident is resolved 10 minutes after its end."""

Act = Callable[[World, bool], Awaitable[None]]
"""Begin the fault (True) or end it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault.

    Attributes:
        component: what it befalls.
        alarm: the type of alarm that it must raise, once, and clear, once.
    """

    component: str
    alarm: str
    act: Act


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault with its time, in seconds since the start."""

    kind: Kind
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens in the week."""

    faults: Sequence[Fault]
    outages: Sequence[tuple[float, float]]
    restart: float
    power_cut: float
    reload: float


def reported(component: str, alarm: str, make: Callable[[bool], Happening]) -> Kind:
    """A fault that the device reports, and that polls see as well."""

    async def act(world: World, begins: bool) -> None:
        world.site.devices[component].happen(make(begins))

    return Kind(component, alarm, act)


def dead(component: str) -> Kind:
    """The device loses power."""

    async def act(world: World, begins: bool) -> None:
        await (world.site.kill(component) if begins else world.site.revive(component))

    return Kind(component, "component.down", act)


def mute(component: str) -> Kind:
    """The device answers no SNMP any more, but goes on."""

    async def act(world: World, begins: bool) -> None:
        world.site.devices[component].snmp.fault = SnmpFault.SILENT if begins else SnmpFault.NONE

    return Kind(component, "management.lost", act)


def line(component: str, pri: Pri) -> Kind:
    """Layer 2 of a PRI."""
    return reported(component, "isdn.layer2.down", lambda begins: happenings.pri_layer2(pri, up=not begins))


def port(component: str, index: int, name: str) -> Kind:
    """An Ethernet port."""
    return reported(component, "link.down", lambda begins: happenings.interface(index, name, up=not begins))


BRANCHES: Sequence[Sequence[Kind]] = (
    [line("gw-1", FIRST_PRI), line("gw-1", SECOND_PRI), dead("gw-1"), dead("sw-1"), dead("vg-1"), mute("gw-1"),
     mute("vg-1"), reported("ups-1", "ups.on_battery", happenings.on_battery)],
    [port("gw-2", 2, "GigabitEthernet0/0/1"), dead("gw-2"), mute("gw-2")],
    [dead("sbc-1"), mute("sbc-1"), port("sbc-1", 2, "s0p0")],
    [line("gw-3", FIRST_PRI), line("gw-3", SECOND_PRI), dead("gw-3"), mute("gw-3")],
    [dead("ata-1")],
)  # fmt: skip
"""Kinds of faults, by the branch of the site that they hide: one fault at a time in each branch."""


def planned(random: Random, faults: int = 200, length: float = WEEK) -> Plan:
    """A plan: the faults of a branch follow each other, those of different branches overlap as it happens."""
    chosen: list[Fault] = []
    each = faults // len(BRANCHES)
    slot = (length - FIRST_AFTER - HOUR) / each
    for kinds in BRANCHES:
        for number in range(each):
            lasts = random.uniform(SHORTEST, min(LONGEST, slot - CALM - MINUTE))
            begins = FIRST_AFTER + number * slot + random.uniform(0, slot - CALM - lasts)
            chosen.append(Fault(random.choice(kinds), begins, begins + lasts))
    thirds = [length * (number + random.uniform(0.1, 0.6)) / 3 for number in range(3)]
    outages = [(begins, begins + random.uniform(0.1, 0.3) * length / 3) for begins in thirds]
    return Plan(chosen, outages, length * random.uniform(0.2, 0.45), length * random.uniform(0.55, 0.8), length / 10)


async def play(world: World, plan: Plan, length: float = WEEK) -> None:
    """Let it all happen."""
    steps: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []

    def at(when: float, step: Callable[[], Awaitable[None]]) -> None:
        steps.append((when, len(steps), step))

    async def link(up: bool) -> None:
        world.headend.connected = up

    async def restart() -> None:
        await world.stop()
        await asyncio.sleep(MINUTE / 2)
        await world.start()

    async def power_cut() -> None:
        await world.lose_power()
        await asyncio.sleep(MINUTE)
        await world.start()

    async def reload() -> None:
        assert world.agent is not None
        await world.agent.reload()

    for fault in plan.faults:
        at(fault.begins, lambda fault=fault: fault.kind.act(world, True))  # type: ignore[misc]
        at(fault.ends, lambda fault=fault: fault.kind.act(world, False))  # type: ignore[misc]
    for begins, ends in plan.outages:
        at(begins, lambda: link(False))
        at(ends, lambda: link(True))
    at(plan.restart, restart)
    at(plan.power_cut, power_cut)
    at(plan.reload, reload)
    started = world.loop.time()
    for when, _, step in sorted(steps, key=lambda one: one[:2]):
        await asyncio.sleep(started + when - world.loop.time())
        await step()
    await asyncio.sleep(started + length - world.loop.time())
