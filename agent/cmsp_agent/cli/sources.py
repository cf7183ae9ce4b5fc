"""The sources of secrets as a command finds them: beside a running agent, without creating any file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cmsp_agent.config.build import appliance_settings
from cmsp_agent.config.configuration import ApplianceSettings
from cmsp_agent.config.file_text import read_text
from cmsp_agent.config.load import read_appliance
from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.schema.appliance import Appliance
from cmsp_agent.config.secrets import SecretFiles, Secrets, SystemdCredentials, references
from cmsp_agent.config.site_path import DEFAULT_FILE
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.runtime import make_directory
from cmsp_agent.services.secret_sources import rows_of
from cmsp_agent.storage.sealed import vault as vault_file
from cmsp_agent.storage.sealed.master_key import FILE as KEY_FILE
from cmsp_agent.storage.sealed.master_key import master_key
from cmsp_agent.storage.sealed.vault import Vault


@dataclass(frozen=True, slots=True)
class Sources:
    """Each source by what people call it; the first that knows a name has it."""

    credentials: SystemdCredentials | None
    files: SecretFiles
    vault: Vault | None

    def together(self) -> Secrets:
        """All of them, in order."""
        return Secrets([source for source in (self.credentials, self.files, self.vault) if source is not None])


def settings(config: Path) -> ApplianceSettings:
    """The appliance's settings; its defaults where there is no file yet in the usual place."""
    if config == DEFAULT_FILE and not config.exists():
        return appliance_settings(Appliance(name="unknown"))
    return read_appliance(config)


def named_sources(appliance: ApplianceSettings, environment: Mapping[str, str]) -> Sources:
    """The sources that there are. The vault only where it exists."""
    exists = (appliance.state / vault_file.FILE).exists()
    vault = open_vault(appliance, environment) if exists else None
    directory = _credentials(environment)
    credentials = SystemdCredentials(directory) if directory else None
    return Sources(credentials, SecretFiles(appliance.secrets), vault)


def open_vault(appliance: ApplianceSettings, environment: Mapping[str, str]) -> Vault:
    """The vault, to be changed; it and its key are made where there is neither.

    Raises:
        StorageError: the state directory can't be used, or the vault's key is not here.
        ConfigurationError: the key can't be used as it is.
    """
    path, credentials = appliance.state / vault_file.FILE, _credentials(environment)
    if path.exists() and credentials is None and not (appliance.state / KEY_FILE).exists():
        # A new key made here would lock the agent out of its own vault.
        raise StorageError(
            f"{path}: its key is not here: a systemd credential is read with CREDENTIALS_DIRECTORY set; "
            "a lost key is recovered with: cmsp-agent backup restore-key"
        )
    make_directory(appliance.state)
    return Vault(path, master_key(appliance.state, credentials))


def secret_rows(config: Path, sources: Sources) -> list[dict[str, object]]:
    """The secrets that the file names or the vault holds: name, source, lines of the file."""
    kept = sources.vault.names() if sources.vault else []
    tree = parse_yaml(read_text(config), str(config))[0] if config.exists() else None
    return rows_of(sources.together(), kept, references(tree, ()) if tree else ())


def _credentials(environment: Mapping[str, str]) -> Path | None:
    """Systemd's directory of credentials (systemd.exec(5))."""
    given = environment.get("CREDENTIALS_DIRECTORY")
    return Path(given) if given else None
