"""When components first answered, and when they last did. In memory, written now and then: a poll costs no write."""

from collections.abc import Iterable, Mapping

from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.signal import PollSignal, Signal
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import components_seen


class SeenTimes:
    """First and last times, ms since the epoch."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[int, int]] = {}
        self._fresh: dict[str, tuple[int, int]] = {}

    def recall(self, known: Mapping[str, tuple[int, int]]) -> None:
        """Take up what earlier runs saw."""
        self._known = {**known, **self._known}

    def note(self, signals: Iterable[Signal]) -> None:
        """Polls came back: those that anything answered were seen."""
        for signal in signals:
            if isinstance(signal, PollSignal) and (signal.icmp or signal.tcp or signal.snmp or signal.by_commands):
                first, _ = self._known.get(signal.component, (signal.received_at, 0))
                self._known[signal.component] = self._fresh[signal.component] = (first, signal.received_at)

    def of(self, component: str) -> tuple[int | None, int | None]:
        """First and last time; None: never."""
        return self._known.get(component, (None, None))

    def first(self, component: str) -> int | None:
        """When it first answered; None: never."""
        return self.of(component)[0]

    async def write(self) -> None:
        """Keep what is new.

        Raises:
            StorageError: it can't be kept; the next call tries again.
        """
        fresh, self._fresh = self._fresh, {}
        if not fresh:
            return
        try:
            await self._database.write(lambda tx: components_seen.save(tx, fresh))
        except StorageError:
            self._fresh = {**fresh, **self._fresh}
            raise
