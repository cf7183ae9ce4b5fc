"""Twenty devices that answer nothing but ICMP, and a way that loses three echoes of ten, for 1,000 polls each."""

import asyncio
import random

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component, PollPlan, State
from cmsp_agent.model.signal import PollSignal
from cmsp_agent.pipeline.alarm_state import AlarmState
from cmsp_agent.pipeline.impact import Customer
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.plugin.registry import Registry
from cmsp_agent.services.availability import availability
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.polling.device import Device
from cmsp_agent.services.polling.device_starts import StartMemory
from cmsp_agent.services.polling.probe import DeviceSession
from cmsp_agent.services.polling.reachability import Reachability
from cmsp_agent.services.polling.seen_well import WellMemory
from tests.lab.clock import ManualClock

POLLS, LOSS = 1_000, 0.3
NAMES = [f"ata-{number}" for number in range(20)]
CUSTOMER = Customer(people=0, sites=1, components=20, people_at={})


class Network:
    """Everything between polls and alarms, on a clock of its own."""

    def __init__(self) -> None:
        self.clock, self.counters, self.loss = ManualClock(), Counters(), LOSS
        self.chance, self.alarm_state = random.Random(30), AlarmState()
        self.components = {
            name: Component(name, (f"192.0.2.{number}",), "paris", "reachability", poll=PollPlan(every=60.0))
            for number, name in enumerate(NAMES, 1)
        }
        devices = Devices(Registry())
        devices.configure(self.components)
        self.pipeline = Pipeline(self.components, CUSTOMER, devices, self.counters)
        reach = Reachability(self.counters, self.ping, gap=0, apart=0)
        well = WellMemory({}, self.keep, self.counters)
        starts = StartMemory({}, self.keep, self.clock, self.counters)
        self.devices = [
            Device(component, devices, reach, self.open, self.learn, self.clock, self.counters, well, starts)
            for component in self.components.values()
        ]

    async def ping(self, address: str, within: float, source: str | None) -> float | None:
        return None if self.chance.random() < self.loss else 0.01

    def open(self, component: Component, facts: DeviceFacts | None) -> DeviceSession:
        raise AssertionError("nothing is asked by SNMP")

    async def learn(self, name: str, facts: DeviceFacts) -> None:
        raise AssertionError("nothing is learned")

    async def keep(self, name: str, seen: object) -> None:
        return None

    async def polls(self, count: int) -> list[list[PollSignal]]:
        """So many rounds, a minute apart, each judged as it comes."""
        rounds = []
        for _ in range(count):
            rounds.append(await asyncio.gather(*(device.poll() for device in self.devices)))
            self.pipeline.process(self.alarm_state, rounds[-1], self.clock.now()).commit()
            await self.clock.advance(60)
        return rounds

    def held(self) -> dict[str, int]:
        """Alarm type → how many components have it."""
        kinds = [key.type for key in self.alarm_state.active]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

    def states(self) -> set[State]:
        return {found.state for found in availability(self.alarm_state, NAMES, 0).values()}


async def test_thirty_percent_of_loss_are_a_threshold_crossed_and_never_a_component_down() -> None:
    network = Network()
    lost: list[float] = []
    for _ in range(POLLS // 50):
        rounds = await network.polls(50)
        lost += [signal.samples["icmp.loss"] for signals in rounds for signal in signals]
        assert network.states() == {State.UP}
        assert network.held() == {"kpi.threshold": 20}
    assert len(lost) == POLLS * len(NAMES)
    assert 100 * LOSS - 1 < sum(lost) / len(lost) < 100 * LOSS + 1
    assert {incident.title.partition(":")[0] for incident in network.alarm_state.incidents.values()} == set(NAMES)
    network.loss = 0.0
    await network.polls(15)
    assert network.held() == {}
    network.loss = 1.0
    await network.polls(2)
    assert network.states() == {State.UP}
    await network.polls(1)
    assert network.held()["component.down"] == 20
