"""The entry point: `--version` is answered at once, the application does all else. It always ends with an exit code."""

import os
import sys
from collections.abc import Sequence
from types import TracebackType

from cmsp_agent import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; None: those of the process.

    Returns:
        0 done, 1 failed, 2 usage or configuration, 3 refused, 4 unreachable.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        # Before any import: scripts and packages ask for it often.
        print(f"cmsp-agent {__version__}")
        return 0
    sys.excepthook = _in_one_line
    if set(given) in ({"--version", "--verbose"}, {"-V", "--verbose"}):
        from cmsp_agent.cli.build import describe

        print("\n".join(describe()))
        return 0
    from cmsp_agent.cli.application import run

    return run(given)


def _in_one_line(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """A mistake of ours, for people: one line and how to report it, never a traceback."""
    if issubclass(kind, KeyboardInterrupt):
        return
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    if text := _of_the_machine(kind, error):
        print(f"cmsp-agent: {text}", file=sys.stderr)
        return
    place = f" in {where.tb_frame.f_globals.get('__name__', '?')}:{where.tb_lineno}" if where else ""
    # The error's own text is left out: nobody knows what it carries.
    print(f"cmsp-agent: failed inside ({kind.__name__}{place}); please report this line", file=sys.stderr)


def _of_the_machine(kind: type[BaseException], error: BaseException) -> str:
    """What is wrong with a file, a disk or a database, with what helps; empty where it is none of these.

    The file's path is said, never what is in it.
    """
    import errno
    import sqlite3

    if issubclass(kind, OSError):
        path = getattr(error, "filename", None)
        where = f"{path}: " if isinstance(path, str | os.PathLike) else ""
        number = getattr(error, "errno", None)
        help_text = {
            errno.EACCES: "run this as root or as a member of cmsp-agent",
            errno.EPERM: "run this as root or as a member of cmsp-agent",
            errno.ENOSPC: "make room on that disk",
            errno.EDQUOT: "make room on that disk",
            errno.EROFS: "its file system is mounted read-only: look for errors of the disk (dmesg)",
            errno.EIO: "the disk fails: look for its errors (dmesg)",
        }.get(number or 0, "")
        said = getattr(error, "strerror", None) or "it can't be used"
        return f"{where}{said}{f'; {help_text}' if help_text else ''}"
    if issubclass(kind, sqlite3.DatabaseError):
        return "a database is damaged or locked by somebody else; see: journalctl -u cmsp-agent, and check the disk"
    return ""
