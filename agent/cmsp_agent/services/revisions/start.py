"""The part for changes of the configuration from afar."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.revisions.service import CheckFile, Reload, Revisions
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.revisions import RevisionFiles

NOT_KEPT, PRESENT = "configuration.not_kept", "history"
AGAIN_AFTER = 60.0
"""Seconds after which a history that could not be written is tried again."""


@dataclass(slots=True)
class RevisionsPart(Part):
    """The file's history."""

    revisions: Revisions
    history: Conditions
    """Alarms of what can't be kept."""
    clock: Clock
    seen: bytes = b""
    """The fingerprint of the file that was read last."""

    def prepare(self, configuration: Configuration) -> Change:
        """What a person changed on the appliance is a revision too."""

        async def change() -> None:
            if configuration.fingerprint == self.seen:
                return
            self.seen = configuration.fingerprint
            self.keep()

        return change

    def keep(self) -> None:
        """Keep the file as it is now in the history; that it can't be kept is an alarm."""
        try:
            self.revisions.keep_present("edited on the appliance")
        except StorageError as error:
            self.history.hold(PRESENT, f"this configuration is not in the history, and can't be gone back to: {error}")
        else:
            self.history.end(PRESENT, "this configuration is in the history")

    async def run(self) -> NoReturn:
        """Try again what could not be kept, until cancelled."""
        while True:
            await self.clock.sleep(AGAIN_AFTER)
            if self.history.held:
                self.keep()

    async def status(self) -> Mapping[str, Any]:
        """Which revision is in force, what waits, and what came of the last change."""
        said: dict[str, Any] = self.revisions.waiting()
        if newest := next(iter(self.revisions.history()), None):
            said["revision"] = newest.number
        if last := next(iter(self.revisions.outcomes()), None):
            said["last"] = {
                "revision": last.revision,
                "outcome": last.outcome,
                "step": last.step,
                "reason": last.reason,
            }
        return {"configuration": said} if said else {}

    async def heartbeat(self) -> Mapping[str, Any]:
        """The same."""
        return await self.status()


@asynccontextmanager
async def start_revisions(
    runtime: Runtime,
    used: Configuration,
    check: CheckFile,
    reload: Reload,
    notices: Notices,
    active: Iterable[AlarmKey],
) -> AsyncIterator[RevisionsPart]:
    """Take up what waits for its confirmation; what was edited while the agent was off is a revision too."""
    revisions = Revisions(
        used.file, RevisionFiles(used.file.parent), check, runtime.read_file, reload, runtime.clock, notices
    )
    part = RevisionsPart(revisions, Conditions(NOT_KEPT, notices, active), runtime.clock, used.fingerprint)
    part.keep()
    runtime.supervisor.keep_running("configuration confirmation", revisions.run)
    runtime.supervisor.keep_running("configuration history", part.run)
    try:
        yield part
    finally:
        await runtime.supervisor.cancel("configuration confirmation")
        await runtime.supervisor.cancel("configuration history")
