"""What the appliance's own way out says of its devices: a next hop that falls silent beside a device is no cut."""

import asyncio
import ipaddress
from collections.abc import Callable
from pathlib import Path

import pytest

from cmsp_agent.cli.components import _raise_if_in_vain as polled_in_vain
from cmsp_agent.cli.daemon import CallFailed
from cmsp_agent.model.errors import NotPermittedHere
from cmsp_agent.model.job import Job
from cmsp_agent.services.availability import availability
from cmsp_agent.services.jobs import JobReport
from cmsp_agent.transports.network import Ways
from cmsp_agent.transports.routes import Route
from tests.simulation.network import Wire
from tests.simulation.test_odd_order import POLLS, held, lines, on_site
from tests.simulation.world import APPLIANCE, World

HOP = "10.0.0.254"
GATEWAY = Route("eth0", ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_address(HOP), 0)


async def asked(world: World, name: str) -> tuple[int, str]:
    """How `component poll` ends, and what it says."""
    assert world.agent is not None
    report = JobReport(Job("1", "poll", name, "noc", world.clock.now()), lambda _: None)
    try:
        polled_in_vain(name, await world.agent.polling.jobs["poll"].work(report))
    except CallFailed as error:
        return error.exit_code, str(error)
    return 0, ""


async def behind_a_hop(world: World, *, answers: Callable[[], bool]) -> None:
    """All devices are reached through one next hop."""
    world.wire.ways = Ways(known=lambda: [GATEWAY], leads_to=lambda _: True, carrier=lambda _: True)
    before = world.wire.alive
    world.wire.alive = lambda host: answers() if host == HOP else before(host)
    await world.stop()
    await world.start()
    await asyncio.sleep(POLLS / 2)


def states(world: World) -> dict[str, str]:
    """What is known of each component."""
    assert world.agent is not None
    known = availability(world.agent.events.service.alarm_state, world.site.devices, world.clock.now())
    return {name: each.state.value for name, each in known.items()}


def test_a_next_hop_that_falls_silent_beside_a_dead_device_cuts_nobody_off(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        hop = [True]
        await behind_a_hop(world, answers=lambda: hop[0])
        await world.site.kill("gw-3")
        await asyncio.sleep(POLLS)
        hop[0] = False
        await asyncio.sleep(POLLS)
        assert held(world) == {("gw-3", "component.down", "")}
        reported = [one.data for one in world.headend.store.records(APPLIANCE) if one.type == "cmsp.event.v1"]
        assert [data["type"] for data in reported] == ["component.down"]
        hop[0] = True
        await asyncio.sleep(POLLS / 5)
        hop[0] = False
        for device in world.site.devices.values():
            await device.die()
        await asyncio.sleep(POLLS)
        assert ("", "appliance.isolated", "") in held(world)
        assert {name for name, _, _ in held(world)} == {"", "gw-3"}
        why = f"the appliance is isolated: next hop {HOP} does not answer"
        assert await asked(world, "ata-1") == (4, f"ata-1 does not answer: {why}")

    on_site(tmp_path, play)


def test_a_path_that_loses_all_for_seconds_at_a_time_calls_no_component_down(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        before = world.wire.alive
        # as long as the polls take turns, each device meets the same part of the 20 s again and again
        world.wire.alive = lambda host: before(host) and (host == "headend" or world.clock.monotonic() % 20 > 8)
        await asyncio.sleep(5 * POLLS)
        reported = [one.data for one in world.headend.store.records(APPLIANCE) if one.type == "cmsp.event.v1"]
        assert {data["type"] for data in reported} <= {"kpi.threshold", "component.degraded"}

    on_site(tmp_path, play)


def test_what_no_route_leads_to_is_unknown_and_not_down_while_others_answer(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        lille = world.site.devices["gw-3"].definition.address
        others, before = [False], world.wire.alive
        world.wire.alive = lambda host: before(host) and (others[0] or host in (lille, "headend"))
        world.wire.ways = Ways(list, leads_to=lambda host: others[0] or host == lille, carrier=lambda _: None)
        await world.stop()
        await world.start()  # as at a boot without a default route
        await asyncio.sleep(POLLS)
        missing, fault = ("", "appliance.route_missing", ""), ("gw-3", "bgp.peer.down", "10.9.9.9")
        assert held(world) == {missing}
        no_route = (4, "gw-1 could not be asked: this machine has no route to it")
        assert (await asked(world, "gw-1"), await asked(world, "gw-3")) == (no_route, (0, ""))
        assert {name for name, each in states(world).items() if each == "up"} == {"gw-3"}
        assert {*states(world).values()} == {"up", "unknown"}
        lines(world, "gw-3", (5, "BGP-5-ADJCHANGE", "neighbor 10.9.9.9 Down Peer closed"))
        await asyncio.sleep(POLLS / 5)
        assert held(world) == {missing, fault}
        await world.stop()
        await world.start()
        await asyncio.sleep(POLLS / 2)
        assert held(world) == {missing, fault}
        others[0] = True
        await asyncio.sleep(POLLS / 2)
        assert held(world) == {fault}
        others[0] = False  # a route that goes while all is well
        await asyncio.sleep(POLLS)
        assert held(world) == {missing, fault}
        assert {*states(world).values()} == {"up", "unknown"}
        others[0] = True
        await world.site.kill("gw-2")
        await asyncio.sleep(POLLS)
        assert held(world) == {fault, ("gw-2", "component.down", "")}

    on_site(tmp_path, play)


def test_what_this_machine_may_not_ask_any_more_is_unknown_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "can't send from 10.0.0.1 (Cannot assign requested address)"
    plain, gone = Wire.ping, [False]

    async def ping(wire: Wire, address: str, within: float, source: str | None = None) -> float | None:
        if gone[0] and address.startswith("127.0.4."):
            raise NotPermittedHere(why)
        return await plain(wire, address, within, source)

    async def play(world: World) -> None:
        gone[0] = True
        await asyncio.sleep(0.8 * POLLS)
        assert states(world)["ata-1"] == "unknown"
        assert held(world) == {("ata-1", "component.degraded", "")}
        code, said = await asked(world, "ata-1")
        assert (code, why in said) == (4, True)
        gone[0] = False
        await asyncio.sleep(POLLS / 3)
        assert held(world) == set()

    monkeypatch.setattr(Wire, "ping", ping)
    on_site(tmp_path, play)
