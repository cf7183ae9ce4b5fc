"""The running agent: what is different stays apart, and what is one fault is one incident, whoever tells of it."""

import socket
from pathlib import Path

from cmsp_agent.app.agent import Agent, running
from cmsp_agent.model.incident_state import IncidentState
from tests.integration.agent.stage import APPLIANCE, Stage, staged
from tests.integration.agent.test_causes import agreed, polls, up
from tests.integration.agent.test_lifecycle import until
from tests.lab.site.happenings import FIRST_PRI, LAPD_OPER_STATUS, LAYER2_CHANGE, Happening
from tests.lab.site.notices import Notification, SyslogLine, number


def say(stage: Stage, name: str, *lines: str) -> None:
    """Send lines as they are, from a device's address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind((stage.site[name].definition.address, 0))
        for line in lines:
            device.sendto(line.encode(), ("127.0.0.1", stage.ports.syslog))


def reported(stage: Stage, kind: str) -> dict[str, tuple[str, str, int]]:
    """Object → (severity, text, count) of a type's events, by the last record of each."""
    records = [each.data for each in stage.headend.store.records(APPLIANCE) if each.type == "cmsp.event.v1"]
    return {each["object"]: (each["severity"], each["text"], each["count"]) for each in records if each["type"] == kind}


def open_places(agent: Agent) -> set[tuple[str, str]]:
    """(type, object) of the alarms that have an incident of their own."""
    state = agent.events.service.alarm_state
    alarms = {each.id: (each.type, each.object) for each in state.active.values()}
    return {alarms[one.alarms[0]] for one in state.incidents.values() if one.state.open and len(one.alarms) == 1}


async def test_texts_under_one_tag_are_events_of_their_own_and_none_speaks_for_another(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await up(agent, stage.site)
        say(
            stage,
            "vg-1",
            "<187>Nov 27 08:00:00 vg-1 monitor[7]: disk sda has bad sectors",
            "<186>Nov 27 08:00:00 vg-1 monitor[7]: the link to the peer is lost",
            "<187>Nov 27 08:00:00 vg-1 monitor[7]: fan 1 of 4 has failed",
            "<185>Nov 27 08:00:01 vg-1 monitor[7]: fan 2 of 4 has failed",
            "<187>Nov 27 08:00:02 vg-1 monitor[7]: fan 3 of 4 has failed",
            *(
                f"<187>Nov 27 08:00:03 vg-1 monitor[7]: {part} flaps"
                for part in ("Fa0/0/1", "Gi0/0/1", "eth0:", "ata0:")
            ),
        )
        await until(lambda: len(reported(stage, "syslog.unknown")) == 7)
        await until(lambda: any(count == 3 for *_, count in reported(stage, "syslog.unknown").values()))
        texts = {text: (severity, count) for severity, text, count in reported(stage, "syslog.unknown").values()}
        fans = "fan 1 of 4 has failed\nfan 2 of 4 has failed\nfan 3 of 4 has failed"
        assert texts == {
            "disk sda has bad sectors": ("major", 1),
            "the link to the peer is lost": ("critical", 1),
            fans: ("critical", 3),
            **{f"{part} flaps": ("major", 1) for part in ("Fa0/0/1", "Gi0/0/1", "eth0:", "ata0:")},
        }


async def test_what_has_one_number_or_one_port_is_not_one_thing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage.load()) as agent:
        await up(agent, stage.site)
        device = stage.site["gw-1"]
        for mnemonic, text in (
            ("SIP-5-DIALPEER_STATUS", "VoIP dial-Peer <1> is Busied out"),
            ("TRACK-6-STATE", "1 ip sla 1 state Up -> Down"),
            ("RTT-3-IPSLATHRESHOLD", "IP SLAs(1): Threshold Occurred for timeout"),
            ("LINK-3-UPDOWN", "Interface FastEthernet0/0/7, changed state to down"),
            ("LINK-3-UPDOWN", "Interface GigabitEthernet0/0/7, changed state to down"),
        ):
            device.happen(Happening(says=(SyslogLine(mnemonic, text),)))
        apart = {
            ("dialpeer.busied_out", "1"),
            ("track.down", "1"),
            ("ipsla.failed", "1"),
            ("link.down", "FastEthernet0/0/7"),
            ("link.down", "GigabitEthernet0/0/7"),
        }
        await until(lambda: open_places(agent) == apart)
        await agreed(stage, agent)


async def test_a_pri_reported_by_ifindex_and_by_name_is_one_incident_whatever_comes_first(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)
            incidents = agent.events.service.alarm_state.incidents
            channel, name = FIRST_PRI.channel, FIRST_PRI.d_channel
            lapd = f"{LAPD_OPER_STATUS}.{channel}"
            by_trap = Notification(LAYER2_CHANGE, ((lapd, number(2)),))
            by_name = SyslogLine("ISDN-6-LAYER2DOWN", f"Layer 2 for Interface {name}, TEI 0 changed to down")
            by_controller = SyslogLine("CONTROLLER-5-UPDOWN", f"Controller E1 {FIRST_PRI.port}, changed state to down")
            stage.site["gw-1"].happen(Happening({lapd: number(2)}, (by_trap, by_name, by_controller)))
            await polls(agent, {"gw-1"}, 3)
            [incident] = incidents.values()
            assert incident.title == "gw-1: line E1 0/1/0 has failed"  # named after the cause among them
            stage.site.restore_pri("gw-1")
            up_again = SyslogLine("CONTROLLER-5-UPDOWN", f"Controller E1 {FIRST_PRI.port}, changed state to up")
            stage.site["gw-1"].happen(Happening(says=(up_again,)))
            await until(lambda: {each.state for each in incidents.values()} == {IncidentState.RESTORED}, 20)
            await agreed(stage, agent)


async def test_a_gateway_that_only_lost_its_management_is_called_so_and_what_cleared_is_said(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.rewrite("every: 2s", "every: 1s, timeout: 300ms, retries: 0")
        async with running(stage.load()) as agent:
            await up(agent, stage.site)

            def titles() -> set[str]:
                incidents = agent.events.service.alarm_state.incidents.values()
                return {each.title for each in incidents if each.state.open}

            device = stage.site["gw-3"]
            await device.die()
            await until(lambda: titles() == {"gw-3 is down"}, 30)
            await device.recover(restarted=False)
            device.snmp.alive = False
            await until(lambda: titles() == {"gw-3 does not answer its management"}, 30)
            device.snmp.alive = True
            await until(lambda: not titles(), 30)
            records = [each.data for each in stage.headend.store.records(APPLIANCE) if each.type == "cmsp.event.v1"]
            ends = [each["text"] for each in records if each["state"] == "clear"]
            assert "gw-3 answers again" in ends
            assert all("gw-3" in text for text in ends)
            await agreed(stage, agent)
