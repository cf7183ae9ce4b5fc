"""A device whose tables take long: its faults are reported before them, from the second poll on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cmsp_agent.model.signal import PollSignal, Value
from cmsp_agent.services.polling.early_state import SLOW
from tests.lab.clock import ManualClock
from tests.unit.services.polling.fakes import FakeSession
from tests.unit.services.polling.test_device import OPER, Bench, of_device


@dataclass
class SlowSession(FakeSession):
    """Takes so long for all that is not about faults."""

    clock: ManualClock = field(default_factory=ManualClock)
    seconds: float = 0.0
    read: list[tuple[str, ...]] = field(default_factory=list)

    async def columns(self, *columns: str, limit: int = 10_000) -> Mapping[str, Mapping[str, Value]]:
        self.read.append(columns)
        if set(columns) != {OPER}:
            await self.clock.advance(self.seconds)
        return await super().columns(*columns, limit=limit)


def slow_bench() -> tuple[Bench, SlowSession]:
    bench = Bench()
    slow = SlowSession(bench.session.objects, clock=bench.clock)
    bench.session = slow
    return bench, slow


async def test_faults_of_a_slow_device_do_not_wait_for_its_figures() -> None:
    bench, session = slow_bench()
    reported: list[tuple[PollSignal, int]] = []

    async def tell(signal: PollSignal) -> None:
        reported.append((signal, bench.clock.now()))

    session.seconds = SLOW
    await bench.device.poll(tell)
    assert reported == [], "that it is slow is not known yet"
    begun = bench.clock.now()
    whole = await bench.device.poll(tell)
    [(early, at)] = reported
    assert at == begun
    assert bench.clock.now() - begun >= SLOW * 1000
    assert early.snmp
    assert of_device(early) == of_device(whole)
    assert not early.samples
    session.seconds = 0.0
    await bench.device.poll(tell)
    await bench.device.poll(tell)
    assert len(reported) == 2, "it is fast again"
    assert session.read[-1] != (OPER,)
