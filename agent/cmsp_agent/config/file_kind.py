"""What lies at a file's path and is no regular file: opening a named pipe would block, a link may lead nowhere."""

import stat
from pathlib import Path

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


def in_place_of_a_file(path: Path) -> str:
    """What is there instead of a file, in words; empty where a file is there, or a link to one, or nothing.

    Raises:
        OSError: it can't be looked at.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return f"a link to {path.readlink()}, which is not there" if path.is_symlink() else ""
    return next((words for matches, words in _KINDS if matches(mode)), "")


def nearest_there(path: Path) -> Path:
    """The path itself, or of the folders above it the nearest one that is there; a link counts, wherever it leads."""
    return next(each for each in (path, *path.parents) if each.is_symlink() or each.exists())


def move_away(path: Path) -> str:
    """What helps, in words."""
    return f"move it away (mv {path} {path}.away) and put the right file in its place"
