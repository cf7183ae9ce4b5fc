"""Keys that stay when the master key is replaced: what they sealed or chained before must be read afterwards.

The audit log's key chains its entries; the key of the messages seals what was received in clear (`raw_messages`).
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed.master_key import MasterKey
from cmsp_agent.storage.sealed.sealing import Sealer

log = logging.getLogger(__name__)

MOST_BYTES = 1024


@dataclass(frozen=True, slots=True)
class KeptKey:
    """One of them: derived from the first master key, and kept in a file, sealed, since that was replaced."""

    name: str
    file: str
    sealed_for: str
    derived_for: str

    def read(self, state: Path, key: MasterKey) -> bytes:
        """The key. Where its file is damaged a derived one is used from now on: what the old one made shows that."""
        try:
            sealed = files.read(state / self.file, MOST_BYTES)
            return key.derived(self.derived_for) if sealed is None else self._sealer(key).open(sealed, b"")
        except StorageError as error:
            where = {"key": self.name, "path": str(state / self.file), "reason": str(error)}
            log.error("a key can't be read", extra=where)
            return key.derived(self.derived_for)

    def problem(self, state: Path, key: MasterKey) -> str:
        """Why the file can't be used, what that costs and what helps; empty where it can, or where there is none."""
        path = state / self.file
        try:
            if (sealed := files.read(path, MOST_BYTES)) is not None:
                self._sealer(key).open(sealed, b"")
        except StorageError as error:
            return (
                f"{path}: the key of the {self.name} can't be used ({_bare(error, path)}): what it made before can't be"
                " checked or opened. Put the file back from a copy of the state directory; without one, move it away:"
                " a new key is in use"
            )
        return ""

    def keep(self, state: Path, present: MasterKey, fresh: MasterKey) -> None:
        """Seal the present key with the master key that comes; nothing happens where that is done.

        Raises:
            StorageError: the file can't be read or written.
        """
        path = state / self.file
        sealed = files.read(path, MOST_BYTES)
        if sealed is not None and self._opens(fresh, sealed):
            return
        files.write_atomically(path, self._sealer(fresh).seal(self.read(state, present), b""))

    def _opens(self, key: MasterKey, sealed: bytes) -> bool:
        try:
            self._sealer(key).open(sealed, b"")
        except StorageError:
            return False
        return True

    def _sealer(self, key: MasterKey) -> Sealer:
        return key.sealer(self.sealed_for)


def _bare(error: StorageError, path: Path) -> str:
    return str(error).removeprefix(f"{path}: ").partition(";")[0]


AUDIT = KeptKey("audit log", "audit.key", "audit key", "audit")
MESSAGES = KeptKey("received messages", "messages.key", "messages key", "messages")


KEPT = (AUDIT, MESSAGES)


def keep_keys(state: Path, present: MasterKey, fresh: MasterKey) -> None:
    """Keep each of them for the master key that comes.

    Raises:
        StorageError: a file can't be read or written.
    """
    for each in KEPT:
        each.keep(state, present, fresh)
