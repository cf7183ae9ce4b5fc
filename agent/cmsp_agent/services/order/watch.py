"""Looks at the dates of the order every few minutes and after each reload, by a clock that is believed."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.config.configuration import Order
from cmsp_agent.model.component import Component
from cmsp_agent.services.devices.contract_terms import Days
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.order.findings import findings
from cmsp_agent.services.periodic import look_periodically

EVERY = 300.0
"""A last day ends at midnight of its site; it is noticed within this time."""
OVER = "renewed, or no longer in the file"


class OrderWatch:
    """Raises and clears the alarms of the order.

    Args:
        order: as it is in force.
        components: those of the configuration.
        conditions: alarm type → what holds of it.
        believed: whether the clock is to be believed.
        new_day: called with each day that begins; letters and contracts end by it.
        clock: for the day and the pauses.
        zones: the time zone of each site.
    """

    def __init__(
        self,
        order: Order,
        components: Callable[[], Mapping[str, Component]],
        conditions: Mapping[str, Conditions],
        believed: Callable[[], Awaitable[bool]],
        new_day: Callable[[Days], None],
        clock: Clock,
        zones: Mapping[str, dt.tzinfo],
    ) -> None:
        self.order = order
        self.components = components
        self.zones = zones
        self._conditions = conditions
        self._believed = believed
        self._new_day = new_day
        self._clock = clock
        self.wakeup = Wakeup(clock)
        """Woken after a reload."""

    @property
    def days(self) -> Days:
        """The day that it is, at each site."""
        return Days.at(self._clock.now(), self.zones)

    @property
    def warned(self) -> dt.timedelta:
        """How long before a last day it is warned of."""
        return dt.timedelta(seconds=self.order.warn_before)

    async def run(self) -> NoReturn:
        """Look again and again, until cancelled."""
        await look_periodically(self.look, self.wakeup, EVERY, "the order's dates can't be looked at")

    async def look(self) -> None:
        """Once. A clock that is not believed ends nothing, and renews nothing.

        Raises:
            StorageError: whether the clock is believed can't be found out.
        """
        if not await self._believed():
            return
        days = self.days
        self._new_day(days)
        found = findings(self.order, self.components(), days)
        for kind, conditions in self._conditions.items():
            now = {(each.component, each.object): each.text for each in found if each.kind == kind}
            conditions.settle(now, OVER)
