"""The part that watches the order."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.pipeline.alarm_types import order
from cmsp_agent.services.devices.start import DevicesPart
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.start import EventsPart
from cmsp_agent.services.order.watch import OrderWatch
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime


@dataclass(slots=True)
class OrderPart(Part):
    """The watch, and for whom the service is."""

    alarm_types = order.ALARM_TYPES
    watch: OrderWatch
    customer: str

    def prepare(self, configuration: Configuration) -> Change:
        """The order as the file has it now."""

        async def change() -> None:
            self.watch.order, self.customer = configuration.order, configuration.customer.name
            self.watch.zones = configuration.zones
            self.watch.wakeup.wake()

        return change

    async def status(self) -> Mapping[str, Any]:
        """The order in short, and the end customer's name."""
        found = self.watch.order
        named = len(self.watch.components())
        ends = found.ends.isoformat() if found.ends else None
        ordered = found.components or None
        components = {"ordered": ordered, "named": named}
        return {"order": {"id": found.id, "customer": self.customer, "ends": ends, "components": components}}


@asynccontextmanager
async def start_order(
    runtime: Runtime, configuration: Configuration, known: DevicesPart, events: EventsPart
) -> AsyncIterator[OrderPart]:
    """Watch from now on."""
    active = events.service.alarm_state.active
    watch = OrderWatch(
        configuration.order,
        lambda: known.devices.components,
        {alarm.type: Conditions(alarm.type, events.notices, active) for alarm in order.ALARM_TYPES},
        events.known_time.believed,
        known.new_day,
        runtime.clock,
        configuration.zones,
    )
    runtime.supervisor.keep_running("order", watch.run)
    try:
        yield OrderPart(watch, configuration.customer.name)
    finally:
        await runtime.supervisor.cancel("order")
