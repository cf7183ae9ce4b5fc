"""A backup that nobody waits for is tried again while the device can't be reached; the alarm comes after that."""

from collections.abc import Callable
from zlib import crc32

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.component import BackupPlan
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.backups.outcome import BackupOutcome
from cmsp_agent.services.backups.service import Backups

PAUSES = (60.0, 300.0, 900.0, 3600.0)
"""Seconds before each further try."""


class Retries:
    """Tries again after 1, 5, 15 and 60 minutes where the device refused the connection, was busy or silent.

    Likewise where the backup storage could not be used, but that is an alarm at once.
    """

    def __init__(self, backups: Backups, clock: Clock) -> None:
        self._backups = backups
        self._clock = clock
        self.saved: Callable[[str], None] | None = None
        """Called with a component once a run of it has succeeded."""

    async def scheduled(self, component: str, plan: BackupPlan) -> BackupOutcome:
        """By the calendar: a component's share of the jitter later, always alike."""
        await self._clock.sleep(crc32(component.encode()) / 2**32 * plan.jitter)
        return await self.run(component, "schedule", plan)

    async def run(self, component: str, reason: str, plan: BackupPlan) -> BackupOutcome:
        """As `Backups.run`; a refused login or a wrong answer is not tried again.

        The end of the component's window brings the last try.
        """
        outcome = await self._run(component, reason, plan)
        if outcome.error is None and self.saved is not None:
            self.saved(component)
        return outcome

    async def _run(self, component: str, reason: str, plan: BackupPlan) -> BackupOutcome:
        tried: list[str] = []
        end = self._clock.monotonic() + plan.window
        for pause in PAUSES:
            outcome = await self._backups.run(component, reason, tried=tried, again=True)
            if outcome.error is None or not (outcome.error.retryable or isinstance(outcome.error, StorageError)):
                return outcome
            tried.append(str(outcome.error))
            left = end - self._clock.monotonic()
            await self._clock.sleep(max(0.0, min(pause, left)))
            if left <= pause:
                break
        return await self._backups.run(component, reason, tried=tried)
