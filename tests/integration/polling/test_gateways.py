"""Polling gateways, an SBC and a UPS of the built-in site: what each device type finds there."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import closing
from typing import NamedTuple

import pytest

from cmsp_agent.model.component import Component, PollPlan, ReachPlan, SnmpPlan
from cmsp_agent.model.credentials import Credentials, SnmpCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.model.signal import PollSignal
from tests.integration.polling.conftest import Site
from tests.lab.site import happenings
from tests.lab.site.emitter import Receivers
from tests.lab.site.happenings import FIRST_PRI
from tests.lab.site.site import ACCESS_SECRETS
from tests.lab.site.site import Site as Lab
from tests.lab.site.snmp_agent import SnmpFault

COMMUNITY = SnmpCredential("2c", community=Secret("c", lambda: ACCESS_SECRETS["lab-community"]))
USER = SnmpCredential(
    "3",
    user="cmsp",
    auth="SHA-256",
    auth_key=Secret("a", lambda: ACCESS_SECRETS["lab-auth"]),
    priv="AES-128",
    priv_key=Secret("p", lambda: ACCESS_SECRETS["lab-priv"]),
)


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    """The built-in site; what it emits goes to sockets that nobody reads."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as drain:
        drain.bind(("127.0.0.1", 0))
        async with Lab(Receivers(drain.getsockname(), drain.getsockname())) as built:
            yield built


def of(lab: Lab, name: str, credential: SnmpCredential | None = COMMUNITY, every: float = 1.0) -> Component:
    """A component of the built-in site."""
    there = next(each for each in lab.definition.components if each.name == name)
    return Component(
        name,
        (there.address,),
        there.site,
        credentials=Credentials(snmp=credential),
        poll=PollPlan(every=every, timeout=0.5, retries=1),
        reach=ReachPlan(icmp=False, tcp=lab.access.ssh_port),
        snmp=SnmpPlan(port=lab.access.snmp_port),
    )


def states(signal: PollSignal, kind: str) -> dict[str, bool]:
    """Object → whether the alarm holds."""
    return {seen.object: seen.raised for seen in signal.states if seen.type == kind}


async def test_a_gateway_with_two_pris(site: Site, lab: Lab) -> None:
    await site.poll(of(lab, "gw-1", USER))
    first = await site.after("gw-1")
    assert (first.snmp, first.tcp) == (True, True)
    assert site.devices.device_type("gw-1").name == "cisco_iosxe"
    facts = site.learned["gw-1"]
    assert (facts.software, facts.model, facts.serial) == ("17.9.4a", "ISR4331/K9", "FDO2400A001")
    assert facts.interfaces[20] == "Serial0/1/0:15"
    assert first.samples["cpu.load"] == 11
    assert first.samples["memory.used"] == pytest.approx(25.8, abs=0.1)
    assert first.samples["calls.legs"] == 16
    assert states(first, "isdn.layer2.down") == {"Serial0/1/0:15": False, "Serial0/1/1:15": False}
    assert states(first, "ds1.down") == {"E1 0/1/0": False, "E1 0/1/1": False}
    assert states(first, "env.fan") == {"Fan 0": False, "Fan 1": False}
    second = await site.after("gw-1", 2)
    assert second.samples["if.in.octets[GigabitEthernet0/0/0]"] == pytest.approx(184_000, rel=0.3)


async def test_a_pri_that_fails_and_comes_back(site: Site, lab: Lab) -> None:
    await site.poll(of(lab, "gw-1", USER, every=3600))
    await site.poller.poll_now("gw-1")
    lab.happen("gw-1", happenings.pri_line(FIRST_PRI, up=False))
    cut = await site.poller.poll_now("gw-1")
    assert states(cut, "ds1.down") == {"E1 0/1/0": True, "E1 0/1/1": False}
    assert states(cut, "isdn.layer2.down") == {"Serial0/1/0:15": True, "Serial0/1/1:15": False}
    assert {name for name, raised in states(cut, "link.down").items() if raised} == {"E1 0/1/0", "Serial0/1/0:15"}
    lab.happen("gw-1", happenings.pri_line(FIRST_PRI, up=True))
    restored = await site.poller.poll_now("gw-1")
    assert not any(seen.raised for seen in restored.states)


async def test_a_gateway_that_restarts_is_noticed_by_its_uptime(site: Site, lab: Lab) -> None:
    await site.poll(of(lab, "gw-1", USER, every=3600))
    await site.poller.poll_now("gw-1")
    await lab.kill("gw-1")
    dead = await site.poller.poll_now("gw-1")
    assert (dead.snmp, dead.tcp, dead.reason) == (False, False, "silent")
    await lab.revive("gw-1")
    await site.poller.poll_now("gw-1")
    # the poller may have asked by itself meanwhile: a device that was silent is asked again soon
    reported = [signal for _, signal in site.signals["gw-1"]]
    back = next(signal for signal in reported[reported.index(dead) :] if signal.snmp)
    assert states(back, "device.restarted") == {"": True}
    assert "if.in.octets[GigabitEthernet0/0/0]" not in back.samples  # seeded anew


async def test_an_sbc_is_known_and_polled(site: Site, lab: Lab) -> None:
    await site.poll(of(lab, "sbc-1"))
    signal = await site.after("sbc-1")
    assert site.devices.device_type("sbc-1").name == "oracle_sbc"
    assert states(signal, "link.down") == {"wancom0": False, "s0p0": False, "s1p0": False}


async def test_a_ups_on_battery(site: Site, lab: Lab) -> None:
    await site.poll(of(lab, "ups-1", every=3600))
    before = await site.poller.poll_now("ups-1")
    assert before.samples["ups.charge"] == 100
    assert before.samples["ups.load"] == 28
    assert states(before, "ups.on_battery") == {"": False}
    lab.happen("ups-1", happenings.on_battery(on=True))
    assert states(await site.poller.poll_now("ups-1"), "ups.on_battery") == {"": True}


async def test_a_device_that_answers_tcp_only(site: Site, lab: Lab) -> None:
    await site.poll(of(lab, "ata-1", None))
    signal = await site.after("ata-1")
    assert (signal.icmp, signal.tcp, signal.snmp) == (None, True, None)
    assert site.devices.device_type("ata-1").name == "reachability"


async def test_a_gateway_that_is_slow_says_its_faults_while_its_tables_are_still_read(site: Site, lab: Lab) -> None:
    await site.poll(of(lab, "gw-1", USER, every=3600))
    await site.poller.poll_now("gw-1")
    agent = lab["gw-1"].snmp
    agent.fault, agent.slow_by = SnmpFault.SLOW, 0.2
    whole = await timed(site)
    agent.slow_by = 0.1
    lab.happen("gw-1", happenings.pri_layer2(FIRST_PRI, up=False))
    status = await timed(site)
    assert states(status.signal, "isdn.layer2.down") == {"Serial0/1/0:15": True, "Serial0/1/1:15": False}
    assert "cpu.load" in status.signal.samples
    assert status.seconds < whole.seconds / 2 * 0.8, (status.seconds, whole.seconds)
    async with asyncio.timeout(30):
        while not any(name.startswith("if.in.octets[") for name in status.signal.samples):
            status = await timed(site)


class Timed(NamedTuple):
    signal: PollSignal
    seconds: float


async def timed(site: Site) -> Timed:
    began = time.monotonic()
    signal = await site.poller.poll_now("gw-1")
    return Timed(signal, time.monotonic() - began)
