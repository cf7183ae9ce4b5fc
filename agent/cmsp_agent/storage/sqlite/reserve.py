"""Disk space kept back beside a database, so that on a full disk what makes room can still be written.

Deleting from a database in WAL mode needs space before it gives any: without a reserve a full outbox could not even
forget what the head-end has taken. The `writer` gives it up.
"""

import contextlib
import os
from pathlib import Path

from cmsp_agent.storage.sqlite.faults import NO_ROOM

SIZE = 16 * 1024 * 1024
"""Bytes: as much as a WAL may need to be checkpointed."""


class Reserve:
    """A file of a fixed size that is given up and taken back. A size of 0 is no reserve at all."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size
        self.held = size == 0
        """The space is kept back at present; where it is not, the disk counts as full."""
        self.of_earlier_run = size > 0 and path.exists()
        """It was there already: there has been a database beside it."""
        self.refusal = ""
        """Why it could not be kept back at the last try, with what helps."""

    def take(self) -> bool:
        """Keep the space back, if there is enough; whether it is."""
        if not self.held:
            self.held = self._allocate()
        return self.held

    def give_up(self) -> bool:
        """Release the space; False if nothing is reserved."""
        if not self._size or not self.held:
            return False
        self._path.unlink(missing_ok=True)
        self.held = False
        return True

    def _allocate(self) -> bool:
        descriptor = -1
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.posix_fallocate(descriptor, 0, self._size)
            self.refusal = ""
        except OSError as error:
            self.refusal = self._refusal(error)
            # what was allocated before it failed must not stay
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            return False
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return True

    def _refusal(self, error: OSError) -> str:
        if error.errno in NO_ROOM:
            return f"its disk is full; make room in {self._path.parent}: {self._size >> 20} MiB are kept back there"
        return f"{self._path}: {error.strerror}; as root: chattr -ia {self._path}; rm {self._path}"
