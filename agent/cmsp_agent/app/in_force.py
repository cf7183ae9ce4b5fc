"""What is in force at this moment, as others look at it: the file, its secrets, and how another file is checked."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmsp_agent.api.start import Shown
from cmsp_agent.app.loading import Loaded, document_of
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.standing import standing
from cmsp_agent.preflight.checking import RunningAgent, check_file
from cmsp_agent.storage.sealed.audit_key import audit_key


@dataclass(slots=True)
class InForce:
    """The file that is in force at this moment; its configuration has the device types that there are."""

    loaded: Loaded
    started: Configuration
    """What the agent started with."""
    types: Collection[str] = ()
    """The device types that there are."""

    def secrets(self) -> Iterator[str]:
        """The value of every secret that there is, to be hidden."""
        return self.loaded.secrets.values()

    def document(self) -> Mapping[str, Any]:
        """The configuration in force, secrets by name."""
        return document_of(self.loaded, self.started)

    def shown(self) -> Shown:
        """What the API shows of it: looked up at each call."""
        return Shown(
            self.document,
            lambda: self.loaded.configuration.api.roles,
            audit_key=audit_key(self.loaded.configuration.appliance.state, self.loaded.key),
        )

    def check(self, file: Path) -> list[str]:
        """Check a file as `config check` does; what a person should know of it.

        Raises:
            ConfigurationError: with every problem.
        """
        used = {key: str(value) for key, value in standing(self.started).items()}
        agent = RunningAgent(list(self.loaded.configuration.missing_types.values()), used)
        return [each.text for each in check_file(file, self.loaded.secrets, self.types, agent, here=True).notes]
