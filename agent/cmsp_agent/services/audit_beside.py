"""Audit entries of commands that run beside the agent, or while it is stopped: left as files, taken into the log by it.

A key of the backups is replaced while `state.db` belongs to nobody, or to the agent: the command cannot write the log.
"""

import getpass
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import AgentError, StorageError
from cmsp_agent.model.ids import uuid7
from cmsp_agent.services.audit import AuditEntry, AuditLog
from cmsp_agent.storage import files
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode
from cmsp_agent.storage.sqlite import meta

log = logging.getLogger(__name__)

FOLDER = "audit.waiting"
TAKEN = "audit.taken"
"""Name of the file that was taken last: after a crash it is there still, and is not taken twice."""
EVERY = 15.0
MOST_BYTES = 64 * 1024


@dataclass(slots=True)
class Doing:
    """What a command does; `detail` is what came of it, in words."""

    action: str
    object: str
    detail: str = ""


@contextmanager
def audited(state: Path, clock: Clock, action: str, thing: str) -> Iterator[Doing]:
    """Leave an entry for what is done inside, whether it succeeds or fails.

    Args:
        state: the folder of the state.
        clock: for the time of the entry.
        action: the command.
        thing: what it is done to.

    Raises:
        StorageError: the entry can't be written.
    """
    doing = Doing(action, thing)
    try:
        yield doing
    except AgentError as error:
        _leave(state, clock.now(), doing, "failed", str(error))
        raise
    _leave(state, clock.now(), doing, "done", doing.detail)


def _leave(state: Path, now: int, doing: Doing, outcome: str, detail: str) -> None:
    entry = AuditEntry(now, _who(), "local", doing.action, doing.object, outcome, detail[:2000])
    folder = state / FOLDER
    files.make_folder(folder)
    files.write_atomically(folder / f"{uuid7(now)}.json", encode(entry))


def _who() -> str:
    """The account, and that from which sudo(8) came."""
    before = os.environ.get("SUDO_USER", "")
    return f"{getpass.getuser()}{f' (sudo: {before})' if before else ''}"


@dataclass(frozen=True, slots=True)
class EntriesBeside:
    """Run `run` under the supervisor."""

    folder: Path
    log: AuditLog = field(repr=False)
    clock: Clock

    async def run(self) -> NoReturn:
        """Take what was left, now and every few seconds, until cancelled."""
        while True:
            try:
                await self.take()
            except StorageError as error:
                log.warning("an entry for the audit log could not be taken", extra={"reason": str(error)})
            await self.clock.sleep(EVERY)

    async def take(self) -> int:
        """Move what was left into the log, the oldest first; how many entries there were.

        Raises:
            StorageError: the log can't be written, or a file can't be read or removed.
        """
        try:
            names = sorted(name for name in os.listdir(self.folder) if name.endswith(".json"))
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise files.storage_error(error, self.folder) from error
        for name in names:
            path = self.folder / name
            entry = self._entry(path)
            await self.log.database.write(lambda tx, name=name, entry=entry: self._append(tx, name, entry))  # type: ignore[misc]
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise files.storage_error(error, path) from error
        return len(names)

    def _append(self, tx: sqlite3.Connection, name: str, entry: AuditEntry) -> None:
        if meta.get(tx, TAKEN) == name:
            return
        self.log.append(tx, entry)
        meta.put(tx, TAKEN, name)

    def _entry(self, path: Path) -> AuditEntry:
        content = files.read(path, MOST_BYTES) or b""
        try:
            return replace(decode(content, AuditEntry), source="local")
        except DocumentInvalid as error:
            why = f"what a command left in {path.name} can't be read: {error}"
            return AuditEntry(self.clock.now(), "unknown", "local", "command", FOLDER, "failed", why[:2000])
