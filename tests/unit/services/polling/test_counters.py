"""Counters done right, as properties: whatever befalls a device between two polls, a rate is the true one or absent."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmsp_agent.model.errors import DeviceUnreachable
from cmsp_agent.plugin.api import Kpi
from cmsp_agent.services.polling.plan import ENGINE_BOOTS, ENGINE_TIME, IF_DISCONTINUITY
from tests.unit.services.polling.test_device import NAME, OCTETS, TYPE, UPTIME, Bench

WIDE, NARROW = OCTETS, "1.3.9.6"
KIND = replace(TYPE, kpis=(Kpi("octets", "x", (WIDE, NARROW), kind="counter64", per="interface"),))
SERIES = "octets[GigabitEthernet0/0]"
LEAST = 2**30
"""What a counter reads at first at least: a restart takes it down, whatever is counted until the next poll."""


@dataclass(frozen=True)
class Step:
    """What happens until the next poll."""

    seconds: int
    rate: int
    what: str = ""
    """`reboot`, `cleared` (with its discontinuity time), `missed`, `clock` (a step of the wall clock), `again` (other
    ifIndex)."""
    clock: int = 0


@dataclass
class Counted:
    """A device with one interface, as it really is."""

    width: int
    value: int
    uptime: int
    """Hundredths of a second, not wrapped."""
    engine: bool
    index: int = 1
    boots: int = 1
    discontinuity: int = 0
    true: int = 0
    """What was really counted since the last answer."""
    broken: bool = True
    """Whether the counter started anew since then."""
    objects: dict[str, object] = field(default_factory=dict)

    def live(self, step: Step) -> None:
        """Let a step happen."""
        self.uptime += step.seconds * 100
        grown = step.seconds * step.rate
        self.true += grown
        self.value += grown
        match step.what:
            case "reboot":
                self.uptime, self.value, self.boots, self.broken = 100, step.rate, self.boots + 1, True
                self.discontinuity = 0
            case "cleared":
                self.value, self.discontinuity, self.broken = step.rate, self.uptime % 2**32, True
            case "again":
                self.index += 1

    def answers(self) -> dict[str, object]:
        """What it answers."""
        if self.value % 2**self.width == 2**self.width - 1:  # all bits set: "not available"
            self.value, self.true = self.value + 1, self.true + 1
        column = WIDE if self.width == 64 else NARROW
        found: dict[str, object] = {
            UPTIME: self.uptime % 2**32,
            f"{NAME}.{self.index}": b"Gi0/0",
            f"{column}.{self.index}": self.value % 2**self.width,
            f"{IF_DISCONTINUITY}.{self.index}": self.discontinuity,
            "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.9.1.1",
        }
        if self.engine:
            found |= {ENGINE_BOOTS: self.boots, ENGINE_TIME: self.uptime // 100}
        return found


STEPS = st.lists(
    st.builds(
        Step,
        seconds=st.integers(30, 300),
        rate=st.integers(0, 2**30 // 3_000),
        what=st.sampled_from(["", "", "", "reboot", "cleared", "missed", "clock"]),
        clock=st.sampled_from([-86_400, -1, 3_600, 10**8]),
    ),
    min_size=2,
    max_size=10,
)
WRAPPING = st.tuples(st.sampled_from([32, 64]), st.integers(0, 2**30))
"""A width, and how far below its wrap the counter begins."""


async def polled(device: Counted, steps: Sequence[Step]) -> list[tuple[float | None, float | None]]:
    """(rate that was found, true rate; None: there is none) for each poll that was answered."""
    bench = Bench(kind=KIND)
    bench.session.objects = device.answers()  # type: ignore[assignment]
    await bench.device.poll()
    device.true, device.broken, since = 0, False, 0
    found: list[tuple[float | None, float | None]] = []
    for step in steps:
        device.live(step)
        await bench.clock.advance(step.seconds)
        if step.what == "clock":
            bench.clock.step(step.clock)
        since += step.seconds
        bench.session.objects = device.answers()  # type: ignore[assignment]
        bench.session.failure = DeviceUnreachable("lost") if step.what == "missed" else None
        signal = await bench.device.poll()
        if step.what == "missed":
            continue
        found.append((signal.samples.get(SERIES), None if device.broken else device.true / since))
        device.true, device.broken, since = 0, False, 0
    return found


def agreed(device: Counted, steps: Sequence[Step]) -> bool:
    return all(
        (rate is None) == (true is None) and (rate is None or true is None or rate == pytest.approx(true))
        for rate, true in asyncio.run(polled(device, steps))
    )


@settings(max_examples=60, deadline=None)
@given(WRAPPING, st.booleans(), STEPS)
def test_a_rate_is_the_true_one_or_absent(wrapping: tuple[int, int], engine: bool, steps: list[Step]) -> None:
    width, below = wrapping
    assert agreed(Counted(width, 2**width - below, uptime=10**7, engine=engine), steps)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60_000), st.booleans(), st.integers(0, 2**30 // 3_000))
def test_497_days_are_no_restart(ticks: int, engine: bool, rate: int) -> None:
    """sysUpTime wraps between two polls: with the engine's time, and without it."""
    device = Counted(64, LEAST * 7, uptime=2**32 - ticks, engine=engine)
    assert agreed(device, [Step(60, rate) for _ in range(12)])


def test_an_interface_that_gets_another_number_keeps_its_name_and_no_rate_is_wrong() -> None:
    device = Counted(64, LEAST * 7, uptime=10**7, engine=True)
    steps = [Step(60, 1_000), Step(60, 1_000, "again"), Step(60, 1_000), Step(60, 1_000)]
    found = asyncio.run(polled(device, steps))
    assert {rate for rate, _ in found} - {None} == {1_000.0}
    assert found[-1][0] == 1_000.0


def test_a_missed_poll_makes_one_long_interval() -> None:
    device = Counted(32, 2**32 - 5_000, uptime=10**7, engine=False)
    steps = [Step(60, 100), Step(60, 100, "missed"), Step(60, 400)]
    assert [rate for rate, _ in asyncio.run(polled(device, steps))] == [100.0, 250.0]


def test_a_counter_that_had_just_wrapped_gives_no_rate_over_a_restart() -> None:
    device = Counted(32, 2**32 - 702_875, uptime=10**7, engine=False)
    assert agreed(device, [Step(292, 2_435), Step(30, 15_577, "reboot"), Step(30, 15_577)])


def test_a_restart_just_before_sysuptime_wraps_is_one_where_the_engine_says_so() -> None:
    device = Counted(32, 2**32 - 5_000, uptime=2**32 - 20_000, engine=True)
    assert agreed(device, [Step(204, 0, "reboot"), Step(30, 100)])
