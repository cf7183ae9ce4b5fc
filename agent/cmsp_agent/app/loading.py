"""From the path of the YAML file to a configuration: opens the sources of secrets that the file itself names."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from cmsp_agent.aio.clock import Clock
from cmsp_agent.config.configuration import ApplianceSettings, Configuration
from cmsp_agent.config.fingerprint import digest, fingerprint_of
from cmsp_agent.config.load import CheckedFile, configure, read_appliance, read_document
from cmsp_agent.config.restart_needed import standing
from cmsp_agent.config.secrets import Secrets, references
from cmsp_agent.config.show import values_in_force
from cmsp_agent.config.totals import total_problems
from cmsp_agent.model.errors import AgentError, ConfigurationError, StorageError
from cmsp_agent.preflight.machine import machine_problems
from cmsp_agent.preflight.refusals import preflight
from cmsp_agent.preflight.service_user import service_user
from cmsp_agent.services.link.identity import problem_of_identity, with_identity
from cmsp_agent.services.machine import REAL
from cmsp_agent.services.runtime import STATE
from cmsp_agent.services.secret_sources import open_key, sources
from cmsp_agent.storage.revisions import RevisionFiles, roll_back
from cmsp_agent.storage.sealed.master_key import MasterKey, stand_in

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """The file as written, its configuration, and the key that its secrets are sealed with."""

    document: CheckedFile
    configuration: Configuration
    key: MasterKey = field(repr=False)
    secrets: Secrets = field(default_factory=lambda: Secrets(()), repr=False)
    """Every source of secrets that there is."""

    @cached_property
    def secret_names(self) -> frozenset[str]:
        """The secrets that the file names."""
        return frozenset(name for _, _, name in references(self.document.tree, ()))


def load(
    path: Path, environment: Mapping[str, str] = os.environ, *, secrets_lost: bool = False, key: MasterKey | None = None
) -> Loaded:
    """Read the file and find the secrets that it names.

    Args:
        path: the YAML file.
        environment: says where systemd's credentials are.
        secrets_lost: go on without the secrets, and the identity, that can't be used.
        key: stands in for a master key that can't be used.

    Raises:
        ConfigurationError: with every problem of the file, or the master key can't be used.
        StorageError: the state directory can't be used.
    """
    before = digest(path)
    appliance = read_appliance(path)
    key = key or open_key(appliance, environment)
    secrets = sources(appliance, key, environment)
    document = read_document(path, None if secrets_lost else secrets)
    configuration = configure(document, secrets)
    if not (secrets_lost and problem_of_identity(configuration)):
        configuration = with_identity(configuration)
    if problems := preflight(configuration, document.tree, has_run=secrets_lost).problems:
        raise ConfigurationError(problems)
    return Loaded(document, replace(configuration, fingerprint=fingerprint_of(configuration, before)), key, secrets)


def load_again(path: Path, environment: Mapping[str, str] = os.environ) -> Loaded:
    """Read the file for a reload, which takes what `config check` takes: what runs is better than a doubtful file.

    Raises:
        ConfigurationError: as `load` does; or its totals contradict each other, or a file that it names can't be used.
        StorageError: as `load` does.
    """
    loaded = load(path, environment)
    document, configuration = loaded.document, loaded.configuration
    problems = total_problems(document.tree, document.site_file, str(path))
    user = service_user(configuration.appliance.state)
    problems += machine_problems(configuration, document.tree, user, running=True)
    if problems:
        raise ConfigurationError(sorted(problems, key=lambda problem: problem.line))
    return loaded


def load_or_roll_back(path: Path, environment: Mapping[str, str] = os.environ, clock: Clock = REAL.clock) -> Loaded:
    """Read the file for a start; one that was not confirmed yet and can't be used gives way to the one before.

    An appliance that has run before goes on without secrets that it has lost, and without its master key: what needs
    none of them is watched all the same.

    Raises:
        ConfigurationError: as `load` does, where nothing waits for a confirmation.
        StorageError: as `load` does.
    """
    try:
        return load(path, environment)
    except ConfigurationError as error:
        now, kept = clock.now(), RevisionFiles(path.parent)
        if roll_back(kept, path, now, "start", f"the agent can't start with it: {error}") is None:
            return _without_secrets(path, environment, error)
        return load(path, environment)
    except StorageError as error:
        return _without_secrets(path, environment, error)


def _without_secrets(path: Path, environment: Mapping[str, str], error: AgentError) -> Loaded:
    appliance = read_appliance(path)
    has_run = _has_run(appliance.state)
    if not has_run and isinstance(error, ConfigurationError):
        raise error  # a first start: they were never there
    problem = _problem_of_key(appliance, environment)
    try:
        loaded = load(path, environment, secrets_lost=has_run, key=stand_in(problem) if problem else None)
    except AgentError:
        raise error from None
    log.error("started without secrets that can't be used", extra={"error": str(error)})
    return loaded


def _has_run(state: Path) -> bool:
    try:
        return (state / STATE).exists()
    except PermissionError:  # somebody else's: not a first start
        return True


def _problem_of_key(appliance: ApplianceSettings, environment: Mapping[str, str]) -> str:
    try:
        open_key(appliance, environment)
    except AgentError as error:
        return str(error)
    return ""


def document_of(loaded: Loaded, started: Configuration) -> Mapping[str, Any]:
    """The configuration in force, each value with its origin; secrets by name.

    Args:
        loaded: what is in force.
        started: what the agent started with: some keys are used then only.
    """
    return {
        "file": str(loaded.configuration.file),
        "values": [{**value.as_json(), "steps": value.path} for value in values_in_force(loaded.document)],
        "standing": {key: str(value) for key, value in standing(started).items()},
        "missing_types": sorted({*loaded.configuration.missing_types.values()}),
        "notes": [{"path": note.path, "line": note.line, "text": note.text} for note in loaded.configuration.notes],
    }
