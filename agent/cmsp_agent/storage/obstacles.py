"""Sets aside what lies in the state directory where the agent needs a file: a directory, a named pipe, a dead link.

Says also which database is gone or empty though the agent has run here: a new one would begin as if nothing had been.

What is damaged inside a database is the database's own matter: see sqlite.database.
"""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cmsp_agent.config.file_kind import in_place_of_a_file

log = logging.getLogger(__name__)

_DATABASE = ("", "-wal", "-shm", ".lock")
DATABASES = tuple(f"{name}{suffix}" for name in ("state.db", "series.db") for suffix in _DATABASE)
"""The databases, and what lies beside them while they are open."""
QUARANTINE = "quarantine.json"
RESERVE = "state.db.reserve"
MADE_ANEW = (*DATABASES, RESERVE, QUARANTINE, "quarantine.new", "plugin-running", "plugin-suspect", "blocked.trace")
"""What the agent makes again where it is missing. A key is none of them: it is a person's to put back."""

LOST = {
    "state.db": "the alarms, incidents and jobs of before are lost, and what waited for the head-end",
    "series.db": "the KPIs of before are lost",
}
"""What it costs to begin a database anew."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """Something that was moved out of the way."""

    path: Path
    """Where it was."""
    text: str
    """What it was, where it is now, and what that costs."""


def set_obstacles_aside(state: Path, now: int) -> list[SetAside]:
    """Move away what is no file; what can't be moved stays, and the state directory then counts as one that is closed.

    Args:
        state: the state directory.
        now: for the new name (ms since the epoch).
    """
    found = list(_lost(state))
    for path, kind in obstacles(state):
        target = path.with_name(f"{path.name}.set-aside-{now}")
        try:
            os.rename(path, target)
        except OSError as error:
            log.error(
                "something stands where a file of the state belongs, and can't be set aside",
                extra={"path": str(path), "reason": error.strerror},
            )
            continue
        text = f"{path.name} was {kind}: it is set aside as {target}; a new one is in use"
        log.error(
            "something stood where a file of the state belongs, and was set aside",
            extra={"path": str(path), "now": str(target), "kind": kind},
        )
        found.append(SetAside(path, text))
    return found


def _lost(state: Path) -> Iterator[SetAside]:
    try:
        if not _size(state / RESERVE):
            return  # the agent never ran here
        for name, cost in LOST.items():
            if not any(map(_size, (state / name, state / f"{name}-wal"))) and not in_place_of_a_file(state / name):
                how = "empty" if (state / name).exists() else "gone"
                log.error("a database is lost", extra={"path": str(state / name), "how": how})
                yield SetAside(
                    state / name, f"{name} was {how} though the agent has run here: {cost}; a new one is in use"
                )
    except OSError:  # the directory is closed: that is found where it is written
        return


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def obstacles(state: Path) -> Iterator[tuple[Path, str]]:
    """What is no file though the agent needs one there, and a list that can't be read, with what it is."""
    for name in MADE_ANEW:
        try:
            kind = in_place_of_a_file(state / name)
        except OSError:  # the directory is closed: that is found where it is written
            return
        if kind:
            yield state / name, f"{kind}, not a file"
        elif name == QUARANTINE and _is_damaged(state / name):
            yield state / name, "damaged (plugins that it kept out are loaded again)"


def _is_damaged(path: Path) -> bool:
    try:
        rows = json.loads(path.read_bytes())
        return not isinstance(rows, dict) or not all(map(_is_entry, rows.values()))
    except OSError:
        return False
    except ValueError:
        return True


def _is_entry(row: object) -> bool:
    """Whether a plugin's entry can be read: since when, and why."""
    return isinstance(row, dict) and isinstance(row.get("since"), int) and isinstance(row.get("reason"), str)
