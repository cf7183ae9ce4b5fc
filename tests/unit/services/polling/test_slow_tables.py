"""A device whose tables take long: neither its faults nor figures without a table wait for them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from cmsp_agent.model.component import Component, PollPlan
from cmsp_agent.model.errors import DeviceUnreachable
from cmsp_agent.model.signal import Value
from cmsp_agent.plugin.api import Kpi
from cmsp_agent.services.polling.rates import Rates
from cmsp_agent.services.polling.slow_tables import SLOW
from tests.lab.clock import ManualClock
from tests.unit.services.polling.fakes import FakeSession
from tests.unit.services.polling.test_device import (
    GATEWAY,
    IFS_CHANGED,
    NAME,
    OCTETS,
    OPER,
    TYPE,
    UPTIME,
    Bench,
    of_device,
)

KIND = replace(TYPE, kpis=(*TYPE.kpis, Kpi("octets", "B/s", (OCTETS,), kind="counter64", per="interface")))
INVENTORY = "1.3.6.1.2.1.47.1.1.1.1.2"


@dataclass
class SlowSession(FakeSession):
    """Takes so long for the octets, and for ever for the inventory where it is stuck."""

    clock: ManualClock = field(default_factory=ManualClock)
    seconds: float = 0.0
    stuck: bool = False

    async def get(self, *oids: str) -> Mapping[str, Value]:
        self.objects[UPTIME] = 10_000_000 + round(self.clock.monotonic() * 100)
        return await super().get(*oids)

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        if OCTETS in columns:
            await self.clock.advance(self.seconds)
        if self.stuck and INVENTORY in columns:
            await asyncio.Event().wait()
        return await super().columns(*columns, limit=limit)


def slow_bench(component: Component = GATEWAY) -> tuple[Bench, SlowSession]:
    bench = Bench(component, KIND)
    slow = SlowSession({**bench.session.objects, f"{OCTETS}.1": 1000}, clock=bench.clock)
    bench.session = slow
    return bench, slow


@asynccontextmanager
async def served(bench: Bench) -> AsyncIterator[None]:
    """The loop beside the polls."""
    task = asyncio.create_task(bench.device.tables.serve())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_read() -> None:
    for _ in range(200):
        await asyncio.sleep(0)


async def test_faults_and_figures_of_a_slow_device_do_not_wait_for_its_tables() -> None:
    bench, session = slow_bench()
    session.seconds = 30.0
    assert "octets[GigabitEthernet0/0]" not in (await bench.device.poll()).samples
    async with served(bench):
        for counted in (2000, 32_000):
            session.objects[f"{OCTETS}.1"] = counted
            session.objects[f"{OPER}.1"] = 2
            begun = bench.clock.now()
            signal = await bench.device.poll()
            assert bench.clock.now() == begun, "the poll itself takes no time"
            assert (signal.snmp, signal.samples["cpu.load"]) == (True, 7.0)
            assert [(seen.object, seen.raised) for seen in of_device(signal)] == [("GigabitEthernet0/0", True)]
            await until_read()
            await bench.clock.advance(60)
        signal = await bench.device.poll()
        assert round(signal.samples["octets[GigabitEthernet0/0]"]) == round(30_000 / 90)


async def test_a_device_that_is_quick_again_is_read_whole() -> None:
    bench, session = slow_bench()
    session.seconds = SLOW
    await bench.device.poll()
    session.seconds = 0.0
    async with served(bench):
        await bench.device.poll()
        await until_read()
    await bench.device.poll()
    await bench.clock.advance(10)
    session.objects[f"{OCTETS}.1"] = 2000
    assert (await bench.device.poll()).samples["octets[GigabitEthernet0/0]"] == 100.0


async def test_tables_that_fail_are_said_and_the_faults_are_watched() -> None:
    bench, session = slow_bench()
    session.seconds = SLOW
    await bench.device.poll()
    async with served(bench):
        session.table_failure = DeviceUnreachable("no answer")
        bench.device.tables.figures(bench.device.plan, Rates())
        await until_read()
    session.table_failure = None
    signal = await bench.device.poll()
    assert (signal.snmp, signal.reason, signal.detail) == (True, "partial", "its tables can't be read: no answer")
    assert of_device(signal)


async def test_interfaces_numbered_anew_between_two_readings_give_no_rate() -> None:
    bench, session = slow_bench()
    session.seconds = 10.0
    await bench.device.poll()
    found: list[Mapping[str, float]] = []
    async with served(bench):
        for name in (b"Gi0/0", b"Gi0/7", b"Gi0/7", b"Gi0/7"):
            if name != session.objects[f"{NAME}.1"]:
                session.objects |= {f"{NAME}.1": name, IFS_CHANGED: 2}
            session.objects[f"{OCTETS}.1"] = 5000 + len(found)
            found.append((await bench.device.poll()).samples)
            await until_read()
            await bench.clock.advance(60)
    rated = [sorted(name for name in each if name.startswith("octets")) for each in found]
    assert rated == [[], [], [], ["octets[GigabitEthernet0/7]"]]


async def test_a_device_whose_inventory_takes_longer_than_a_poll_is_watched_meanwhile() -> None:
    bench, session = slow_bench(replace(GATEWAY, poll=PollPlan(every=0.03, timeout=0.03)))
    session.stuck = True
    assert (await bench.device.poll()).reason == "partial"
    signal = await bench.device.poll()
    assert [(seen.object, seen.raised) for seen in of_device(signal)] == [("GigabitEthernet0/0", True)]
    assert signal.samples["cpu.load"] == 7.0
    assert signal.detail.startswith("its inventory can't be read")
    session.stuck = False
    session.objects["1.3.6.1.2.1.1.5.0"] = b"gateway"
    async with served(bench):
        await bench.device.poll()
        await until_read()
    await bench.device.poll()
    assert bench.learned[-1].sys_name == "gateway"
    assert bench.learned[-1].interfaces
