"""What is in force at this moment, as others look at it: the file, its secrets, and how another file is checked."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cmsp_agent.api.start import Shown
from cmsp_agent.app.loading import Loaded, document_of
from cmsp_agent.config.brought import Brought
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.restart_needed import standing
from cmsp_agent.config.rule_files import rule_files_of
from cmsp_agent.config.secrets import unusable_secrets
from cmsp_agent.preflight.checking import RunningAgent, as_line, by_kind, check_file
from cmsp_agent.services.audit import AuditLog
from cmsp_agent.services.link.identity import problem_of_identity
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.services.secret_sources import secret_rows, unusable_files
from cmsp_agent.storage.sealed.kept_keys import AUDIT

MASTER_KEY = "master key"
IDENTITY = "identity"


@dataclass(slots=True)
class InForce:
    """The file that is in force at this moment; its configuration has the device types that there are."""

    loaded: Loaded
    started: Configuration
    """What the agent started with."""
    brought: Brought
    """What the plugins bring."""
    _reload: asyncio.Future[Callable[[], Awaitable[None]]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def secrets(self) -> Iterator[str]:
        """The value of every secret that there is, to be hidden."""
        return self.loaded.secrets.values()

    def unusable_secrets(self) -> Mapping[str, str]:
        """The secrets that the file names and that can't be used now, with the reason of each; the master key, too."""
        found, problem = unusable_secrets(self.loaded.secret_names, self.loaded.secrets), self.loaded.key.problem
        if of_identity := problem_of_identity(self.loaded.configuration):
            found = {**found, IDENTITY: of_identity}
        if not problem:
            return {**found, **dict(unusable_files(self.started.appliance.state, self.loaded.key))}
        return {name: text for name, text in found.items() if problem not in text} | {MASTER_KEY: problem}

    def secret_rows(self) -> list[dict[str, object]]:
        """The secrets by name. Raises as `services.secret_sources.secret_rows`."""
        loaded = self.loaded
        return secret_rows(self.started.appliance.state, loaded.key, loaded.secrets, loaded.document.tree)

    async def reload(self) -> None:
        """Put the file in force as it is now, once the agent has started.

        Raises:
            ConfigurationError: what was in force stays.
            StorageError: what was in force stays.
        """
        reload = await asyncio.shield(self._reload)
        await reload()

    def stands(self, reload: Callable[[], Awaitable[None]]) -> None:
        """The agent has started: from now on `reload` puts another file in force."""
        self._reload.set_result(reload)

    def document(self) -> Mapping[str, Any]:
        """The configuration in force, secrets by name."""
        return document_of(self.loaded, self.started)

    def shown(self) -> Shown:
        """What the API shows of it: looked up at each call."""
        return Shown(
            self.document,
            lambda: self.loaded.configuration.api.roles,
            lambda: self.loaded.configuration.api.revoked,
            lambda: [(str(file), read_text(file)) for file in rule_files_of(self.loaded.configuration)],
            self.secret_rows,
        )

    def audit_log(self, runtime: Runtime) -> AuditLog:
        """The audit log, with the key that outlives the master key."""
        key = AUDIT.read(self.started.appliance.state, self.loaded.key)
        return AuditLog(runtime.state, key, runtime.machine.new_id)

    def check(self, file: Path) -> list[str]:
        """Check a file as `config check` does; what a person should know of it.

        Raises:
            ConfigurationError: with every problem.
        """
        used = {key: str(value) for key, value in standing(self.started).items()}
        agent = RunningAgent(list(self.loaded.configuration.missing_types.values()), used)
        notes = check_file(file, self.loaded.secrets, self.brought, agent, here=True).notes
        return [as_line(note, count) for note, count in by_kind(notes)]
