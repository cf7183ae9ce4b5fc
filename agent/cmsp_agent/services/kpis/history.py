"""Answers what was measured between two times, in the resolution that is asked for or that still has it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cmsp_agent.config.configuration import Retention
from cmsp_agent.model.natural import natural
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.plugin.registry import OWN_UNITS, figures_of
from cmsp_agent.storage import rollups, series
from cmsp_agent.storage.rollups import FIVE_MINUTES, HOUR, RollUpQuery
from cmsp_agent.storage.series import Point
from cmsp_agent.storage.sqlite.database import Database

RAW = "raw"
STEPS = {"5m": FIVE_MINUTES, "1h": HOUR}
"""The resolutions that are rolled up, and their steps (ms)."""
RESOLUTIONS = (RAW, *STEPS)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: from `start` to `end` (ms); no resolution: the finest that goes back so far; no KPI: all."""

    component: str
    start: int
    end: int
    resolution: str = ""
    kpis: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A KPI of one object over time. Of roll-ups the samples are means; least and most stand beside them."""

    unit: str
    samples: Sequence[Point]
    least: Sequence[float] = ()
    most: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class History:
    """`KPI` or `KPI[object]` → its line, in natural order."""

    resolution: str
    lines: Mapping[str, Line] = field(default_factory=dict)


class KpiHistory:
    """Reads `series.db`.

    Args:
        database: `series.db`.
        retention: how long each resolution is kept.
        device_type: the device type of a component, which knows the units.
        now: ms since the epoch.
    """

    def __init__(
        self,
        database: Database,
        retention: Callable[[], Retention],
        device_type: Callable[[str], DeviceType],
        now: Callable[[], int],
    ) -> None:
        self._database = database
        self._retention = retention
        self._device_type = device_type
        self._now = now

    async def read(self, question: Question) -> History:
        """What was measured.

        Raises:
            StorageError: the database can't be read.
        """
        asked = question
        resolution = asked.resolution or self._finest(asked.start)
        units = OWN_UNITS | {kpi.name: kpi.unit for kpi in figures_of(self._device_type(asked.component))}
        lines: dict[str, Line] = {}
        if resolution == RAW:
            found = await self._database.read(
                lambda connection: series.query(connection, asked.component, asked.start, asked.end, asked.kpis)
            )
            lines = {name: Line(_unit(units, name), points) for name, points in found.items()}
        else:
            wanted = RollUpQuery(STEPS[resolution], asked.start, asked.end, asked.kpis)
            rolled = await self._database.read(lambda connection: rollups.query(connection, asked.component, wanted))
            for name, spans in rolled.items():
                at, least, mean, most = zip(*spans, strict=True)
                lines[name] = Line(_unit(units, name), list(zip(at, mean, strict=True)), least, most)
        return History(resolution, {name: lines[name] for name in sorted(lines, key=natural)})

    def _finest(self, start: int) -> str:
        kept, age = self._retention(), (self._now() - start) / 1000
        if age <= kept.series_raw:
            return RAW
        return "5m" if age <= kept.series_five_minutes else "1h"


def _unit(units: Mapping[str, str], series_name: str) -> str:
    return units.get(series_name.partition("[")[0], "")
