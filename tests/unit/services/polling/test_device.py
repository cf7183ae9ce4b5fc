"""One poll of one device: what its answers, its silence and its refusals become."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component, ReachPlan
from cmsp_agent.model.credentials import Credentials, SnmpCredential
from cmsp_agent.model.errors import (
    AuthenticationRejected,
    ConfigurationError,
    DeviceAnswerInvalid,
    DeviceUnreachable,
    NotPermittedHere,
    Problem,
    StorageFull,
)
from cmsp_agent.model.signal import ObservedState, PollSignal, Unreadable, Value
from cmsp_agent.pipeline.built_in import THRESHOLD_CROSSED
from cmsp_agent.plugin.api import AlarmType, DeviceType, Kpi, Severity, StateRule
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.polling.device import Device
from cmsp_agent.services.polling.device_starts import StartMemory
from cmsp_agent.services.polling.inventory_due import LEARN_AGAIN, MOST_LEARNINGS
from cmsp_agent.services.polling.reachability import Reachability
from cmsp_agent.services.polling.restarts import WHY_RELOAD
from cmsp_agent.services.polling.seen_well import WellMemory
from cmsp_agent.services.polling.sessions import known_quirks
from cmsp_agent.services.polling.snmp_access import LOCKED_OUT
from cmsp_agent.storage.tables.device_starts import KeptUptime
from cmsp_agent.storage.tables.seen_well import WellObjects
from cmsp_agent.transports.snmp.target import Quirks
from cmsp_agent.transports.tcp import TcpAnswer
from tests.lab.clock import ManualClock
from tests.unit.services.polling.fakes import FakeSession

UPTIME, IFS_CHANGED, CPU, OPER = "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.31.1.5.0", "1.3.9.1.0", "1.3.6.1.2.1.2.2.1.8"
NAME, OCTETS = "1.3.6.1.2.1.31.1.1.1.1", "1.3.9.5"
TYPE = DeviceType(
    "t",
    "t",
    fallback=True,
    alarms=(AlarmType("link.down", Severity.MAJOR, "x"),),
    kpis=(Kpi("cpu.load", "percent", (CPU,)), Kpi("none", "x", ("1.3.9.2.0",))),
    states=(StateRule(OPER, "link.down", frozenset({2}), frozenset({1})),),
)
GATEWAY = Component(
    "gw",
    ("192.0.2.1",),
    "paris",
    credentials=Credentials(snmp=SnmpCredential("2c")),
    reach=ReachPlan(icmp=True, tcp=22),
)


def of_device(signal: PollSignal) -> list[ObservedState]:
    """The states without those of thresholds."""
    return [state for state in signal.states if state.type != THRESHOLD_CROSSED]


class Bench:
    """A device with everything around it faked."""

    def __init__(self, component: Component = GATEWAY, kind: DeviceType = TYPE) -> None:
        self.clock, self.counters = ManualClock(), Counters()
        self.session = FakeSession(
            {
                UPTIME: 5000,
                IFS_CHANGED: 1,
                CPU: 7,
                f"{OPER}.1": 2,
                "1.3.6.1.2.1.31.1.1.1.1.1": b"Gi0/0",
                "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.1",
            }
        )
        self.learned: list[DeviceFacts] = []
        self.opened = self.pings = 0
        self.full = False
        self.ping: float | Exception | None = 0.01
        registry = Registry()
        registry.add("test", kind)
        self.lost_name = ""
        self.devices = Devices(registry, lambda _: self.lost_name)
        self.devices.configure({component.name: component})
        reach = Reachability(self.counters, self._ping, self._check_port, gap=0, apart=0)
        self.well = WellMemory({}, self._keep_well, self.counters)
        self.kept: dict[str, WellObjects] = {}
        self.kept_starts: dict[str, KeptUptime] = {}
        self._component, self._reach = component, reach
        self.begin_again()

    def begin_again(self) -> None:
        """As at a start of the agent, with what the last one kept."""
        starts = StartMemory(self.kept_starts, self._keep_start, self.clock, self.counters)
        self.device = Device(
            self._component,
            self.devices,
            self._reach,
            self._open,
            self._learn,
            self.clock,
            self.counters,
            self.well,
            starts,
        )

    async def _ping(self, address: str, within: float, source: str | None) -> float | None:
        self.pings += 1
        if isinstance(self.ping, Exception):
            raise self.ping
        return self.ping

    async def _check_port(self, address: str, port: int, within: float, source: str | None) -> TcpAnswer:
        return TcpAnswer.REFUSED

    def _open(self, component: Component, facts: DeviceFacts | None) -> FakeSession:
        self.opened += 1
        if isinstance(self.session.failure, ValueError | ConfigurationError):
            raise self.session.failure
        return self.session

    async def _learn(self, name: str, facts: DeviceFacts) -> None:
        if self.full:
            raise StorageFull("no room")
        self.learned.append(facts)

    async def _keep_start(self, name: str, uptime: KeptUptime) -> None:
        if self.full:
            raise StorageFull("no room")
        self.kept_starts[name] = uptime

    async def _keep_well(self, name: str, seen: WellObjects) -> None:
        if self.full:
            raise StorageFull("no room")
        self.kept[name] = seen


async def test_a_device_that_answers() -> None:
    bench = Bench()
    signal = await bench.device.poll()
    assert (signal.icmp, signal.tcp, signal.snmp, signal.reason) == (True, True, True, "")
    assert signal.received_at == bench.clock.now()
    assert signal.samples == {"cpu.load": 7.0, "icmp.rtt": 0.01, "icmp.loss": 0.0}
    assert [(seen.object, seen.raised) for seen in of_device(signal)] == [("GigabitEthernet0/0", True)]
    assert bench.learned[-1].interfaces == {1: "GigabitEthernet0/0"}


async def test_it_is_probed_once() -> None:
    bench = Bench()
    await bench.device.poll()
    walks = bench.session.walks
    for _ in range(3):
        await bench.device.poll()
    assert bench.session.walks == walks + 3
    assert bench.opened == 1
    assert len(bench.learned) == 1


async def test_a_device_read_again_and_found_the_same_is_no_news() -> None:
    bench = Bench()
    bench.session.quirks = Quirks(no_bulk=True)
    await bench.device.poll()
    bench.session.objects[UPTIME] = 1  # it restarted
    await bench.device.poll()
    assert len(bench.learned) == 1


@pytest.mark.parametrize(
    ("failure", "snmp", "reason"),
    [
        (DeviceUnreachable("no answer"), False, "silent"),
        (AuthenticationRejected("wrong key"), False, "authentication"),
        (DeviceAnswerInvalid("nonsense"), False, "invalid"),
        (NotPermittedHere("no such source address"), None, "not permitted here"),
        (ValueError("no community"), None, "credentials"),
        (ConfigurationError([Problem("", 0, "", "no secret")]), None, "credentials"),
    ],
)
async def test_a_device_that_does_not(failure: Exception, snmp: bool | None, reason: str) -> None:
    bench = Bench()
    bench.session.failure = failure
    signal = await bench.device.poll()
    assert (signal.icmp, signal.tcp, signal.snmp, signal.reason) == (True, True, snmp, reason)
    assert not of_device(signal)
    assert bench.counters.value("polls.failed", reason) == 1


async def test_a_device_that_rejects_us_is_left_alone_for_a_while() -> None:
    bench = Bench()
    bench.session.failure = AuthenticationRejected("wrong key")
    for _ in range(3):
        assert (await bench.device.poll()).reason == "authentication"
    assert bench.session.gets == 1
    bench.session.failure = None
    await bench.clock.advance(LOCKED_OUT + 1)
    assert (await bench.device.poll()).snmp is True


async def test_a_living_device_whose_tables_fail_is_alive() -> None:
    bench = Bench()
    await bench.device.poll()
    bench.session.table_failure = DeviceUnreachable("too slow")
    signal = await bench.device.poll()
    assert (signal.snmp, signal.reason) == (True, "partial")
    assert bench.counters.value("polls.partial", "silent") == 1


async def test_a_device_whose_inventory_fails_is_never_well_until_it_is_read() -> None:
    bench = Bench()
    bench.session.table_failure = DeviceUnreachable("too slow")
    for _ in range(MOST_LEARNINGS + 2):
        signal = await bench.device.poll()
        assert (signal.snmp, signal.reason, signal.samples.get(CPU)) == (True, "partial", None)
        assert signal.detail == "its inventory can't be read: too slow"
    assert bench.counters.value("polls.partial", "silent") == MOST_LEARNINGS
    bench.session.table_failure = None
    await bench.clock.advance(LEARN_AGAIN + 1)
    assert ((await bench.device.poll()).reason, len(bench.learned) > 0) == ("", True)


async def test_credentials_that_were_refused_are_tried_again_where_a_person_asks() -> None:
    bench = Bench()
    bench.session.failure = AuthenticationRejected("wrong digest")
    assert (await bench.device.poll()).detail == "wrong digest"
    bench.session.failure = None
    assert ((await bench.device.poll()).reason, bench.opened) == ("authentication", 1)
    bench.device.lose_patience()
    assert (await bench.device.poll()).reason == ""


async def test_a_restart_between_two_lives_of_the_agent_is_reported_once_and_no_slow_clock_is_one() -> None:
    bench = Bench()
    bench.session.objects[UPTIME] = 8_640_000
    await bench.device.poll()
    assert bench.kept_starts["gw"].uptime == 8_640_000
    await bench.clock.advance(3600)
    for uptime, reported in ((8_640_000 + 355_000, 0), (3_000, 1), (9_000, 0)):
        bench.session.objects[UPTIME] = uptime
        bench.begin_again()
        signal = await bench.device.poll()
        assert [seen.type for seen in signal.states].count("device.restarted") == reported
        await bench.clock.advance(60)


async def test_icmp_that_is_not_permitted_is_not_silence() -> None:
    bench = Bench()
    bench.ping = NotPermittedHere("closed")
    assert (await bench.device.poll()).icmp is None
    bench.ping = None
    assert (await bench.device.poll()).icmp is False


async def test_without_an_address_or_credentials_nothing_is_asked() -> None:
    nowhere = Bench(replace(GATEWAY, addresses=()))
    signal = await nowhere.device.poll()
    assert (signal.icmp, signal.tcp, signal.snmp, signal.reason) == (None, None, None, "name")
    bare = Bench(replace(GATEWAY, credentials=Credentials()))
    assert (await bare.device.poll()).snmp is None
    assert bare.opened == 0


async def test_a_restart_is_reported_and_the_device_is_probed_anew() -> None:
    bench = Bench()
    await bench.device.poll()
    bench.session.objects[UPTIME] = 10
    bench.session.objects["1.3.9.2.0"] = 3
    signal = await bench.device.poll()
    assert ("device.restarted", True) in [(seen.type, seen.raised) for seen in of_device(signal)]
    assert signal.samples["none"] == 3.0
    assert not any(seen.type == "device.restarted" for seen in (await bench.device.poll()).states)


async def test_uptime_that_wraps_is_no_restart() -> None:
    bench = Bench()
    bench.session.objects |= {UPTIME: 2**32 - 100, "1.3.6.1.6.3.10.2.1.3.0": 42_949_600}
    await bench.device.poll()
    bench.session.objects |= {UPTIME: 5900, "1.3.6.1.6.3.10.2.1.3.0": 42_949_660}
    assert not any(seen.type == "device.restarted" for seen in (await bench.device.poll()).states)


@pytest.mark.parametrize(("octets", "restarted"), [(20_000_000, False), (10_000_000, False), (9_000_000, True)])
async def test_an_uptime_that_begins_anew_is_no_restart_where_the_counters_went_on(
    octets: int, *, restarted: bool
) -> None:
    bench = Bench(kind=replace(TYPE, kpis=(Kpi("octets", "x", (OCTETS,), kind="counter", per="interface"),)))
    bench.session.objects |= {UPTIME: 90_000_000, f"{OCTETS}.1": 10_000_000}
    await bench.device.poll()
    await bench.clock.advance(60)
    bench.session.objects |= {UPTIME: 3_000, f"{OCTETS}.1": octets, WHY_RELOAD: b"power-on"}
    signal = await bench.device.poll()
    found = [each for each in signal.states if each.type == "device.restarted"]
    assert bool(found) is restarted
    assert ("octets[GigabitEthernet0/0]" in signal.samples) is not restarted
    for state in found:
        assert (state.text, state.occurred_at) == ("gw has restarted: power-on", signal.received_at - 30_000)


async def test_a_new_interface_has_its_name_at_the_next_poll_and_the_inventory_is_read_again_before_long() -> None:
    bench = Bench()
    await bench.device.poll()
    bench.session.objects |= {IFS_CHANGED: 2, f"{NAME}.2": b"Gi0/1", "1.3.6.1.2.1.1.5.0": b"renamed"}
    signal = await bench.device.poll()
    assert signal.interfaces == {1: "GigabitEthernet0/0", 2: "GigabitEthernet0/1"}
    assert bench.devices.interfaces("gw").names == signal.interfaces
    assert bench.learned[-1].sys_name == ""
    await bench.clock.advance(LEARN_AGAIN + 1)
    await bench.device.poll()
    assert bench.learned[-1].sys_name == "renamed"


async def rates_of(bench: Bench, **counted: int) -> dict[str, float]:
    """The rates of a poll ten seconds later, by the label of the row."""
    await bench.clock.advance(10)
    for row, value in counted.items():
        bench.session.objects[f"{OCTETS}.{row.removeprefix('row')}"] = value
    samples = (await bench.device.poll()).samples
    return {name.removeprefix("octets"): value for name, value in samples.items() if name.startswith("octets")}


async def test_interfaces_numbered_anew_without_a_restart_are_named_at_once_and_their_counters_give_no_rate() -> None:
    bench = Bench(kind=replace(TYPE, kpis=(Kpi("octets", "x", (OCTETS,), kind="counter", per="interface"),)))
    bench.session.objects |= {f"{NAME}.2": b"Gi0/1", f"{NAME}.3": b"Gi0/2"}
    await rates_of(bench, row1=0, row2=0, row3=0)
    assert (await rates_of(bench, row1=10, row2=20, row3=30))["[GigabitEthernet0/1]"] == 2.0
    bench.session.objects |= {f"{NAME}.1": b"Gi0/1", f"{NAME}.2": b"Gi0/0", f"{OPER}.1": 1, f"{OPER}.2": 2}
    assert await rates_of(bench, row1=5000, row2=90, row3=60) == {"[GigabitEthernet0/2]": 3.0}
    assert bench.devices.interfaces("gw").names[1] == "GigabitEthernet0/1"
    assert await rates_of(bench, row1=5010, row2=110, row3=90) == {
        "[GigabitEthernet0/1]": 1.0,
        "[GigabitEthernet0/0]": 2.0,
        "[GigabitEthernet0/2]": 3.0,
    }
    raised = [seen.object for seen in of_device(await bench.device.poll()) if seen.raised]
    assert raised == ["GigabitEthernet0/0"]


async def test_counters_of_interfaces_of_one_name_never_give_a_rate() -> None:
    bench = Bench(kind=replace(TYPE, kpis=(Kpi("octets", "x", (OCTETS,), kind="counter", per="interface"),)))
    bench.session.objects |= {f"{NAME}.2": b"port", f"{NAME}.3": b"port", f"{NAME}.4": b"\xb6\xcb", f"{NAME}.5": b""}
    await rates_of(bench, row2=0, row3=0, row4=0, row5=0)
    for _ in range(3):
        found = await rates_of(bench, row2=10, row3=20, row4=30, row5=40)
        assert found.keys() == {"[\\xb6\\xcb]", "[ifIndex 5]"}


async def test_an_inventory_that_could_not_be_stored_is_handed_on_again() -> None:
    bench = Bench()
    bench.full = True
    assert (await bench.device.poll()).snmp is True
    assert bench.counters.value("inventory.not_stored") == 2
    bench.full = False
    await bench.clock.advance(LEARN_AGAIN + 1)
    await bench.device.poll()
    assert bench.learned[-1].interfaces == {1: "GigabitEthernet0/0"}


async def test_an_interface_without_a_name_has_the_names_read_anew() -> None:
    bench = Bench()
    await bench.device.poll()
    bench.session.objects[f"{OPER}.2"] = 1
    signal = await bench.device.poll()
    assert "ifIndex 2" in [seen.object for seen in of_device(signal)]
    bench.session.objects["1.3.6.1.2.1.31.1.1.1.1.2"] = b"Gi0/1"
    await bench.clock.advance(LEARN_AGAIN + 1)
    signal = await bench.device.poll()
    assert "GigabitEthernet0/1" in [seen.object for seen in of_device(signal)]


async def test_what_was_seen_well_is_kept_and_handed_in_again_where_it_could_not_be_stored() -> None:
    bench = Bench(kind=replace(TYPE, states=(replace(TYPE.states[0], once_clear=True),)))
    bench.session.objects[f"{OPER}.1"] = 1
    bench.full = True
    await bench.device.poll()
    assert bench.kept == {}
    bench.full = False
    await bench.device.poll()
    assert bench.kept == {"gw": {("link.down", "GigabitEthernet0/0"), ("component.down", GATEWAY.address)}}
    assert bench.well.of("gw") == bench.well.of("gateway", GATEWAY.addresses) == bench.kept["gw"]
    assert bench.well.of("gateway", ["192.0.2.99"]) == frozenset()


async def test_a_name_that_can_not_be_resolved_any_more_is_said_beside_what_its_last_address_answers() -> None:
    bench = Bench()
    bench.lost_name = "gw.example"
    signal = await bench.device.poll()
    assert (signal.snmp, signal.reason, signal.detail) == (True, "stale name", "gw.example")
    assert signal.samples["cpu.load"] == 7.0
    bench.lost_name = ""
    assert (await bench.device.poll()).reason == ""


async def test_what_can_not_be_decoded_is_no_figure_and_is_kept_for_people() -> None:
    bench = Bench()
    bad = Unreadable("number of no octets", b"")
    for count in (1, 2):
        bench.session.objects.pop(CPU, None)
        bench.session.unreadable = {CPU: bad}
        assert "cpu.load" not in (await bench.device.poll()).samples
        [kept] = bench.devices.unreadable.of("gw")
        assert (kept.oid, kept.value, kept.count) == (CPU, bad, count)
    assert bench.counters.value("polls.unreadable", "gw") == 2


async def test_what_a_poll_shows_of_a_device_is_remembered_at_once() -> None:
    bench = Bench()
    await bench.device.poll()
    bench.session.quirks = Quirks(alone={CPU: "genErr"})
    await bench.device.poll()
    assert bench.learned[-1].quirks["alone"] == {CPU: "genErr"}
    assert known_quirks(bench.learned[-1]) == bench.session.quirks


class Swapped(FakeSession):
    """Another device, or the same one after a restart, answers from the middle of a walk on."""

    swap = False
    other_uptime = 100

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        found = await super().columns(*columns, limit=limit)
        if self.swap:
            self.objects[UPTIME], self.swap = self.other_uptime, False
        return found


@pytest.mark.parametrize("uptime", [100, 900_000_000], ids=["it restarted", "one that is up for longer"])
async def test_a_device_that_changes_in_mid_walk_gives_neither_figures_nor_faults(uptime: int) -> None:
    bench = Bench()
    bench.session = Swapped(bench.session.objects)
    await bench.device.poll()
    bench.session.swap, bench.session.other_uptime = True, uptime
    await bench.clock.advance(60)
    bench.session.objects[UPTIME] = 11_000
    signal = await bench.device.poll()
    assert (signal.snmp, signal.reason) == (True, "partial")
    assert "while it was being read" in signal.detail
    assert of_device(signal) == []
    assert "cpu.load" not in signal.samples
    await bench.clock.advance(60)
    bench.session.objects[UPTIME] = uptime + 6_000
    again = await bench.device.poll()
    assert (again.reason, again.samples["cpu.load"]) == ("", 7.0)
