"""A fault ends by evidence alone: not by a view that shows nothing, a late message, or a person who means well."""

import asyncio
from pathlib import Path

from cmsp_agent.app.loading import load
from cmsp_agent.model.times import rfc3339
from cmsp_agent.services.events.alarms_by_hand import AlarmDesk
from tests.lab.site import happenings
from tests.lab.site.happenings import FIRST_PRI, LAPD_OPER_STATUS, Happening
from tests.lab.site.notices import SyslogLine, number
from tests.lab.site.walk import dotted
from tests.simulation.site import PlayedDevice
from tests.simulation.test_odd_order import POLLS, held, last_incidents, lines, on_site
from tests.simulation.world import World

BGP_PEERS = "1.3.6.1.2.1.15.3.1"
START, ESTABLISHED, ACTIVE = 2, 6, 3
REGISTRATIONS = """
Line                             peer       expires(sec)  registered
================================ ========== ============  ==========
5550100                          20001      311           {}
5550101                          20002      0             no
"""
LAYER_2 = ("gw-1", "isdn.layer2.down", "Serial0/1/0:15")


def show_little(device: PlayedDevice) -> None:
    """Its SNMP view is cut down to the group of the system."""
    for oid in [each for each in device.snmp.walk.cells if each[:7] != (1, 3, 6, 1, 2, 1, 1)]:
        device.snmp.walk.drop(dotted(oid))
    device.happen(Happening())


