"""Polling a real net-snmp agent: identified, probed, figures and states read, by v2c and by v3."""

import asyncio
from dataclasses import replace

import pytest

from cmsp_agent.model.component import PollPlan, SnmpPlan, Tier
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.errors import NotFound
from cmsp_agent.model.secret import Secret
from tests.integration.polling.conftest import COMMUNITY, USER, Site, component


@pytest.mark.parametrize("credential", [COMMUNITY, USER], ids=["v2c", "v3"])
async def test_a_device_is_identified_and_polled(site: Site, snmpd: int, credential: SnmpCredential) -> None:
    await site.poll(component("lab-1", snmpd, credential))
    first = await site.after("lab-1")
    assert first.snmp is True
    assert first.icmp is None
    facts = site.learned["lab-1"]
    assert facts.sys_name == "lab-1"
    assert facts.sys_object_id == "1.3.6.1.4.1.8072.3.2.10"
    assert "lo" in facts.interfaces.values()
    assert "127.0.0.1" in facts.addresses
    assert site.devices.device_type("lab-1").name == "generic_snmp"
    index = next(index for index, name in facts.interfaces.items() if name == "lo")
    assert site.devices.interfaces("lab-1").names.get(index) == "lo"
    assert ("link.down", "lo", False) in [(seen.type, seen.object, seen.raised) for seen in first.states]


@pytest.mark.filterwarnings("ignore")  # pysnmp's own
@pytest.mark.parametrize("credential", [COMMUNITY, USER], ids=["v2c", "v3"])
async def test_the_second_engine_polls_as_ours_does(site: Site, snmpd: int, credential: SnmpCredential) -> None:
    ours = replace(component("lab-1", snmpd, credential), poll=PollPlan(5.0, 2.0, 1))
    theirs = replace(ours, name="lab-2", snmp=SnmpPlan(snmpd, engine="pysnmp"))
    await site.poll(ours, theirs)
    first, second = await site.after("lab-1"), await site.after("lab-2")
    assert second.snmp is True, second.detail
    assert set(second.samples) == set(first.samples)
    # The figures in the texts are this machine's disks, which others fill meanwhile.
    assert [replace(seen, text="") for seen in second.states] == [replace(seen, text="") for seen in first.states]
    assert replace(site.learned["lab-1"], quirks={}) == replace(site.learned["lab-2"], quirks={})


async def test_the_second_poll_brings_rates(site: Site, snmpd: int) -> None:
    await site.poll(component("lab-1", snmpd))
    second = await site.after("lab-1", 3)
    assert second.samples["if.in.octets[lo]"] >= 0  # net-snmp reads the counters anew every few seconds only
    assert second.samples["device.uptime"] > 0
    assert "if.in.octets[lo]" in site.series["lab-1"]
    assert "ups.charge" not in second.samples  # not supported here, and never zero


async def test_poll_now_returns_the_outcome(site: Site, snmpd: int) -> None:
    await site.poll(component("lab-1", snmpd, every=3600))
    signal = await site.poller.poll_now("lab-1")
    assert signal.snmp is True
    with pytest.raises(NotFound):
        await site.poller.poll_now("nobody")


async def test_a_component_that_is_only_monitored_is_asked_for_no_figures(site: Site, snmpd: int) -> None:
    await site.poll(replace(component("lab-1", snmpd), tier=Tier.MONITORED_ONLY))
    signal = await site.after("lab-1")
    assert signal.snmp is True
    assert not signal.samples
    assert not signal.states


async def test_wrong_keys_are_distinguished_from_silence(site: Site, snmpd: int) -> None:
    wrong = replace(USER, auth_key=Secret("auth", lambda: "not-the-key"))
    await site.poll(component("lab-1", snmpd, wrong))
    signal = await site.after("lab-1", 2)
    assert (signal.snmp, signal.reason) == (False, "authentication")
    assert site.counters.value("polls.failed", "authentication") == 1  # the second poll leaves the account alone


async def test_a_reload_disturbs_only_what_changed(site: Site, snmpd: int) -> None:
    stays, goes = component("stays", snmpd, every=0.5), component("goes", snmpd, every=0.5)
    await site.poll(stays, goes)
    await site.after("goes")
    await site.poll(stays, component("comes", snmpd, every=0.5))
    gone = len(site.signals["goes"])
    await site.after("comes", 2)
    assert len(site.signals["goes"]) == gone
    await asyncio.sleep(0)
    assert site.counters.total("tasks.failed") == 0


async def test_of_several_credentials_the_one_that_works_is_found_and_kept(site: Site, snmpd: int) -> None:
    wrong = replace(USER, auth_key=Secret("auth", lambda: "not-the-key"), name="wrong")
    right, spare = replace(USER, name="right"), replace(COMMUNITY, name="spare")
    several = component("lab-1", snmpd, wrong)
    await site.poll(replace(several, credentials=replace(several.credentials, further=(right, spare))))
    first, second = await site.after("lab-1"), await site.after("lab-1", 2)
    assert (first.snmp, first.reason) == (False, "authentication")
    assert second.snmp is True
    assert site.learned["lab-1"].credential == "right"
    assert (await site.after("lab-1", 4)).snmp is True
    assert site.counters.value("polls.failed", "authentication") == 1, "what failed is not tried again"
