"""Where the running agent takes its secrets from, and which of these places can't be used."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cmsp_agent.config.configuration import ApplianceSettings
from cmsp_agent.config.secrets import NamedSource, SecretFiles, Secrets, SystemdCredentials, references
from cmsp_agent.config.tree import Node
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


def rows_of(secrets: Secrets, kept: Iterable[str], named: Iterable[tuple[object, int, str]]) -> list[dict[str, object]]:
    """Secrets by name, each with its source and the lines of the file that name it.

    Args:
        secrets: where they come from.
        kept: the names that the vault holds.
        named: the references of the file, as `config.secrets.references` gives them.
    """
    lines: dict[str, list[int]] = {name: [] for name in kept}
    for _, line, name in named:
        lines.setdefault(name, []).append(line)
    return [{"name": name, "source": secrets.where(name), "lines": lines[name]} for name in sorted(lines)]


def secret_rows(state: Path, key: MasterKey, secrets: Secrets, tree: Node) -> list[dict[str, object]]:
    """The same of a running agent: what its vault holds or its file names.

    Raises:
        StorageError: the vault can't be read.
    """
    return rows_of(secrets, Vault(state / VAULT, key).names(), references(tree, ()))


def unusable_files(state: Path, key: MasterKey) -> Iterator[tuple[str, str]]:
    """Files of sealed secrets that can't be read, whether or not the file names one of these secrets now."""
    try:
        Vault(state / VAULT, key).names()
    except StorageError as error:
        yield str(state / VAULT), str(error)
    for each in KEPT:
        if text := each.problem(state, key):
            yield each.file, text
