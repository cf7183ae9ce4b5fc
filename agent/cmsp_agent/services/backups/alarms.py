"""Counts what came of backups, and raises and clears their alarms."""

from collections.abc import Awaitable, Callable

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.backup import BackupResult, BackupRun
from cmsp_agent.model.signal import AgentSignal
from cmsp_agent.services.backups.outcome import BackupOutcome

FAILED = "backup.failed"
SUSPECT = "backup.suspect"
DAMAGED = "backup.damaged"
OBJECT = "configuration"


class Announcing:
    """Says what went wrong, and that it is over, once each."""

    def __init__(self, tell: Callable[[AgentSignal], Awaitable[None]], counters: Counters) -> None:
        self._tell = tell
        self._counters = counters
        self._clear: set[tuple[str, str]] = set()
        """Alarm types and components that are known to be clear."""

    async def announce(self, outcome: BackupOutcome) -> None:
        """Count it; raise the alarms of what went wrong, clear them by the next good run."""
        run, name = outcome.run, outcome.run.component
        self._counters.add(f"backups.{outcome.result}", key=name)
        if outcome.result is BackupResult.FAILED:
            await self._alarm(run, FAILED, run.error)
            return
        await self._alarm(run, FAILED, "")
        await self._alarm(run, SUSPECT, run.error)
        again = outcome.result is BackupResult.REWRITTEN
        became = "written again from the device" if again else "the device runs another configuration now: it is lost"
        await self._alarm(run, DAMAGED, outcome.lost and f"{outcome.lost}: {became}")

    async def _alarm(self, run: BackupRun, kind: str, text: str) -> None:
        """Raise the alarm where there is something to say; clear it where it is not known to be clear."""
        place = (kind, run.component)
        if text or place not in self._clear:
            said = text or "the configuration was saved"
            await self._tell(AgentSignal(run.component, run.ended_at, kind, OBJECT, bool(text), said))
        (self._clear.discard if text else self._clear.add)(place)
