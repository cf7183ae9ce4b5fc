"""Notices changes that devices report, and saves a device some quiet minutes later. `service` makes the backup."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.supervise import Supervisor
from cmsp_agent.model.errors import AgentError, NotFound, Refused
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.plugin.api import CONFIG_CHANGED
from cmsp_agent.services.backups.service import Backups

log = logging.getLogger(__name__)

QUIET = 120.0
"""Seconds without another change before the configuration is read (FACTS 5.2)."""
AT_MOST = 900.0
"""Seconds from the first change after which it is read although changes go on."""
LOOK_AGAIN = 30.0
"""Seconds until the next try where a backup of the component still runs."""


@dataclass(frozen=True, slots=True)
class _Pending:
    first: float
    due: float


class BackupAfterChange:
    """Collects changes and runs one backup for each bout of them.

    Args:
        back_up: called with the component's name.
        supervisor: owns the backups' tasks; the composition also keeps `run` running there.
        clock: measures the quiet.
        quiet: seconds without a change.
    """

    def __init__(
        self,
        back_up: Callable[[str], Awaitable[None]],
        supervisor: Supervisor,
        clock: Clock,
        quiet: float = QUIET,
        at_most: float = AT_MOST,
    ) -> None:
        self._back_up = back_up
        self._supervisor = supervisor
        self._clock = clock
        self._quiet = quiet
        self._at_most = at_most
        self._pending: dict[str, _Pending] = {}
        self._changed = asyncio.Event()

    def notice(self, component: str) -> None:
        """The component's configuration changed; called for each report of it."""
        now = self._clock.monotonic()
        known = self._pending.get(component)
        first = known.first if known else now
        self._pending[component] = _Pending(first, min(now + self._quiet, first + self._at_most))
        self._changed.set()

    async def run(self) -> None:
        """Start each backup when it is due, until cancelled."""
        while True:
            self._changed.clear()
            if not self._pending:
                await self._changed.wait()
            await self._clock.sleep(min(self._next_due() - self._clock.monotonic(), self._quiet))
            for component in self._take_due():
                self._start(component)

    def _next_due(self) -> float:
        return min(pending.due for pending in self._pending.values())

    def _take_due(self) -> list[str]:
        now = self._clock.monotonic()
        due = [component for component, pending in self._pending.items() if pending.due <= now]
        for component in due:
            del self._pending[component]
        return due

    def _start(self, component: str) -> None:
        task = f"backup of {component} after a change"
        if task in self._supervisor.names():
            now = self._clock.monotonic()
            self._pending[component] = _Pending(now, now + LOOK_AGAIN)
        else:
            self._supervisor.run(task, self._once(component))

    async def _once(self, component: str) -> None:
        try:
            await self._back_up(component)
        except AgentError as error:  # taken out of the configuration meanwhile, or the outcome could not be recorded
            log.warning("no backup was taken after a change", extra={"component": component, "error": str(error)})


class ConfigurationChanges:
    """Called with committed changes: saves a changed configuration, where permitted, once the device is quiet."""

    def __init__(self, after_change: BackupAfterChange, backups: Backups) -> None:
        self._after_change = after_change
        self._backups = backups

    def __call__(self, changes: Changes) -> None:
        for event in (*changes.new.values(), *changes.changed.values()):
            if event.type == CONFIG_CHANGED.type and self._saved(event.component):
                self._after_change.notice(event.component)

    def _saved(self, component: str) -> bool:
        try:
            self._backups.require(component)
        except (Refused, NotFound):
            return False
        return True
