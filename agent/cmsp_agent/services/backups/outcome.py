"""What a run of a backup is given to look components up, and what comes of it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from cmsp_agent.model.backup import Backup, BackupResult, BackupRun
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AgentError
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.acceptance import Kept
from cmsp_agent.services.backups.device_identity import not_known


async def always_healthy(component: str, moment: int) -> bool:  # noqa: ARG001
    """Nothing is known of incidents."""
    return True


@dataclass(frozen=True, slots=True)
class Directory:
    """How the service looks components up: by the configuration and the device types of the moment."""

    component: Callable[[str], Component | None]
    platform: Callable[[str], CliPlatform | None]
    """The command-line platform of a component's device type, by the component's name."""
    healthy_since: Callable[[str, int], Awaitable[bool]] = always_healthy
    """Whether a component has had no incident since a moment (ms)."""
    names: Callable[[], Collection[str]] = tuple
    """All components."""
    serial: Callable[[str], str] = not_known
    """The serial number of the device that a component is now; empty: not known."""


@dataclass(frozen=True, slots=True)
class BackupOutcome:
    """What came of a run: the version that holds now, or the error."""

    run: BackupRun
    backup: Backup | None = None
    error: AgentError | None = None
    lost: str = ""
    """Why the stored copy of the last version had to be written again."""

    @property
    def result(self) -> BackupResult:
        return self.run.result


def suspected(kept: Kept) -> str:
    """What is said of a suspect version; nothing of any other."""
    if kept.result is not BackupResult.SUSPECT:
        return ""
    backup = kept.backup
    return (
        f"the configuration is suspect: {backup.suspect}; kept apart as {backup.id}; "
        f"where it is right: cmsp-agent backup accept {backup.component} {backup.id}"
    )
