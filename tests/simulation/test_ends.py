"""Alarms that polls alone raised and that no poll can end any more; and what an alarm says while it is repeated."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from cmsp_agent.app.loading import load
from cmsp_agent.services.events.alarms_by_hand import AlarmDesk
from tests.lab.site.happenings import IF_OPER_STATUS, Happening
from tests.lab.site.notices import number
from tests.lab.site.walk import dotted
from tests.simulation.site import PlayedDevice
from tests.simulation.test_odd_order import POLLS, held, last_incidents, lines, on_site
from tests.simulation.world import APPLIANCE, World

ENVMON = (1, 3, 6, 1, 4, 1, 9, 9, 13)
FAN_STATE = "1.3.6.1.4.1.9.9.13.1.4.1.3.2"
BGP = "BGP-5-ADJCHANGE"


def reported(world: World, component: str) -> list[Mapping[str, Any]]:
    """What the head-end got of a component's alarms, in order."""
    records = world.headend.store.records(APPLIANCE)
    return [one.data for one in records if one.type == "cmsp.event.v1" and one.data["component"] == component]


def drop(device: PlayedDevice, *roots: tuple[int, ...]) -> None:
    """The device is of other hardware, without these tables."""
    for oid in [each for each in device.snmp.walk.cells if each[: len(roots[0])] in roots]:
        device.snmp.walk.drop(dotted(oid))
    device.happen(Happening())


def test_a_fan_of_hardware_that_was_replaced_ends_with_that_reason_and_is_not_called_restored(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        device = world.site.devices["gw-3"]
        device.happen(Happening({FAN_STATE: number(3)}))
        await asyncio.sleep(POLLS / 5)
        assert {part[:1] + part[2:] for part in held(world)} == {("gw-3", "Fan 1")}
        kind = next(iter(held(world)))[1]
        for restart_agent in (False, True):
            await world.site.kill("gw-3")
            kept = {dotted(oid): cell for oid, cell in device.snmp.walk.cells.items() if oid[:9] == ENVMON}
            drop(device, ENVMON)
            if restart_agent:
                await world.stop()
                await world.start()
            await world.site.revive("gw-3")
            await asyncio.sleep(POLLS)
            assert held(world) == set()
            [end] = [each for each in reported(world, "gw-3") if (each["type"], each["state"]) == (kind, "clear")][-1:]
            assert end["text"].startswith("gw-3: Fan 1 is gone, the device shows it no more")
            incident = next(each for title, each in last_incidents(world).items() if "an 1" in title)
            assert incident["restored_at"] is None
            for oid, cell in kept.items():
                device.snmp.walk.set(oid, cell)
            device.happen(Happening())
            await world.site.kill("gw-3")
            await asyncio.sleep(POLLS / 5)
            await world.site.revive("gw-3")  # the old one is put back, and its fan has failed still
            await asyncio.sleep(POLLS / 2)
            assert {part[:1] + part[2:] for part in held(world)} == {("gw-3", "Fan 1")}

    on_site(tmp_path, play)


def test_what_polls_alone_reported_ends_where_the_device_is_asked_by_snmp_no_more(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        for name in ("gw-1", "gw-3"):
            world.site.devices[name].happen(Happening({f"{IF_OPER_STATUS}.1": number(2)}))
        await asyncio.sleep(POLLS / 5)
        lines(world, "gw-1", (1, "LINK-3-UPDOWN", "Interface GigabitEthernet0/0/0, changed state to down"))
        await asyncio.sleep(5)
        assert {name for name, _, _ in held(world)} == {"gw-1", "gw-3"}
        text = world.workspace.site_yaml.read_text("utf-8")
        world.workspace.site_yaml.write_text(text.replace("[v3, cli]", "[cli]").replace("[v2, cli]", "[cli]"), "utf-8")
        await world.agent.use(load(world.workspace.site_yaml, environment={}))
        await asyncio.sleep(5)
        # the other one's line may still say that it is up
        assert held(world) == {("gw-1", "link.down", "GigabitEthernet0/0/0")}
        assert reported(world, "gw-3")[-1]["text"].endswith("(gw-3 is no longer asked by SNMP)")
        last = reported(world, "gw-1")[-1]
        assert (last["state"], last["attributes"]["ends"]) == ("raise", "by a message")
        assert "a message of the device ends this alarm, or a person does" in last["text"]
        incidents = {data["components"][0]: data for data in last_incidents(world).values()}
        assert (incidents["gw-3"]["state"], incidents["gw-3"]["restored_at"]) == ("closed", None)
        lines(world, "gw-1", (2, "LINK-3-UPDOWN", "Interface GigabitEthernet0/0/0, changed state to up"))
        await asyncio.sleep(15)
        assert held(world) == set()

    on_site(tmp_path, play)


def test_a_repeated_alarm_gives_its_present_reason_and_a_message_is_evidence_of_its_end(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        agent, lost = world.agent, ("10.1.2.3", "10.1.2.9")
        desk = AlarmDesk(agent.events.service, agent.runtime.clock, agent.runtime.machine.new_id)
        for place, peer in enumerate(lost, 1):
            lines(world, "gw-1", (place, BGP, f"neighbor {peer} Down Peer closed"))
        await asyncio.sleep(POLLS / 5)
        lines(world, "gw-1", (3, BGP, "neighbor 10.1.2.3 Down Hold time expired"))
        await asyncio.sleep(5)
        assert [data["text"] for data in reported(world, "gw-1")] == [
            *(f"neighbor {peer} Down Peer closed" for peer in lost),
            "neighbor 10.1.2.3 Down Hold time expired",
        ]
        for alarm in [*agent.events.service.alarm_state.active.values()]:
            await desk.clear(alarm.id, "noc", "the carrier says that it is well")
        await asyncio.sleep(POLLS / 5)
        assert {data["restored_at"] for data in last_incidents(world).values()} == {None}
        lines(world, "gw-1", (4, BGP, "neighbor 10.1.2.3 Up"))
        await asyncio.sleep(5)
        ended = {title.split()[3]: data["state"] for title, data in last_incidents(world).items()}
        assert ended == {lost[0]: "restored", lost[1]: "new"}

    on_site(tmp_path, play)


def test_packets_lost_on_the_way_are_a_threshold_and_no_fault_of_the_devices(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        chance, before = Random(30), world.wire.alive
        world.wire.alive = lambda host: before(host) and (host == "headend" or chance.random() > 0.3)
        await asyncio.sleep(8 * POLLS)
        assert {kind for _, kind, _ in held(world)} == {"kpi.threshold"}
        of_devices = {data["type"] for name in world.site.devices for data in reported(world, name)}
        assert of_devices == {"kpi.threshold"}

    on_site(tmp_path, play)
