"""The part for KPIs: rolls them up by the calendar, and answers what was measured."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cmsp_agent.config.configuration import Configuration, Retention
from cmsp_agent.services.calendar import Calendar, CalendarEntry
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.events.trusted_clock import KnownTime
from cmsp_agent.services.kpis.history import KpiHistory
from cmsp_agent.services.kpis.rolling import EVERY_FIVE_MINUTES, Rolling
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime

ROLL_UP = "KPI roll-up"


@dataclass(slots=True)
class KpisPart(Part):
    """What was measured."""

    history: KpiHistory
    rolling: Rolling
    retention: Retention

    def prepare(self, configuration: Configuration) -> Change:
        """How long each resolution is kept."""

        async def change() -> None:
            self.retention = configuration.retention

        return change


@asynccontextmanager
async def start_kpis(
    runtime: Runtime, configuration: Configuration, devices: Devices, known_time: KnownTime
) -> AsyncIterator[KpisPart]:
    """Roll up every five minutes."""
    part: KpisPart

    def retention() -> Retention:
        return part.retention

    history = KpiHistory(runtime.series, retention, devices.device_type, runtime.clock.now)
    part = KpisPart(history, Rolling(runtime.series, retention, runtime.clock), configuration.retention)

    async def work() -> None:
        if await known_time.believed():
            await part.rolling.run()
            await part.rolling.forget()

    calendar = Calendar(runtime.state, runtime.clock, runtime.supervisor)
    calendar.use({ROLL_UP: CalendarEntry(ROLL_UP, EVERY_FIVE_MINUTES, "UTC", work)})
    runtime.supervisor.keep_running("KPI calendar", calendar.run)
    yield part
