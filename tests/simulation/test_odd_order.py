"""The agent and a site that tells it things in an odd order: overtaken, last words, and what outlives a restart."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.lab.headend.alarms import alarms_of
from tests.lab.site import happenings
from tests.lab.site.happenings import FIRST_PRI, LAPD_OPER_STATUS, SECOND_PRI, Happening
from tests.lab.site.notices import Notification, SyslogLine, format_line, number, words
from tests.simulation.world import APPLIANCE, World, simulate

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
POLLS = 5 * 300.0
"""Seconds of five polls."""
BGP, LINK = "BGP-5-ADJCHANGE", "LINK-3-UPDOWN"
GIG = "GigabitEthernet0/0/1"


def on_site(folder: Path, play: Callable[[World], Awaitable[None]]) -> None:
    """Play on a site whose components are all known, and compare the agent's alarms with the head-end's at the end."""

    async def live(world: World) -> None:
        await asyncio.sleep(POLLS)
        await play(world)
        await asyncio.sleep(60)
        assert world.agent is not None
        records = alarms_of(world.headend.store.records(APPLIANCE))
        held = world.agent.events.service.alarm_state.active.values()
        assert {name: data["suppressed_by"] for name, data in records.items()} == {
            alarm.id: alarm.suppressed_by for alarm in held
        }

    simulate(folder, 1, START, live)


def lines(world: World, name: str, *said: tuple[int, str, str]) -> None:
    """Send lines with the numbers that the device gave them, in this order."""
    device = world.site.devices[name]
    for place, mnemonic, text in said:
        line = format_line(device.definition.syslog, name, place, SyslogLine(mnemonic, text), world.clock.now() / 1000)
        device.emitter._send(line, device.emitter.receivers.syslog)


def held(world: World) -> set[tuple[str, str, str]]:
    assert world.agent is not None
    active = world.agent.events.service.alarm_state.active.values()
    return {(each.component, each.type, each.object) for each in active}


def last_incidents(world: World) -> Mapping[str, Mapping[str, Any]]:
    """What the head-end knows last of each incident, by its title."""
    records = world.headend.store.records(APPLIANCE)
    return {one.data["title"]: one.data for one in records if one.type == "cmsp.incident.v1"}


def test_a_clear_that_overtook_its_raise_leaves_nothing_behind(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        lines(world, "gw-1", (501, BGP, "neighbor 10.1.2.3 Up"))
        await asyncio.sleep(0.3)
        lines(world, "gw-1", (500, BGP, "neighbor 10.1.2.3 Down BGP Notification sent"))
        lines(world, "gw-3", (601, BGP, "neighbor 10.1.2.4 Down Peer closed"))
        await asyncio.sleep(0.3)
        lines(world, "gw-3", (603, BGP, "neighbor 10.1.2.4 Down Peer closed"))
        await asyncio.sleep(0.3)
        lines(world, "gw-3", (602, BGP, "neighbor 10.1.2.4 Up"))
        await asyncio.sleep(POLLS)
        assert held(world) == {("gw-3", "bgp.peer.down", "10.1.2.4")}
        assert list(last_incidents(world)) == ["gw-3: BGP neighbour 10.1.2.4 is down"]

    on_site(tmp_path, play)


def test_a_gateway_that_boots_in_a_storm_keeps_what_still_holds_and_nothing_else(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        device = world.site.devices["gw-1"]
        await world.site.kill("gw-1")
        await asyncio.sleep(4 * 300)
        device.alive = True  # it speaks already, and answers nothing yet
        for place in range(0, 30, 10):
            lines(
                world,
                "gw-1",
                (place, LINK, f"Interface {GIG}, changed state to down"),
                (place + 1, "CONTROLLER-5-UPDOWN", "Controller E1 0/1/1, changed state to down (LOS detected)"),
                (place + 2, BGP, "neighbor 10.1.2.3 Down Interface flap"),
                (place + 3, "SIP-5-DIALPEER_STATUS", "VoIP dial-Peer <10> is Busied out"),
                (place + 4, LINK, f"Interface {GIG}, changed state to up"),
                (place + 5, "CONTROLLER-5-UPDOWN", "Controller E1 0/1/1, changed state to up"),
            )
            device.happen(happenings.pri_layer2(FIRST_PRI, up=False))
            device.happen(happenings.pri_layer2(SECOND_PRI, up=False))
            device.happen(happenings.pri_layer2(SECOND_PRI, up=True))
            await asyncio.sleep(3)
        device.happen(Happening({f"{LAPD_OPER_STATUS}.{FIRST_PRI.channel}": number(3)}))
        device.alive = False
        await world.site.revive("gw-1")
        await asyncio.sleep(POLLS)
        still = {("gw-1", "bgp.peer.down", "10.1.2.3"), ("gw-1", "dialpeer.busied_out", "10")}
        assert held(world) == still
        await world.stop()
        await world.start()
        assert held(world) == still  # what came and went within one commit as well
        await asyncio.sleep(POLLS)
        standing = {title for title, data in last_incidents(world).items() if data["state"] == "new"}
        assert standing == {"gw-1: BGP neighbour 10.1.2.3 is down", "gw-1: dial-peer 10 is busied out"}

    on_site(tmp_path, play)


def test_a_device_that_tells_of_its_uplinks_and_falls_silent_is_one_incident(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        device = world.site.devices["gw-1"]
        for index in (1, 2):
            device.happen(happenings.interface(index, f"GigabitEthernet0/0/{index - 1}", up=False))
        await asyncio.sleep(1)
        await world.site.kill("gw-1")
        await asyncio.sleep(POLLS)
        first, second = (f"gw-1: interface GigabitEthernet0/0/{port} is down" for port in (0, 1))
        known = last_incidents(world)
        assert {title: data["state"] for title, data in known.items()} == {
            first: "merged",
            second: "merged",
            "gw-1 is down": "new",
        }
        assert {known[title]["merged_into"] for title in (first, second)} == {known["gw-1 is down"]["id"]}
        device.happen(Happening({f"{happenings.IF_OPER_STATUS}.1": number(1)}))
        for name in ("gw-1", "vg-1"):
            await world.site.devices[name].recover(restarted=False)
        await asyncio.sleep(POLLS)
        assert held(world) == set()  # the second port is shut, which is no fault
        assert last_incidents(world)["gw-1 is down"]["state"] == "resolved"

    on_site(tmp_path, play)


def test_a_device_whose_clock_is_days_off_is_dated_by_ours_and_says_so(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        device, now = world.site.devices["gw-1"], world.clock.now() / 1000
        off = {"1970": -now, "2036": 10 * 365 * 86_400.0, "behind": -90_000.0, "ahead": 90_000.0, "near": -80_000.0}
        for place, (peer, seconds) in enumerate(off.items(), 700):
            line = SyslogLine(BGP, f"neighbor {peer} Down Peer closed")
            said = format_line(device.definition.syslog, "gw-1", place, line, now + seconds)
            device.emitter._send(said, device.emitter.receivers.syslog)
        for beyond in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"):  # of the calendar, seen from UTC
            written = f"<187>1 {beyond} vg-1 app 7 - - it is {'late' if beyond[0] == '9' else 'early'}"
            world.site.devices["vg-1"].emitter._send(written.encode(), device.emitter.receivers.syslog)
        await asyncio.sleep(5)
        records = world.headend.store.records(APPLIANCE)
        others = [one.data for one in records if one.data.get("type") == "syslog.unknown"]
        assert {one["attributes"]["device_time"][:4] for one in others} == {"0001", "9999"}
        reported = {one.data["object"]: one.data for one in records if one.data.get("type") == "bgp.peer.down"}
        assert reported.keys() == off.keys()
        wrong = {"1970", "2036", "behind", "ahead"}
        assert {peer for peer, data in reported.items() if data["clock"] == "unsynchronised"} == wrong
        for peer in wrong:
            assert reported[peer]["occurred_at"] == reported[peer]["received_at"]
            assert reported[peer]["attributes"]["device_time"] != reported[peer]["received_at"]
        assert reported["near"]["clock"] == "synchronised"
        assert reported["near"]["occurred_at"] < reported["near"]["received_at"]

    on_site(tmp_path, play)


def test_a_line_whose_repair_is_reported_by_messages_leaves_nothing_for_the_next_poll(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        device = world.site.devices["gw-1"]
        for pri in (FIRST_PRI, SECOND_PRI):
            device.happen(happenings.pri_line(pri, up=False))
        await asyncio.sleep(POLLS / 3)
        assert {data["priority"] for data in last_incidents(world).values()} == {"P2"}
        device.happen(happenings.pri_line(SECOND_PRI, up=True))
        await asyncio.sleep(0.95)
        repaired, there = (f"gw-1: line E1 {pri.port} has failed" for pri in (SECOND_PRI, FIRST_PRI))
        assert last_incidents(world)[there]["priority"] == "P3"
        await asyncio.sleep(4)
        assert {name for _, _, name in held(world)} == {"E1 0/1/0", "Serial0/1/0:15"}
        assert last_incidents(world)[repaired]["number"] != last_incidents(world)[there]["number"]

    on_site(tmp_path, play)


def test_messages_of_one_event_that_say_something_else_keep_what_each_said(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        said = [
            f"Task is running for ({number}004)msecs, process = {name}" for number, name in ((2, "IP"), (3, "Exec"))
        ]
        changes = [f"Configured from 10.0.0.{number} by ann{number}" for number in range(7)]
        for place, text in enumerate((*said, said[0])):
            lines(world, "gw-1", (900 + place, "SYS-3-CPUHOG", text))
            await asyncio.sleep(2)
        for place, text in enumerate(changes):
            lines(world, "gw-3", (900 + place, "SYS-5-CONFIG_I", text))
            await asyncio.sleep(2)
        last = {one.data["type"]: one.data for one in world.headend.store.records(APPLIANCE) if one.data.get("type")}
        assert last["cpu.hog"]["text"].split("\n") == said
        [texts] = [data["text"].split("\n") for kind, data in last.items() if "config" in kind]
        # a flood keeps the first of them, and nobody's name leaves the site
        assert texts == [f"Configured from 10.0.0.{number} by <masked>" for number in range(5)]

    on_site(tmp_path, play)


ENVMON = "1.3.6.1.4.1.9.9.13"


def test_a_power_supply_that_each_route_calls_otherwise_is_one_alarm_and_polls_end_it(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        device, state = world.site.devices["gw-1"], f"{ENVMON}.1.5.1.3.1"
        name = (f"{ENVMON}.1.5.1.2.1", words("Power Supply 0"))
        lines(world, "gw-1", (900, "IOSXE_PEM-3-PEMFAIL", "The PEM in slot P0 is switched off or failing."))
        lines(world, "gw-1", (901, "IOSXE_PEM-3-PEMFAIL", "The PEM in slot P1 is switched off or failing."))
        trap = Notification(f"{ENVMON}.3.0.9", (name, (state, number(3))))
        device.happen(Happening({state: number(3)}, (trap,)))
        await asyncio.sleep(POLLS)
        assert {place for _, _, place in held(world)} == {"P1", "Power Supply 0"}
        assert world.agent is not None
        incidents = world.agent.events.service.alarm_state.incidents.values()
        assert sorted(len(each.alarms) for each in incidents) == [1, 1]
        device.happen(Happening({state: number(1)}))  # the message that it works again is lost
        await asyncio.sleep(POLLS)
        assert {place for _, _, place in held(world)} == {"P1"}

    on_site(tmp_path, play)
