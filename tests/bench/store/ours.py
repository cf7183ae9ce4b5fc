"""The agent's own polling in a process of its own: devices are asked, judged and their figures written to `series.db`.

Everything is as the agent puts it together: `services.polling.device`, the device type `generic_snmp`, `series.db` with
its writer thread. Three thresholds are watched for each interface. Prints what it cost as JSON.
"""

import argparse
import asyncio
import json
import resource
import sqlite3
import tempfile
import time
from functools import partial
from pathlib import Path

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.memory import settle_memory
from cmsp_agent.model.component import Component, PollPlan, ReachPlan, SnmpPlan, Threshold
from cmsp_agent.model.credentials import Credentials, SnmpCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.plugin.host import PluginHost
from cmsp_agent.plugin.quarantine import Quarantine
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.polling.device import Device
from cmsp_agent.services.polling.device_starts import StartMemory
from cmsp_agent.services.polling.reachability import Reachability
from cmsp_agent.services.polling.seen_well import WellMemory
from cmsp_agent.services.polling.sessions import SnmpSessions
from cmsp_agent.storage import series as samples
from cmsp_agent.storage.series import open_series
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.transports.snmp.client import SnmpClient
from tests.bench.poll.site import addresses

AT_ONCE = 50
WARM_UP = 2
WATCHED = ("if.in.utilisation", "if.out.utilisation", "if.in.errors")


def component(number: int, address: str, port: int, every: float) -> Component:
    """A device of the site, three KPIs of which have thresholds."""
    return Component(
        f"d{number}",
        (address,),
        "site",
        "generic_snmp",
        credentials=Credentials(snmp=SnmpCredential("2c", community=Secret("community", lambda: "public"))),
        snmp=SnmpPlan(port=port),
        poll=PollPlan(every=every),
        reach=ReachPlan(icmp=False),
        thresholds=tuple(Threshold(kpi, 90.0, 80.0, 0.0, "warning") for kpi in WATCHED),
    )


class Polling:
    """The devices and where their figures go."""

    def __init__(self, series: Database, client: SnmpClient, components: list[Component], state: Path) -> None:
        clock, counters = SystemClock(), Counters()
        host = PluginHost(Quarantine(state / "quarantine.json"), clock, counters)
        host.load()
        devices = Devices(host.registry)
        devices.configure({each.name: each for each in components})
        well, starts = WellMemory({}, _unkept, counters), StartMemory({}, _unkept, clock, counters)
        reachability, sessions = Reachability(counters), SnmpSessions(client)
        self._series = series
        self._devices = [
            Device(each, devices, reachability, sessions, _unlearned, clock, counters, well, starts)
            for each in components
        ]

    async def poll_all(self) -> int:
        """Every device once; how many figures were stored."""
        waiting, stored = iter(self._devices), 0

        async def work() -> None:
            nonlocal stored
            for device in waiting:
                signal = await device.poll()
                sample = samples.Sample(signal.received_at, signal.component, signal.samples)
                await self._series.write(partial(_append, sample=sample))
                stored += len(signal.samples)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return stored


def _append(tx: sqlite3.Connection, sample: samples.Sample) -> None:
    samples.append(tx, [sample], samples.Columns())


async def _unkept(*_: object) -> None:
    """What is remembered over a restart is not part of this."""


async def _unlearned(_: str, __: DeviceFacts) -> None:
    """The same of what is learned."""


def cpu() -> float:
    """CPU seconds of this process with its threads, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(port: int, network: str, devices: int, every: float, rounds: int) -> dict[str, float]:
    """Poll the site `rounds` times, `every` seconds apart; the rounds before that are not counted."""
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        file = Path(folder) / "series.db"
        series = await open_series(file, clock=SystemClock(), counters=Counters())
        client = SnmpClient(SystemClock(), Counters())
        await client.open()
        site = [component(number, each, port, every) for number, each in enumerate(addresses(devices, network))]
        polling = Polling(series, client, site, Path(folder))
        for _ in range(WARM_UP):
            await polling.poll_all()
            await asyncio.sleep(1.0)
        settle_memory()
        size, before, begun, values = _size(file), cpu(), time.perf_counter(), 0
        for number in range(1, rounds + 1):
            values += await polling.poll_all()
            await asyncio.sleep(max(0.0, begun + number * every - time.perf_counter()))
        used, wall = cpu() - before, time.perf_counter() - begun
        await client.close()
        await series.close()
        grown = _size(file) - size
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"values": values, "cpu": used, "wall": wall, "octets": grown, "rss_mb": rss}


def _size(file: Path) -> int:
    return sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))


def main() -> None:
    """Print the measurement as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("network", help="the first octets of the devices' addresses")
    parser.add_argument("devices", type=int)
    parser.add_argument("every", type=float)
    parser.add_argument("rounds", type=int)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(*vars(options).values()))))


if __name__ == "__main__":
    main()
