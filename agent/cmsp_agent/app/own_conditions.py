"""Alarms about the agent's own configuration: missing device types, keys and files that wait for a restart."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.app.loading import fingerprint_of
from cmsp_agent.app.standing import after_restart
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.device_types import Typed
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.pipeline.built_in import DEVICE_TYPE_MISSING
from cmsp_agent.services.events.conditions import AlarmSink, Conditions

DIFFERS = "configuration.differs"
NEXT_START = "keys that wait for the next start"
LOOK_EVERY = 5.0
"""Seconds between two looks at the file."""


@dataclass(slots=True)
class OwnConditions:
    """Judged when a configuration goes in force, and every few seconds by the file.

    Attributes:
        clock: for the waits.
        types: alarms of device types that are missing.
        differs: alarms of what the file says and the agent does not do.
        started: the configuration that the agent started with.
        read: the configuration that was read last and is in force.
        fingerprint: of its files, taken when they were read.
        refused: why the last reload was refused; empty where it was not.
    """

    clock: Clock
    types: Conditions
    differs: Conditions
    started: Configuration
    read: Configuration
    fingerprint: bytes
    refused: str = ""

    def in_force(self, typed: Typed, fingerprint: bytes) -> None:
        """Another configuration is in force; `fingerprint` is of its files as they were just before they were read."""
        self.read, self.fingerprint, self.refused = typed.configuration, fingerprint, ""
        missing = {
            (name, kind): f"no plugin brings the device type '{kind}' of {name}; it runs as "
            f"'{typed.configuration.components[name].type}' until the plugin is back"
            for name, kind in typed.missing.items()
        }
        self.types.settle(missing, "its plugin is loaded, or the file names another type")
        self.look()

    def refuse(self, reason: str) -> None:
        """A reload was refused: the file is not in force."""
        self.refused = reason
        self.look()

    def look(self) -> None:
        """Compare the files with what is in force."""
        now: dict[tuple[str, str], str] = {}
        file = self.read.file
        if fingerprint_of(file, self.read) != self.fingerprint:
            why = f"it was refused: {self.refused}" if self.refused else "it was changed and not reloaded"
            now["", str(file)] = f"{file} is not in force, the configuration before it is; {why}"
        if waiting := after_restart(self.started, self.read):
            now["", NEXT_START] = f"takes effect at the next start only: {', '.join(waiting)}"
        self.differs.settle(now, "file and running agent are the same")

    async def run(self) -> NoReturn:
        """Look again, until cancelled."""
        while True:
            self.look()
            await self.clock.sleep(LOOK_EVERY)


def own_conditions(
    typed: Typed, fingerprint: bytes, alarms: AlarmSink, active: Iterable[AlarmKey], clock: Clock
) -> OwnConditions:
    """The conditions at a start."""
    held = list(active)
    types, differs = Conditions(DEVICE_TYPE_MISSING, alarms, held), Conditions(DIFFERS, alarms, held)
    made = OwnConditions(clock, types, differs, typed.configuration, typed.configuration, fingerprint)
    made.in_force(typed, fingerprint)
    return made
