"""A process whose power is cut while it measures and rolls up: `python -m … DIRECTORY MINUTES`."""

import asyncio
import sqlite3
import sys
from pathlib import Path

from cmsp_agent.aio.clock import SystemClock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.storage import rollups, series
from cmsp_agent.storage.rollups import FIVE_MINUTES, HOUR
from cmsp_agent.storage.series import Columns, Sample

BEGIN = 1_767_225_600_000 // HOUR * HOUR
MINUTE = 60_000


def figures(minute: int) -> dict[str, float]:
    """What is measured in a minute; one figure is missing now and then."""
    named = {f"if.in.octets[Gi0/{port}]": float(minute * (port + 1) % 97) for port in range(20)}
    return named if minute % 7 else {"cpu.load": float(minute)}


async def main(directory: Path, minutes: int) -> None:
    database = await series.open_series(directory / "series.db", clock=SystemClock(), counters=Counters())
    for minute in range(minutes):

        def measure(tx: sqlite3.Connection, minute: int = minute) -> None:
            series.append(tx, [Sample(BEGIN + minute * MINUTE, "gw", figures(minute))], Columns())

        await database.write(measure)
        if minute % 5 == 3:
            for step in (FIVE_MINUTES, HOUR):
                until = BEGIN + minute * MINUTE
                await database.write(lambda tx, step=step, until=until: rollups.roll_up(tx, "gw", step, until))  # type: ignore[misc]
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
