"""Finds whose backups a directory holds: a set belongs to one master key, and no other writes to it.

The mark beside the backups names the key without revealing it. Where there is none, from before there were
marks, what lies there is asked: a set is ours where nothing of it was sealed with another key.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cmsp_agent.model.errors import StorageError
from cmsp_agent.storage import files
from cmsp_agent.storage.sealed.master_key import WRAPPED, WRAPPED_NEXT, MasterKey, keep_wrapped

MARK = "master.key.id"
KEPT_AWAY = "set-"
"""Folders of sets that were put aside begin with this."""
MOST_BYTES = 1024


class ForeignBackups(StorageError):
    """The directory holds backups of another master key."""


@dataclass(frozen=True, slots=True)
class BackupSet:
    """A directory of backups, seen with one master key; blocking.

    Attributes:
        directory: where the backups are.
        key: the appliance's master key.
        recovery_key: the partner's public key, for the wrapped copy; None: no copy is kept.
        opens: whether what lies there without a mark was sealed with this key.
        mark: the name of this key: says which it is, and nothing of what it is.
    """

    directory: Path
    key: MasterKey
    recovery_key: Path | None
    opens: Callable[[], bool]
    mark: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Derived once: the directory is looked at every minute."""
        mark = hashlib.blake2b(self.key.derived("backup set"), digest_size=12).hexdigest()
        object.__setattr__(self, "mark", mark.encode("ascii"))

    def require(self, *, known: bool) -> None:
        """Make sure that the directory can be written, and is ours or new.

        Args:
            known: whether this appliance has kept backups there before.

        Raises:
            StorageError: it can't be used; the text says why and what helps.
        """
        if self.key.problem:
            raise StorageError(f"{self.directory} is not used: {self.key.problem}")
        self._require_writable(make=not known)
        found = files.read(self.directory / MARK, MOST_BYTES)
        if found is None:
            self._require_nobodys(known=known)
            self.claim()
        elif not hmac.compare_digest(found.strip(), self.mark):
            raise ForeignBackups(self._foreign())

    def marked(self) -> bool:
        """Whether the mark of this key lies there.

        Raises:
            StorageError: it can't be read.
        """
        found = files.read(self.directory / MARK, MOST_BYTES)
        return found is not None and hmac.compare_digest(found.strip(), self.mark)

    def claim(self) -> None:
        """Mark the directory as ours, with the wrapped master key beside it.

        Raises:
            ConfigurationError: the recovery key can't be used.
            StorageError: it can't be written.
        """
        if self.recovery_key is not None:
            keep_wrapped(self.key, self.recovery_key, self.directory)
        files.write_atomically(self.directory / MARK, self.mark + b"\n", 0o644)

    def wrap_again(self) -> None:
        """Renew the wrapped copy: the recovery key may be another one now. Only where `require` has passed."""
        if self.recovery_key is not None:
            keep_wrapped(self.key, self.recovery_key, self.directory)

    def put_aside(self) -> Path | None:
        """Move what lies there into a folder of its own, whole and as it is; None where nothing does, or it is ours.

        Raises:
            StorageError: it can't be moved.
        """
        if self.marked():
            raise StorageError(f"{self.directory} holds the backups of this appliance: there is nothing to put aside")
        moved = [each for each in sorted(self.directory.iterdir()) if _is_of_a_set(each)]
        found = files.read(self.directory / MARK, MOST_BYTES)
        if not moved or (found is None and self.opens()):
            return None
        name = (found or b"").decode("ascii", "replace").strip()[:24] or "without-mark"
        aside = self.directory / f"{KEPT_AWAY}{name}"
        files.make_folder(aside)
        try:
            for each in moved:
                each.rename(aside / each.name)
        except OSError as error:
            raise files.storage_error(error, aside) from error
        return aside

    def _require_writable(self, *, make: bool) -> None:
        probe = self.directory / f".writable.{os.getpid()}"
        try:
            if make:
                files.make_durably(self.directory)
            os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            probe.unlink()
        except FileNotFoundError as error:
            raise StorageError(f"{self.directory} is not there: mount the backup storage") from error
        except OSError as error:
            reason = error.strerror or "it can't be used"
            raise StorageError(f"{self.directory} can't be written ({reason}): check mount and owner") from error

    def _require_nobodys(self, *, known: bool) -> None:
        content = [each for each in self.directory.iterdir() if _is_of_a_set(each)]
        if known:
            raise StorageError(
                f"{self.directory} {f'lacks the file {MARK}' if content else 'is empty'}, and backups were kept there:"
                " mount the backup storage; where it was replaced on purpose: cmsp-agent backup new-set"
            )
        if content and not self.opens():
            raise ForeignBackups(self._foreign())

    def _foreign(self) -> str:
        return (
            f"{self.directory} holds backups of another master key ({WRAPPED} is left as it is): to go on with them,"
            f" stop the agent and run: cmsp-agent backup restore-key {self.directory} --key RECOVERY-PRIVATE.pem;"
            " to start a second set beside them: cmsp-agent backup new-set"
        )


def _is_of_a_set(path: Path) -> bool:
    hidden = path.name.startswith((".", KEPT_AWAY)) or path.name == "lost+found"
    return not hidden and (
        path.name in (MARK, WRAPPED, WRAPPED_NEXT, "manifests", "keys") or (path.is_dir() and len(path.name) == 2)
    )
