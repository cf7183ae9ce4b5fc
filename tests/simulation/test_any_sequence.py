"""Any sequence of faults, outages, edits and reports: the agent holds what is so, and the records agree."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from cmsp_agent.app.loading import load
from cmsp_agent.services.events.alarms_by_hand import AlarmDesk
from cmsp_agent.transports.network import Ways
from tests.lab.site import happenings
from tests.lab.site.happenings import Happening, Pri
from tests.lab.site.notices import number
from tests.simulation.agreement import disagreements
from tests.simulation.test_names import FAN, called, take_out
from tests.simulation.test_odd_order import POLLS, held, on_site
from tests.simulation.world import World

PORTS = {"gw-1": "GigabitEthernet0/0/0", "gw-3": "GigabitEthernet0/0"}
KILLED = ("sw-1", "gw-1", "gw-2", "gw-3", "ata-1")
DAY = 24 * 3_600_000
NOT_COMPARED = ("kpi.threshold", "emergency.lost", "clock.distrusted", "backup.failed")
UP = "up"
Fault = tuple[str, str, str]


@dataclass
class Play:
    """The site as it really is, and what may happen to it.

    Attributes:
        truth: (gateway, part) → what is so.
        slots, moved: where the modules of the gateways are, and by how much their ifIndexes were moved.
        reach: which devices the appliance reaches; its way to them loses this share.
    """

    world: World
    chance: Random
    truth: dict[tuple[str, str], str] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PORTS, "0/1"))
    moved: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PORTS, 0))
    dead: set[str] = field(default_factory=set)
    reach: str = "all"
    lost: float = 0.0

    async def begin(self) -> None:
        """Cut the way to the devices where the play says so."""
        before, lille = self.world.wire.alive, self.world.site.devices["gw-3"].definition.address

        def alive(host: str) -> bool:
            cut = self.reach == "none" or (self.reach == "some" and host != lille)
            return before(host) and (host == "headend" or not (cut or self.chance.random() < self.lost))

        self.world.wire.alive = alive
        self.world.wire.ways = Ways(list, leads_to=lambda _: self.reach != "none", carrier=lambda _: None)
        await self.world.stop()
        await self.world.start()

    def pri(self, name: str, place: int) -> Pri:
        moved = place + self.moved[name]
        return Pri(f"{self.slots[name]}/{place}", 10 + moved, 20 + moved)

    def expected(self) -> set[Fault]:
        """The alarms of what is so."""
        found: set[Fault] = set()
        for (name, part), state in self.truth.items():
            if state == UP:
                continue
            if not part.isdecimal():
                found.add((name, "link.down", PORTS[name]) if part == "port" else (name, "env.fan", "Fan 1"))
                continue
            pri = self.pri(name, int(part))
            found.add((name, "isdn.layer2.down", pri.d_channel))
            if state == "cut":
                line = f"E1 {pri.port}"
                found |= {(name, "ds1.down", line), (name, "link.down", line), (name, "link.down", pri.d_channel)}
        return found

    def happen(self, name: str, happening: Happening) -> None:
        """The device reports all of it, nothing, a part, or in another order."""
        says = [each for each in happening.says if self.chance.random() < self.chance.choice([0.0, 0.5, 1.0, 1.0])]
        self.chance.shuffle(says)
        self.world.site.devices[name].happen(Happening(happening.objects, tuple(says)))

    def change(self, name: str, part: str, state: str) -> None:
        """A part fails, or is well again."""
        up, before = state == UP, self.truth.get((name, part), UP)
        self.truth[name, part] = state
        match part:
            case "port":
                self.happen(name, happenings.interface(1, PORTS[name], up=up))
            case "fan":
                self.happen(name, Happening({f"{FAN}.3.2": number(1 if up else 3)}))
            case _:
                cut = "cut" in (before, state)
                kind = happenings.pri_line if cut else happenings.pri_layer2
                self.happen(name, kind(self.pri(name, int(part)), up=up))

    async def fault(self) -> None:
        name, part = self.chance.choice([*PORTS]), self.chance.choice(["0", "1", "0", "1", "port", "fan"])
        is_up = self.truth.get((name, part), UP) == UP
        self.change(name, part, self.chance.choice(["cut", "deaf"]) if is_up else UP)

    async def kill(self) -> None:
        name = self.chance.choice(KILLED)
        self.dead.add(name)
        await self.world.site.kill(name)

    async def silence(self) -> None:
        """Its management is filtered; what is behind it answers."""
        name = self.chance.choice(["sw-1", "gw-1"])
        self.dead.add(name)
        await self.world.site.devices[name].die()

    async def revive(self) -> None:
        if self.dead:
            name = self.chance.choice(sorted(self.dead))
            self.dead.discard(name)
            await self.world.site.revive(name)

    async def off(self) -> None:
        """Faults begin and end while the agent is off, and a device may be dead when it is back."""
        await self.world.stop()
        for act in (self.fault, self.fault, self.kill)[: self.chance.randrange(4)]:
            await act()
        await asyncio.sleep(self.chance.choice([1, 400, 4_000]))
        await self.world.start()

    async def cut_power(self) -> None:
        await self.world.lose_power()
        await self.world.start()

    async def edit(self) -> None:
        text = self.world.workspace.site_yaml.read_text("utf-8")
        for one, other in (("people: 60,", "people: 61,"), ("people: 80}", "people: 79}")):
            text = text.replace(one, other) if one in text else text.replace(other, one)
        self.world.workspace.site_yaml.write_text(text, "utf-8")
        assert self.world.agent is not None
        await self.world.agent.use(load(self.world.workspace.site_yaml, environment={}))

    async def person(self) -> None:
        assert self.world.agent is not None
        agent = self.world.agent
        held = [each for each in agent.events.service.alarm_state.active.values() if each.component]
        if held:
            desk = AlarmDesk(agent.events.service, agent.runtime.clock, agent.runtime.machine.new_id)
            await desk.clear(self.chance.choice(held).id, "noc", "it is said to be well")

    async def way(self) -> None:
        self.reach = self.chance.choice(["none", "some", "all", "all"])
        self.lost = self.chance.choice([0.0, 0.0, 0.2])

    async def rename(self) -> None:
        name = self.chance.choice([*PORTS])
        self.slots[name] = "0/3" if self.slots[name] == "0/1" else "0/1"
        pris = [self.pri(name, place) for place in (0, 1)]
        names = {pri.controller: f"E1 {pri.port}" for pri in pris} | {pri.channel: pri.d_channel for pri in pris}
        self.world.site.devices[name].happen(called(names))

    async def number_anew(self) -> None:
        name = self.chance.choice([*PORTS])
        device, old, new = self.world.site.devices[name], self.moved[name], 50 - self.moved[name]
        for index in (10, 11, 20, 21):
            for oid, cell in take_out(device, index + old).items():
                device.snmp.walk.set(f"{oid.rpartition('.')[0]}.{index + new}", cell)
        self.moved[name] = new
        device.happen(Happening())

    async def clock(self) -> None:
        self.world.clock._start += self.chance.choice([-3_600_000, 3_600_000, -30_000, 2 * DAY])

    async def all_answer(self) -> None:
        self.reach, self.lost = "all", 0.0
        for name in sorted(self.dead):
            await self.world.site.revive(name)
        for device in self.world.site.devices.values():
            await device.recover(restarted=False)

    def standing(self) -> set[Fault]:
        return {fault for fault in held(self.world) if fault[1] not in NOT_COMPARED}

    def repair(self) -> None:
        for (name, part), state in [*self.truth.items()]:
            if state != UP:
                self.change(name, part, UP)


async def some(play: Play, acts: int) -> None:
    """So many acts, some at once and some far apart."""
    often = [play.fault] * 5 + [play.kill, play.revive, play.revive, play.off, play.edit, play.person, play.way]
    known: list[Callable[[], Awaitable[None]]] = [
        *often, play.silence, play.cut_power, play.rename, play.number_anew, play.clock
    ]  # fmt: skip
    for _ in range(acts):
        await play.chance.choice(known)()
        await asyncio.sleep(play.chance.choice([0.2, 1, 5, 60, 300, 1_000, 2_000]))
        if play.chance.random() < 0.3:
            await asyncio.sleep(3)
            assert disagreements(play.world) == []


@pytest.mark.parametrize(
    ("seed", "acts"), [(3, 6), *(pytest.param(seed, 25, marks=pytest.mark.long) for seed in range(40))]
)
def test_whatever_happens_the_agent_holds_what_is_so_and_its_records_say_so(
    tmp_path: Path, seed: int, acts: int
) -> None:
    async def live(world: World) -> None:
        play = Play(world, Random(seed))
        await play.begin()
        await some(play, acts)
        await play.all_answer()
        await asyncio.sleep(1.6 * POLLS)
        assert disagreements(world) == []
        assert play.standing() == play.expected()
        play.repair()
        await asyncio.sleep(2.4 * POLLS)
        assert play.standing() == set()
        assert disagreements(world) == []
        assert world.agent is not None
        left = world.agent.events.service.alarm_state.incidents.values()
        assert [one.title for one in left if one.state.open and "icmp.loss" not in one.title] == []

    on_site(tmp_path, live)
