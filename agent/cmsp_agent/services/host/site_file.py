"""The part that compares the site's file with what is in force, and tells of device types that are missing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.fingerprint import fingerprint_of
from cmsp_agent.config.restart_needed import after_restart
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.pipeline.alarm_types import configuration
from cmsp_agent.pipeline.built_in import DEVICE_TYPE_MISSING
from cmsp_agent.services.events.conditions import AlarmSink, Conditions
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime

DIFFERS = "configuration.differs"
UNUSABLE = "secret.unusable"
LOOK_EVERY = 10.0
"""Seconds between two looks at the file."""
ASK_EVERY = 300.0
"""Seconds between two looks at its secrets."""


@dataclass(slots=True)
class SiteFilePart(Part):
    """Judged when a configuration goes in force, and every few seconds by the file.

    Attributes:
        clock: for the waits.
        types: alarms of device types that are missing.
        differs: alarms of what the file says and the agent does not do.
        secrets: alarms of secrets that can't be used.
        unusable: which they are, with the reason of each.
        started: the configuration that the agent started with.
        read: the configuration that was read last and is in force.
        refused: why the last reload was refused; empty where it was not.
        waiting: the keys that take effect at the next start only.
    """

    alarm_types = configuration.ALARM_TYPES
    clock: Clock
    types: Conditions
    differs: Conditions
    secrets: Conditions
    unusable: Callable[[], Mapping[str, str]]
    started: Configuration
    read: Configuration
    refused: str = ""
    waiting: Sequence[str] = ()

    def prepare(self, configuration: Configuration) -> Change:
        """The file is as it was read for this configuration."""

        async def change() -> None:
            if configuration is not self.read:  # else only something was learned of the devices
                self.read, self.refused = configuration, ""
                self.waiting = after_restart(self.started, configuration)
                self.look_at_types()
                self.look_at_secrets()
                self.look()

        return change

    def look_at_secrets(self) -> None:
        """Report secrets that are missing or can't be read: a restart would go on without them."""
        now = {("", name): text for name, text in self.unusable().items()}
        self.secrets.settle(now, "it can be used again; traps are read with it after a reload")

    def look_at_types(self) -> None:
        """Report components whose device type is missing."""
        missing = {
            (name, kind): f"no plugin brings the device type '{kind}' of {name}; it runs as "
            f"'{self.read.components[name].type}' until the plugin is back"
            for name, kind in self.read.missing_types.items()
        }
        self.types.settle(missing, "its plugin is loaded, or the file names another type")

    def refuse(self, reason: str) -> None:
        """A reload was refused: the file is not in force."""
        self.refused = reason
        self.look()

    def look(self) -> None:
        """Compare the files with what is in force."""
        now: dict[tuple[str, str], str] = {}
        file = self.read.file
        if fingerprint_of(self.read) != self.read.fingerprint:
            changed = "it was changed and not reloaded" if file.exists() else "it is gone; put it back and reload"
            why = f"it was refused: {self.refused}" if self.refused else changed
            now["", str(file)] = f"{file} is not in force, the configuration before it is; {why}"
        now |= {("", key): f"takes effect at the next start only: {key}" for key in self.waiting}
        self.differs.settle(now, "file and running agent are the same")

    async def run(self) -> NoReturn:
        """Look again, until cancelled."""
        while True:
            self.look()
            await self.clock.sleep(LOOK_EVERY)

    async def watch_secrets(self) -> NoReturn:
        """Look at the secrets now and then, until cancelled."""
        while True:
            self.look_at_secrets()
            await self.clock.sleep(ASK_EVERY)


def start_site_file(
    runtime: Runtime,
    configuration: Configuration,
    unusable_secrets: Callable[[], Mapping[str, str]],
    alarms: AlarmSink,
    active: Iterable[AlarmKey],
) -> SiteFilePart:
    """Judge the configuration of a start, and look at its file from now on."""
    held = list(active)
    types, differs, secrets = (Conditions(kind, alarms, held) for kind in (DEVICE_TYPE_MISSING, DIFFERS, UNUSABLE))
    part = SiteFilePart(runtime.clock, types, differs, secrets, unusable_secrets, configuration, configuration)
    part.look_at_types()
    part.look()
    runtime.supervisor.keep_running("site file", part.run)
    runtime.supervisor.keep_running("secrets", part.watch_secrets)
    return part
