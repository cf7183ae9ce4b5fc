"""Interfaces that are called otherwise while they are down, or go: a fault that is still there is the same incident."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from cmsp_agent.model.event import Event
from tests.lab.site import happenings
from tests.lab.site.happenings import FIRST_PRI, IF_OPER_STATUS, LAPD_OPER_STATUS, SECOND_PRI, Happening
from tests.lab.site.notices import number, words
from tests.lab.site.walk import Cell, dotted
from tests.simulation.site import PlayedDevice
from tests.simulation.test_odd_order import POLLS, held, lines, on_site
from tests.simulation.world import APPLIANCE, World

IF_DESCR, IF_NAME = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.31.1.1.1.1"
BY_IF_INDEX = ("1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.10.18.6.1", "1.3.6.1.2.1.10.20.1.3.4.1")

DS1_MIB = (1, 3, 6, 1, 2, 1, 10, 18)
FAN = "1.3.6.1.4.1.9.9.13.1.4.1"
"""ciscoEnvMonFanStatusTable: description(2), state(3)."""


def alarms(world: World) -> list[Event]:
    assert world.agent is not None
    return list(world.agent.events.service.alarm_state.active.values())


def called(names: Mapping[int, str]) -> Happening:
    """A person renames interfaces."""
    return Happening(
        {f"{column}.{index}": words(name) for index, name in names.items() for column in (IF_DESCR, IF_NAME)}
    )


def take_out(device: PlayedDevice, index: int) -> dict[str, Cell]:
    """The rows of an interface, which the device has no more."""
    rows = {dotted(oid): cell for oid, cell in device.snmp.walk.cells.items() if oid[-1] == index}
    found = {oid: cell for oid, cell in rows.items() if oid.rsplit(".", 2)[0] in BY_IF_INDEX}
    for oid in found:
        device.snmp.walk.drop(oid)
    return found


def test_a_fault_that_is_still_there_under_another_name_is_the_same_incident(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        first, second, third = (world.site.devices[f"gw-{number}"] for number in (1, 3, 2))
        for device in (first, second):
            device.happen(happenings.pri_line(FIRST_PRI, up=False))
        await asyncio.sleep(POLLS / 5)
        before = {(each.component, each.type): each.id for each in alarms(world)}
        # one gateway is told other names, one boots with its module in another slot, one loses the port that failed
        first.happen(called({10: "E1 1/1/0", 11: "E1 1/1/1", 20: "Serial1/1/0:15", 21: "Serial1/1/1:15"}))
        lines(world, "gw-1", (800, "LINK-3-UPDOWN", "Interface Serial1/1/0:15, changed state to down"))
        await world.site.kill("gw-3")
        for index in (10, 11, 20, 21):
            for oid, cell in take_out(second, index).items():
                second.snmp.walk.set(f"{oid.rsplit('.', 1)[0]}.{index + 50}", cell)
        second.happen(called({60: "E1 0/2/0", 61: "E1 0/2/1", 70: "Serial0/2/0:15", 71: "Serial0/2/1:15"}))
        third.happen(happenings.interface(1, "GigabitEthernet0/0/0", up=False))
        take_out(third, 1)
        third.happen(Happening({f"{FAN}.3.2": number(3)}))
        third.happen(Happening())
        await asyncio.sleep(POLLS / 5)
        fan = next(each.id for each in alarms(world) if each.object == "Fan 1")
        third.happen(Happening({f"{FAN}.2.2": words("Rear fan")}))
        await asyncio.sleep(POLLS)
        await world.site.revive("gw-3")
        await asyncio.sleep(POLLS)
        moved = {("gw-1", "1/1/0"), ("gw-3", "0/2/0")}
        assert [each.id for each in alarms(world) if each.object == "Rear fan"] == [fan]
        third.happen(Happening({f"{FAN}.3.2": number(1)}))
        await asyncio.sleep(POLLS / 5)
        assert held(world) == {
            (name, kind, f"{unit}{slot}{channel}")
            for name, slot in moved
            for kind, unit, channel in (
                ("ds1.down", "E1 ", ""),
                ("link.down", "E1 ", ""),
                ("link.down", "Serial", ":15"),
                ("isdn.layer2.down", "Serial", ":15"),
            )
        }
        assert before.items() <= {(each.component, each.type): each.id for each in alarms(world)}.items()
        records = [one.data for one in world.headend.store.records(APPLIANCE) if one.type == "cmsp.incident.v1"]
        known = {one["number"]: one for one in records}
        assert {one["title"] for one in known.values() if one["state"] == "new"} == {
            f"{name}: line E1 {slot} has failed" for name, slot in moved
        }
        ends = [one.data for one in world.headend.store.records(APPLIANCE) if one.data.get("state") == "clear"]
        assert any("gw-2: GigabitEthernet0/0/0 is gone" in each["text"] for each in ends)
        # what was seen well under its old name, and fails unheard under the new one
        first.happen(Happening({f"{LAPD_OPER_STATUS}.21": number(1)}))
        second.happen(Happening({f"{IF_OPER_STATUS}.71": number(2)}))
        await asyncio.sleep(POLLS / 5)
        assert {("gw-1", "isdn.layer2.down", "Serial1/1/1:15"), ("gw-3", "link.down", "Serial0/2/1:15")} < held(world)

    on_site(tmp_path, play)


def test_names_that_are_handed_on_and_a_module_that_is_gone_after_a_start(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        first, third = world.site.devices["gw-1"], world.site.devices["gw-3"]
        for device, pri in ((first, FIRST_PRI), (first, SECOND_PRI), (third, FIRST_PRI)):
            device.happen(happenings.pri_line(pri, up=False))
        await asyncio.sleep(POLLS / 5)
        before = {(each.type, each.object): each.id for each in alarms(world) if each.component == "gw-1"}
        numbers = {each.title: each.number for each in world.agent.events.service.alarm_state.incidents.values()}
        # the second port's name is the first's now, and its line is up again
        first.happen(called({11: "E1 0/1/2", 10: "E1 0/1/1", 21: "Serial0/1/2:15", 20: "Serial0/1/1:15"}))
        first.happen(Happening(happenings.pri_line(SECOND_PRI, up=True).objects))
        await world.site.kill("gw-3")
        for oid in [each for each in third.snmp.walk.cells if each[:8] == DS1_MIB]:
            third.snmp.walk.drop(dotted(oid))
        for index in (10, 11, 20, 21):
            take_out(third, index)
        third.happen(Happening())
        await asyncio.sleep(POLLS / 5)
        now = {(each.type, each.object): each.id for each in alarms(world) if each.component == "gw-1"}
        moved = {"E1 0/1/0": "E1 0/1/1", "Serial0/1/0:15": "Serial0/1/1:15"}
        assert now == {(kind, moved[name]): each for (kind, name), each in before.items() if name in moved}
        after = {each.number: each for each in world.agent.events.service.alarm_state.incidents.values()}
        there, repaired = (after[numbers[f"gw-1: line E1 0/1/{port} has failed"]] for port in (0, 1))
        assert (there.title, there.state) == ("gw-1: line E1 0/1/1 has failed", "new")
        assert repaired.state == "restored"
        await asyncio.sleep(POLLS)
        await world.site.revive("gw-3")
        await asyncio.sleep(POLLS)
        assert {name for name, _, _ in held(world)} == {"gw-1"}

    on_site(tmp_path, play)
