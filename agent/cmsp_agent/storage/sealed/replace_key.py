"""Make a recovered key the master key of an appliance that has made one of its own: its vault is sealed anew."""

from pathlib import Path

from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed import vault
from cmsp_agent.storage.sealed.master_key import FILE, MasterKey, install, master_key
from cmsp_agent.storage.sealed.vault import Vault

BEFORE = ".before"


def replace_master_key(key: MasterKey, state: Path) -> list[str]:
    """Install the key; what was there is kept beside it, named `.before`.

    Returns:
        The names of the secrets that were sealed anew.

    Raises:
        ConfigurationError: the present key, or a secret in the vault, can't be used.
        StorageError: the state directory can't be written, or the key is installed already.
    """
    path, secrets = state / FILE, state / vault.FILE
    if not path.exists():
        install(key, state)
        return []
    present = master_key(state)
    if present.derived("backup set") == key.derived("backup set"):
        raise StorageError(f"{path}: this appliance has that master key already")
    old = Vault(secrets, present)
    values = {name: old.find(name) or "" for name in old.names()}
    draft = secrets.with_name(f"{secrets.name}.new")
    draft.unlink(missing_ok=True)
    fresh = Vault(draft, key)
    for name, value in values.items():
        fresh.set(name, value)
    try:
        path.rename(path.with_name(f"{path.name}{BEFORE}"))
        install(key, state)
        if values:
            secrets.rename(secrets.with_name(f"{secrets.name}{BEFORE}"))
            draft.rename(secrets)
    except OSError as error:
        raise files.storage_error(error, state) from error
    return sorted(values)
