"""The list of plugins that are not loaded, kept in a small file. The watchdog decides who is put on it."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

NORMALISE = "normalise of "
"""How the call of a device type's own code is named."""


@dataclass(frozen=True)
class Quarantined:
    """Why a plugin is not loaded."""

    plugin: str
    since: int
    """Wall time, ms since the epoch, UTC."""
    reason: str
    stack: str = ""
    call: str = ""
    """The call that it blocked in, where that is known: `normalise of acme`."""

    @property
    def normalise_only(self) -> bool:
        """Whether its `normalise` alone is to be left out: what it says of devices as data can't block anything."""
        return self.call.startswith(NORMALISE)


class Quarantine:
    """A JSON file in the state directory, replaced as a whole and synced, so that a hard exit right after keeps it.

    Plain blocking file calls: it is written by the watchdog's thread when the event loop is already lost, and read once
    at start.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self) -> Mapping[str, Quarantined]:
        """What is quarantined, by plugin; an unreadable file is set aside (`.unreadable`) and counts as empty."""
        try:
            return self._rows()
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError):
            self._path.replace(self._path.with_suffix(".unreadable"))
            return {}

    def kept_out(self) -> Mapping[str, Quarantined]:
        """The plugins that a start does without as a whole. Only looks: a file that can't be read counts as empty."""
        try:
            return {name: entry for name, entry in self._rows().items() if not entry.normalise_only}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _rows(self) -> Mapping[str, Quarantined]:
        rows = json.loads(self._path.read_text(encoding="utf-8"))
        return {name: Quarantined(plugin=name, **row) for name, row in rows.items()}

    def add(self, entry: Quarantined) -> None:
        """Put a plugin on the list, durably.

        Raises:
            OSError: the state directory can't be written.
        """
        self._write({**self.entries(), entry.plugin: entry})

    def clear(self, plugin: str) -> bool:
        """Take a plugin off the list; it is loaded at the next start. False where it was not on it."""
        entries = dict(self.entries())
        if entries.pop(plugin, None) is None:
            return False
        self._write(entries)
        return True

    def _write(self, entries: Mapping[str, Quarantined]) -> None:
        rows = {name: asdict(entry) for name, entry in entries.items()}
        for row in rows.values():
            del row["plugin"]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
            file.flush()
            if os.geteuid() == 0:
                # Written by a person's command: the agent must be able to read it all the same.
                owner = self._path.parent.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(file.fileno())
        fresh.replace(self._path)
        _sync_directory(self._path.parent)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
