"""Where the running agent takes its secrets from, and which of these places can't be used."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from cmsp_agent.config.configuration import ApplianceSettings
from cmsp_agent.config.secrets import NamedSource, SecretFiles, Secrets, SystemdCredentials
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.runtime import make_directory
from cmsp_agent.storage.sealed.kept_keys import KEPT
from cmsp_agent.storage.sealed.master_key import MasterKey, master_key
from cmsp_agent.storage.sealed.vault import FILE as VAULT
from cmsp_agent.storage.sealed.vault import Vault


def open_key(appliance: ApplianceSettings, environment: Mapping[str, str]) -> MasterKey:
    """The appliance's master key; made at the first start.

    Raises:
        ConfigurationError: others may read it, or it is not a key.
        StorageError: it can't be read or written.
    """
    make_directory(appliance.state)
    return master_key(appliance.state, _credentials(environment))


def _credentials(environment: Mapping[str, str]) -> Path | None:
    """Systemd's directory of credentials (systemd.exec(5))."""
    given = environment.get("CREDENTIALS_DIRECTORY")
    return Path(given) if given else None


def sources(appliance: ApplianceSettings, key: MasterKey, environment: Mapping[str, str]) -> Secrets:
    """Where secrets come from: systemd's credentials, then files, then the vault."""
    found: list[NamedSource] = [SecretFiles(appliance.secrets), Vault(appliance.state / VAULT, key)]
    given = _credentials(environment)
    return Secrets([SystemdCredentials(given), *found] if given else found)


def unusable_files(state: Path, key: MasterKey) -> Iterator[tuple[str, str]]:
    """Files of sealed secrets that can't be read, whether or not the file names one of these secrets now."""
    try:
        Vault(state / VAULT, key).names()
    except StorageError as error:
        yield str(state / VAULT), str(error)
    for each in KEPT:
        if text := each.problem(state, key):
            yield each.file, text
