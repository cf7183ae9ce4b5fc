"""The part for changes of the configuration from afar."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.revisions.service import CheckFile, Reload, Revisions
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.revisions import RevisionFiles

log = logging.getLogger(__name__)


@dataclass(slots=True)
class RevisionsPart(Part):
    """The file's history."""

    revisions: Revisions
    seen: bytes = b""
    """The fingerprint of the file that was read last."""

    def prepare(self, configuration: Configuration) -> Change:
        """What a person changed on the appliance is a revision too."""

        async def change() -> None:
            if configuration.fingerprint == self.seen:
                return
            self.seen = configuration.fingerprint
            try:
                self.revisions.keep_present("edited on the appliance")
            except StorageError as error:
                log.warning("this configuration is not in the history", extra={"error": str(error)})

        return change

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
    runtime: Runtime, file: Path, check: CheckFile, reload: Reload, notices: Notices
) -> AsyncIterator[RevisionsPart]:
    """Take up what waits for its confirmation."""
    revisions = Revisions(file, RevisionFiles(file.parent), check, reload, runtime.clock, notices)
    runtime.supervisor.keep_running("configuration confirmation", revisions.run)
    try:
        yield RevisionsPart(revisions)
    finally:
        await runtime.supervisor.cancel("configuration confirmation")
