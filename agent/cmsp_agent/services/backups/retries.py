"""A backup that nobody waits for is tried again while the device can't be reached; the alarm comes after that."""

from cmsp_agent.aio.clock import Clock
from cmsp_agent.services.backups.outcome import BackupOutcome
from cmsp_agent.services.backups.service import Backups

PAUSES = (60.0, 300.0, 900.0, 3600.0)
"""Seconds before each further try."""


class Retries:
    """Tries again after 1, 5, 15 and 60 minutes where the device refused the connection, was busy or silent."""

    def __init__(self, backups: Backups, clock: Clock) -> None:
        self._backups = backups
        self._clock = clock

    async def run(self, component: str, reason: str) -> BackupOutcome:
        """As `Backups.run`; a refused login or a wrong answer is not tried again."""
        tried: list[str] = []
        for pause in PAUSES:
            outcome = await self._backups.run(component, reason, tried=tried, again=True)
            if outcome.error is None or not outcome.error.retryable:
                return outcome
            tried.append(str(outcome.error))
            await self._clock.sleep(pause)
        return await self._backups.run(component, reason, tried=tried)
