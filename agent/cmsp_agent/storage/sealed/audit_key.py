"""The key that chains the audit log: it stays when the master key is replaced, else no old entry could be verified."""

import logging
from pathlib import Path

from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed.master_key import MasterKey

log = logging.getLogger(__name__)

FILE = "audit.key"
MOST_BYTES = 1024
_PURPOSE = "audit key"


def audit_key(state: Path, key: MasterKey) -> bytes:
    """The audit log's key: derived from the first master key, and kept sealed since that was replaced.

    Where the file is damaged the log goes on with a derived key: verifying shows that the chain broke.
    """
    try:
        sealed = files.read(state / FILE, MOST_BYTES)
        return key.derived("audit") if sealed is None else key.sealer(_PURPOSE).open(sealed, b"")
    except StorageError as error:
        log.error("the audit log's key can't be read", extra={"path": str(state / FILE), "reason": str(error)})
        return key.derived("audit")


def keep_audit_key(state: Path, present: MasterKey, fresh: MasterKey) -> None:
    """Seal the present audit key with the master key that comes; nothing happens where that is done.

    Raises:
        StorageError: the file can't be read or written.
    """
    path = state / FILE
    sealed = files.read(path, MOST_BYTES)
    if sealed is not None and _opens(fresh, sealed):
        return
    files.write_atomically(path, fresh.sealer(_PURPOSE).seal(audit_key(state, present), b""))


def _opens(key: MasterKey, sealed: bytes) -> bool:
    try:
        key.sealer(_PURPOSE).open(sealed, b"")
    except StorageError:
        return False
    return True
