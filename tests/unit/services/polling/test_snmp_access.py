"""Which credential a device is asked with, how often it is asked while it is silent, and when it is left alone."""

from collections.abc import Sequence
from dataclasses import replace

from cmsp_agent.model.component import Component, ReachPlan
from cmsp_agent.model.credentials import Credentials, SnmpCredential
from cmsp_agent.model.errors import DeviceUnreachable
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.polling.snmp_access import LOCKED_OUT, PATIENCE, Access
from tests.lab.clock import ManualClock
from tests.unit.services.polling.fakes import FakeSession
from tests.unit.services.polling.test_device import GATEWAY, Bench

FIRST, SECOND, THIRD = (SnmpCredential("3", user=name, name=name) for name in ("first", "second", "third"))


def component(*credentials: SnmpCredential) -> Component:
    return Component("gw", ("192.0.2.1",), "paris", credentials=Credentials(credentials[0], further=credentials[1:]))


class Door:
    """The way to a device, and the credentials that it was opened with."""

    def __init__(self, credentials: Sequence[SnmpCredential], kept: str = "") -> None:
        self.tried: list[str] = []
        self.session, self.clock = FakeSession(), ManualClock()
        self.access = Access(
            component(*credentials), self._open, lambda: DeviceFacts(credential=kept) if kept else None, self.clock
        )

    def _open(self, component: Component, facts: DeviceFacts | None) -> FakeSession:
        assert component.credentials.snmp is not None
        self.tried.append(component.credentials.snmp.name)
        return self.session


async def test_each_credential_is_tried_once_and_then_the_device_is_left_alone() -> None:
    door = Door((FIRST, SECOND, THIRD))
    for _ in range(3):
        assert not door.access.left_alone
        await door.access.begin()
        door.access.rejected("unknown user")
    assert door.tried == ["first", "second", "third"]
    assert door.access.left_alone == "unknown user"
    await door.clock.advance(LOCKED_OUT)
    assert not door.access.left_alone


async def test_a_person_need_not_wait() -> None:
    door = Door((FIRST,))
    await door.access.begin()
    door.access.rejected("wrong digest")
    assert door.access.left_alone
    door.access.at_once()
    assert not door.access.left_alone


async def test_the_one_that_works_is_kept_through_silence_and_restarts() -> None:
    door = Door((FIRST, SECOND))
    await door.access.begin()
    assert door.access.kept == "first"
    door.access.rejected("unknown user")
    await door.access.begin()
    door.access.answered()
    for _ in range(5):
        door.access.silent()
        await door.access.begin()
    assert (door.tried, door.access.kept) == (["first", "second"], "second")
    after_a_restart = Door((FIRST, SECOND), kept="second")
    await after_a_restart.access.begin()
    assert after_a_restart.tried == ["second"]
    gone = Door((FIRST, THIRD), kept="second")
    await gone.access.begin()
    assert gone.tried == ["first"], "the file does not name it any more"


async def test_silence_may_mean_the_wrong_community_until_one_has_worked() -> None:
    door = Door((FIRST, SECOND))
    for _ in range(3):
        await door.access.begin()
        door.access.silent()
    assert door.tried == ["first", "second", "first"]
    assert Door((FIRST,)).access.kept == "", "there is nothing to keep of a single one"


async def test_a_dead_device_costs_one_request_in_an_interval_and_is_found_again_at_once() -> None:
    bench = Bench(replace(GATEWAY, reach=ReachPlan()))
    assert (await bench.device.poll()).snmp
    bench.session.failure, bench.ping = DeviceUnreachable("no answer"), None
    for _ in range(PATIENCE):
        assert (await bench.device.poll()).snmp is False
    gets, echoes, probes = bench.session.gets, bench.pings, bench.session.probes
    for count in range(1, 6):
        assert (await bench.device.poll()).reason == "silent"
        assert (bench.session.gets, bench.session.probes, bench.pings) == (gets, probes + count, echoes + count)
    bench.session.failure, bench.ping = None, 0.01
    found = await bench.device.poll()
    assert found.snmp
    assert found.icmp
    assert "cpu.load" in found.samples, "the whole poll follows the probe"