def test_a_device_that_shows_nothing_any_more_is_degraded_and_its_faults_stay(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        world.site.devices["sbc-1"].snmp.deaf_to = ("1.3.6.1.2.1.47",)  # which each whole request asks for
        world.site.devices["vg-1"].snmp.deaf_to = ("1.3.6.1.2.1.31.1.1.1.6",)  # a table of its figures
        device = world.site.devices["gw-3"]
        del device.shell.show["isdn status"]  # type: ignore[attr-defined]
        device.happen(happenings.pri_layer2(FIRST_PRI, up=False))
        await asyncio.sleep(POLLS / 5)
        show_little(device)
        show_little(world.site.devices["gw-1"])
        await asyncio.sleep(POLLS)
        fault = ("gw-3", "isdn.layer2.down", "Serial0/1/0:15")
        degraded = [(name, "component.degraded", "") for name in ("gw-1", "gw-3", "sbc-1", "vg-1")]
        assert held(world) == {fault, *degraded}
        await world.stop()
        await world.start()
        await asyncio.sleep(POLLS)
        assert fault in held(world)
        assert last_incidents(world)["gw-3 can't be watched in full"]["state"] == "new"

    on_site(tmp_path, play)


def test_a_peer_lost_while_the_agent_was_off_and_registrations_that_each_way_calls_otherwise(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        device = world.site.devices["gw-1"]
        for peer in ("10.1.2.3", "10.1.2.4"):  # the second one never came up
            state = number(ESTABLISHED if peer == "10.1.2.3" else ACTIVE)
            device.happen(Happening({f"{BGP_PEERS}.2.{peer}": state, f"{BGP_PEERS}.3.{peer}": number(START)}))
        device.shell.show["sip-ua register status"] = REGISTRATIONS.format("yes")  # type: ignore[index]
        await world.stop()
        await world.start()  # which finds the tables that there are now
        await asyncio.sleep(POLLS / 2)
        for said, expected in (("Down Peer closed", 0), ("Up", 0), ("Down Peer closed", 1), ("Up", 0)):
            device.happen(Happening(says=(SyslogLine("BGP-5-ADJCHANGE", f"neighbor 10.1.2.4 {said}"),)))
            await asyncio.sleep(10)  # longer than a late message may be on its way
            assert held(world) == ({("gw-1", "bgp.peer.down", "10.1.2.4")} if expected else set())
        await world.stop()
        device.happen(Happening({f"{BGP_PEERS}.2.10.1.2.3": number(ACTIVE)}))
        await world.start()
        await asyncio.sleep(POLLS / 5)
        assert held(world) == {("gw-1", "bgp.peer.down", "10.1.2.3")}
        # what the file calls otherwise is the same device: its fault is reported under the new name
        text = world.workspace.site_yaml.read_text("utf-8")
        for name, other in (("gw-1", "gw-paris"), ("gw-paris", "gw-1")):
            text = text.replace(f"  {name}:", f"  {other}:").replace(f"parent: {name}", f"parent: {other}")
            world.workspace.site_yaml.write_text(text, "utf-8")
            assert world.agent is not None
            await world.agent.use(load(world.workspace.site_yaml, environment={}))
            await asyncio.sleep(POLLS / 5)
            assert held(world) == {(other, "bgp.peer.down", "10.1.2.3")}
        device.shell.show["sip-ua register status"] = REGISTRATIONS.format("no")  # type: ignore[index]
        failed = "Registration failed. Number=5550100;registrar=dns:carrier.example;addr=192.0.2.9"
        device.happen(
            Happening({f"{BGP_PEERS}.2.10.1.2.3": number(ESTABLISHED)}, (SyslogLine("SIP-3-REG_INTERNAL", failed),))
        )
        await asyncio.sleep(POLLS)
        registrations = {("gw-1", "sip.registration.failed", name) for name in ("dns:carrier.example", "peer 20001")}
        assert held(world) == registrations
        assert world.agent is not None
        standing = [one for one in world.agent.events.service.alarm_state.incidents.values() if one.state.open]
        assert [len(one.alarms) for one in standing] == [2]
        device.shell.show["sip-ua register status"] = REGISTRATIONS.format("yes")  # type: ignore[index]
        await asyncio.sleep(POLLS)
        assert held(world) == set()

    on_site(tmp_path, play)


def test_a_fault_that_begins_while_two_devices_change_names_is_one_of_what_was_seen_well(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        lyon, lille = (world.site.devices[name].definition.address for name in ("gw-2", "gw-3"))
        text = world.workspace.site_yaml.read_text("utf-8")
        line = {
            name: next(each for each in text.splitlines() if each.startswith(f"  {name}:")) for name in ("gw-2", "gw-3")
        }
        for name, other, address in (("gw-2", "gw-3", lille), ("gw-3", "gw-2", lyon)):
            # the other's line under this name: the device, what it does and how it is asked
            text = text.replace(
                line[name], line[other].replace(f"  {other}:", f"  {name}:new").replace("site:", "site: ")
            )
            assert address in text
        world.site.devices["gw-3"].happen(Happening({f"{LAPD_OPER_STATUS}.{FIRST_PRI.channel}": number(2)}))
        world.workspace.site_yaml.write_text(text.replace(":new", ":"), "utf-8")
        assert world.agent is not None
        await world.agent.use(load(world.workspace.site_yaml, environment={}))
        await asyncio.sleep(POLLS / 3)
        assert held(world) == {("gw-2", "isdn.layer2.down", "Serial0/1/0:15")}

    on_site(tmp_path, play)


def test_a_person_s_end_and_a_late_message_are_no_evidence(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        agent, device = world.agent, world.site.devices["gw-1"]
        desk = AlarmDesk(agent.events.service, agent.runtime.clock, agent.runtime.machine.new_id)
        said = happenings.pri_layer2(FIRST_PRI, up=False)
        device.happen(said)
        await asyncio.sleep(3)
        for again in (Happening(says=said.says[1:]), Happening(says=said.says[:1]), None):
            [alarm] = agent.events.service.alarm_state.active.values()
            await desk.clear(alarm.id, "noc", "the carrier says that it is well")
            assert held(world) == set()
            if again is None:
                await agent.polling.poller.poll_now("gw-1")
            else:
                device.happen(again)
            await asyncio.sleep(1)
            assert held(world) == {LAYER_2}
            [incident] = last_incidents(world).values()
            assert (incident["state"], incident["restored_at"]) == ("new", None)
        # a port that is up: the trap of it came before the line that it is down
        device.happen(Happening(says=happenings.interface(1, "GigabitEthernet0/0/0", up=True).says[:1]))
        await asyncio.sleep(0.3)
        lines(world, "gw-1", (900, "LINK-3-UPDOWN", "Interface GigabitEthernet0/0/0, changed state to down"))
        await asyncio.sleep(15)
        assert held(world) == {LAYER_2}

    on_site(tmp_path, play)


def test_what_a_person_ends_is_restored_by_a_poll_alone_or_closes_without_a_restoration(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        lines(world, "gw-3", (1, "SIP-5-DIALPEER_STATUS", "VoIP dial-Peer <10> is Busied out"))
        world.site.devices["gw-1"].happen(happenings.pri_layer2(FIRST_PRI, up=False))
        await world.site.kill("ata-1")
        await asyncio.sleep(POLLS)
        desk = AlarmDesk(world.agent.events.service, world.agent.runtime.clock, world.agent.runtime.machine.new_id)
        repaired = f"{LAPD_OPER_STATUS}.{FIRST_PRI.channel}"
        world.site.devices["gw-1"].happen(Happening({repaired: number(3)}))
        for alarm in [*world.agent.events.service.alarm_state.active.values()]:
            await desk.clear(alarm.id, "noc", "it is said to be well")
        ended = rfc3339(world.clock.now())
        await world.stop()
        await world.start()
        await asyncio.sleep(5)
        assert held(world) == set()
        await asyncio.sleep(POLLS)
        assert held(world) == {("ata-1", "component.down", "")}
        incidents = {data["components"][0]: data for data in last_incidents(world).values()}
        assert {name: data["state"] for name, data in incidents.items()} == {
            "gw-1": "resolved",
            "gw-3": "closed",
            "ata-1": "new",
        }
        assert incidents["gw-1"]["restored_at"] > ended
        assert incidents["gw-3"]["restored_at"] is None

    on_site(tmp_path, play)


def test_an_alarm_that_its_device_type_knows_no_more_says_that_a_person_ends_it(tmp_path: Path) -> None:
    async def play(world: World) -> None:
        assert world.agent is not None
        world.site.devices["gw-3"].happen(happenings.pri_layer2(FIRST_PRI, up=False))
        await asyncio.sleep(POLLS / 5)
        text = world.workspace.site_yaml.read_text("utf-8")
        for kind, ends in (("generic_snmp", True), ("cisco_ios", False)):
            line = next(each for each in text.splitlines() if each.startswith("  gw-3:"))
            other = line.replace("type: cisco_ios", f"type: {kind}")
            world.workspace.site_yaml.write_text(text.replace(line, other), "utf-8")
            await world.agent.use(load(world.workspace.site_yaml, environment={}))
            await asyncio.sleep(5)
            [alarm] = world.agent.events.service.alarm_state.active.values()
            assert alarm.text.endswith("`cmsp-agent alarm clear`)") is ends
            [incident] = world.agent.events.service.alarm_state.incidents.values()
            assert (f"End the alarm {alarm.id}" in incident.recommendation) is ends

    on_site(tmp_path, play)
