"""Our poller as the agent uses it, in a process of its own: polls every device of the site, and says what that cost.

A poll is what a polling loop asks of one device: 20 scalars by GET, 10 columns of IF-MIB over 49 interfaces by GETBULK,
all of it built into dicts of values. The first round (discovery, caches) is not counted, as with the other pollers.
"""

import argparse
import asyncio
import json
import resource
import time

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.memory import settle_memory
from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.transports.snmp.client import SnmpClient
from cmsp_agent.transports.snmp.session import SnmpSession
from cmsp_agent.transports.snmp.target import SnmpTarget
from tests.bench.poll.responder import Site
from tests.bench.poll.site import AUTH, COLUMNS, PRIV, SCALARS, USEFUL, USER, addresses

AT_ONCE = 50


def credential(version: str) -> SnmpCredential:
    """How the devices are asked."""
    if version == "2c":
        return SnmpCredential("2c", community=Secret("community", lambda: "public"))
    return SnmpCredential(
        "3",
        user=USER,
        auth="SHA-1",
        auth_key=Secret("auth", lambda: AUTH),
        priv="AES-128",
        priv_key=Secret("priv", lambda: PRIV),
    )


async def poll(session: SnmpSession) -> int:
    """One device; how many values it gave."""
    scalars = await session.get(*SCALARS)
    tables = await session.columns(*COLUMNS)
    return len(scalars) + sum(map(len, tables.values()))


async def poll_all(sessions: list[SnmpSession]) -> int:
    """Every device once, so many at a time; how many values in all."""
    waiting = iter(sessions)
    counts = []

    async def work() -> None:
        for session in waiting:
            counts.append(await poll(session))

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return sum(counts)


def cpu() -> float:
    """CPU seconds of this process, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(version: str, site: Site, devices: int, rounds: int) -> dict[str, object]:
    """Poll the site `rounds` times."""
    counters = Counters()
    client = SnmpClient(SystemClock(), counters)
    await client.open()
    shown = credential(version)
    sessions = [
        client.session(SnmpTarget(address, shown, port=site.port)) for address in addresses(devices, site.network)
    ]
    await poll_all(sessions)
    settle_memory()  # as the agent does after its start
    before, begun = cpu(), time.perf_counter()
    values = 0
    for _ in range(rounds):
        values += await poll_all(sessions)
    used, wall = cpu() - before, time.perf_counter() - begun
    await client.close()
    wanted = devices * rounds * USEFUL
    return {
        "polls": devices * rounds,
        "varbinds": values,
        "lost": wanted - values,
        "cpu": used,
        "wall": wall,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "counters": {f"{name}[{key}]" if key else name: count for name, key, count in counters.labelled()},
    }


def main() -> None:
    """Print the measurement as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("version", choices=("2c", "3"))
    parser.add_argument("port", type=int)
    parser.add_argument("network", help="the first octets of the devices' addresses")
    parser.add_argument("devices", type=int)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    work = measure(options.version, Site(options.port, options.network), options.devices, options.rounds)
    if options.profile:
        import cProfile

        cProfile.runctx("asyncio.run(work)", {"asyncio": asyncio, "work": work}, {}, sort="tottime")
        return
    print(json.dumps(asyncio.run(work)))


if __name__ == "__main__":
    main()
