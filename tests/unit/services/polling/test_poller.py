"""When devices are polled: each in its phase, none waiting for another, all of it on a clock that the test owns."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.component import Component, PollPlan
from cmsp_agent.model.errors import NotFound, StorageFull
from cmsp_agent.model.signal import PollSignal, Signal
from cmsp_agent.services.polling.device import Device
from cmsp_agent.services.polling.loops import phase
from cmsp_agent.services.polling.poller import FIRST_WITHIN, Poller
from tests.lab.clock import ManualClock


class FakeDevice:
    """Notes when it was polled; hangs while it is told to."""

    def __init__(self, component: Component, clock: ManualClock) -> None:
        self.component = component
        self.clock = clock
        self.polled: list[float] = []
        self.free = asyncio.Event()
        self.free.set()

    def lose_patience(self) -> None:
        """It refuses nobody."""

    @property
    def tables(self) -> "FakeDevice":
        return self

    async def serve(self) -> None:
        await asyncio.Event().wait()

    async def poll(self) -> PollSignal:
        self.polled.append(self.clock.monotonic())
        await self.free.wait()
        return PollSignal(self.component.name, self.clock.now(), snmp=True, samples={"cpu.load": 1.0})


class Bench:
    """A poller of fake devices."""

    def __init__(self, clock: ManualClock, supervisor: Supervisor, counters: Counters) -> None:
        self.clock, self.counters = clock, counters
        self.devices: dict[str, FakeDevice] = {}
        self.reported: list[Signal] = []
        self.series: list[tuple[str, int, Mapping[str, float]]] = []
        self.full = False
        self.poller = Poller(self._make, self._sink, self._write, supervisor, clock, counters)

    def _make(self, component: Component) -> Device:
        self.devices[component.name] = FakeDevice(component, self.clock)
        return cast("Device", self.devices[component.name])

    async def _sink(self, signals: Sequence[Signal]) -> None:
        if self.full:
            raise StorageFull("no room")
        self.reported += signals

    async def _write(self, component: str, at: int, samples: Mapping[str, float]) -> None:
        self.series.append((component, at, samples))

    async def poll(self, *components: Component) -> None:
        await self.poller.configure({component.name: component for component in components})


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    clock, counters = ManualClock(), Counters()
    async with Supervisor(clock, counters) as supervisor:
        yield Bench(clock, supervisor, counters)


def component(name: str, every: float = 60.0) -> Component:
    return Component(name, ("192.0.2.1",), "paris", poll=PollPlan(every=every))


def test_phases_are_spread_and_stay_the_same() -> None:
    phases = [phase(f"gw-{n}", 60.0) for n in range(600)]
    assert phases == [phase(f"gw-{n}", 60.0) for n in range(600)]
    assert all(0 <= each < 60 for each in phases)
    per_slice = [sum(1 for each in phases if slot * 6 <= each < slot * 6 + 6) for slot in range(10)]
    assert min(per_slice) > 35
    assert max(per_slice) < 90


async def test_every_device_is_polled_soon_and_then_in_its_phase(bench: Bench) -> None:
    await bench.poll(*(component(f"gw-{n}") for n in range(20)))
    started = bench.clock.monotonic()
    await bench.clock.advance(FIRST_WITHIN)
    assert all(len(device.polled) >= 1 for device in bench.devices.values())
    await bench.clock.advance(180)
    for name, device in bench.devices.items():
        later = device.polled[1:]
        assert [round(at % 60 - phase(name, 60.0), 6) for at in later] == [0.0] * len(later)
        assert len(later) in (3, 4)
    assert min(device.polled[0] for device in bench.devices.values()) < started + 1
    assert bench.counters.gauges()["polls.worst_lateness_s"] == 0


async def test_outcomes_and_samples_are_handed_on(bench: Bench) -> None:
    await bench.poll(component("gw"))
    await bench.clock.advance(FIRST_WITHIN)
    assert [signal.component for signal in bench.reported] == ["gw"]
    assert bench.series[0][0] == "gw"
    assert bench.series[0][2] == {"cpu.load": 1.0}


async def test_one_that_hangs_delays_no_other_and_skips_what_it_missed(bench: Bench) -> None:
    await bench.poll(component("stuck", 10), component("fine", 10))
    await bench.clock.advance(FIRST_WITHIN)
    bench.devices["stuck"].free.clear()
    await bench.clock.advance(45)
    bench.devices["stuck"].free.set()
    await bench.clock.advance(10)
    assert len(bench.devices["fine"].polled) >= 6
    assert len(bench.devices["stuck"].polled) < len(bench.devices["fine"].polled)
    assert bench.counters.value("polls.skipped", "stuck") >= 2
    assert bench.counters.gauges()["polls.worst_lateness_s"] == 0


async def test_poll_now_comes_out_of_turn_and_never_twice_at_once(bench: Bench) -> None:
    await bench.poll(component("gw", 3600))
    await bench.clock.advance(FIRST_WITHIN)
    device = bench.devices["gw"]
    device.free.clear()
    both = asyncio.gather(bench.poller.poll_now("gw"), bench.poller.poll_now("gw"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(device.polled) == 2  # the first of the loop, and one of the two
    device.free.set()
    assert [signal.snmp for signal in await both] == [True, True]
    with pytest.raises(NotFound):
        await bench.poller.poll_now("nobody")


async def test_a_full_disk_is_counted_and_polling_goes_on(bench: Bench) -> None:
    bench.full = True
    await bench.poll(component("gw", 10))
    await bench.clock.advance(30)
    assert bench.counters.value("polls.not_stored") >= 3
    assert bench.counters.total("tasks.failed") == 0
    bench.full = False
    await bench.clock.advance(10)
    assert bench.reported


async def test_a_reload_ends_and_begins_only_what_changed(bench: Bench) -> None:
    stays, changes, goes = component("stays"), component("changes"), component("goes")
    await bench.poll(stays, changes, goes)
    before = dict(bench.devices)
    await bench.poll(stays, replace(changes, people=3), component("comes"))
    assert bench.devices["stays"] is before["stays"]
    assert bench.devices["changes"] is not before["changes"]
    await bench.clock.advance(130)
    assert before["goes"].polled == []
    assert len(bench.devices["comes"].polled) >= 2
