"""From the path of the YAML file to a configuration: opens the sources of secrets that the file itself names."""

import hashlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cmsp_agent.app.preflight import refusals
from cmsp_agent.app.standing import standing
from cmsp_agent.config.configuration import ApplianceSettings, Configuration
from cmsp_agent.config.load import CheckedFile, configure, read_appliance, read_document
from cmsp_agent.config.secrets import SecretFiles, Secrets, SecretSource, SystemdCredentials
from cmsp_agent.config.show import values_in_force
from cmsp_agent.model.errors import ConfigurationError
from cmsp_agent.pipeline.rules.load import rule_files
from cmsp_agent.services.runtime import make_directory
from cmsp_agent.storage.sealed.master_key import MasterKey, master_key
from cmsp_agent.storage.sealed.vault import FILE, Vault


@dataclass(frozen=True, slots=True)
class Loaded:
    """The file as written, its configuration, and the key that its secrets are sealed with."""

    document: CheckedFile
    configuration: Configuration
    key: MasterKey = field(repr=False)
    fingerprint: bytes = b""
    """Of the file and the rule files, as they were read."""


def load(path: Path, environment: Mapping[str, str] = os.environ) -> Loaded:
    """Read the file and find the secrets that it names.

    Raises:
        ConfigurationError: with every problem of the file, or the master key can't be used.
        StorageError: the state directory can't be used.
    """
    before = digest(path)
    appliance = read_appliance(path)
    key = open_key(appliance, environment)
    secrets = sources(appliance, key, environment)
    document = read_document(path, secrets)
    configuration = configure(document, secrets)
    if problems := refusals(configuration):
        raise ConfigurationError(problems)
    return Loaded(document, configuration, key, before + _rules(configuration))


def document_of(loaded: Loaded, started: Configuration, missing: Collection[str]) -> Mapping[str, Any]:
    """The configuration in force, each value with its origin; secrets by name.

    Args:
        loaded: what is in force.
        started: what the agent started with: some keys are used then only.
        missing: device types that no plugin brings.
    """
    return {
        "file": str(loaded.configuration.file),
        "values": [{**value.as_json(), "steps": value.path} for value in values_in_force(loaded.document)],
        "standing": {key: str(value) for key, value in standing(started).items()},
        "missing_types": sorted(missing),
        "notes": [{"path": note.path, "line": note.line, "text": note.text} for note in loaded.configuration.notes],
    }


def fingerprint_of(file: Path, configuration: Configuration) -> bytes:
    """Of the files of a configuration as they are now, to be compared with `Loaded.fingerprint`."""
    return digest(file) + _rules(configuration)


def digest(file: Path) -> bytes:
    """Of a file's content; empty where it can't be read."""
    try:
        found = file.stat()
        return _digest(file, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    except OSError:
        return b""


@lru_cache(maxsize=64)  # looked at every few seconds, and changed once a month
def _digest(file: Path, *_as_it_was: int) -> bytes:
    return hashlib.blake2b(file.read_bytes(), digest_size=16).digest()


def _rules(configuration: Configuration) -> bytes:
    try:
        return b"".join(digest(file) for file in rule_files(configuration.rules, configuration.file.parent))
    except ConfigurationError:
        return b"missing"


def open_key(appliance: ApplianceSettings, environment: Mapping[str, str]) -> MasterKey:
    """The appliance's master key; made at the first start.

    Raises:
        ConfigurationError: others may read it, or it is not a key.
        StorageError: it can't be read or written.
    """
    make_directory(appliance.state)
    return master_key(appliance.state, credentials(environment))


def credentials(environment: Mapping[str, str]) -> Path | None:
    """Systemd's directory of credentials (systemd.exec(5))."""
    given = environment.get("CREDENTIALS_DIRECTORY")
    return Path(given) if given else None


def sources(appliance: ApplianceSettings, key: MasterKey, environment: Mapping[str, str]) -> Secrets:
    """Where secrets come from: systemd's credentials, then files, then the vault."""
    found: list[SecretSource] = [SecretFiles(appliance.secrets), Vault(appliance.state / FILE, key)]
    given = credentials(environment)
    return Secrets([SystemdCredentials(given), *found] if given else found)
