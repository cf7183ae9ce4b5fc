"""For a plugin that blocks so hard that no Python thread runs: a regular expression that backtracks, a C call.

Such code keeps the interpreter's lock, and the watchdog's thread with it. Two things of CPython still work then, since
they are C: the timer of faulthandler, which writes the stack to a file and ends the process, and its signal handler,
which writes the stack to standard error after half a second of CPU time. Which plugin it was stands in
a small mapped file, which outlives the process; it is read at the next start.
"""

import faulthandler
import logging
import mmap
import signal
from pathlib import Path
from typing import BinaryIO

log = logging.getLogger(__name__)

NAME_AFTER = 0.5
"""Seconds of CPU time without a turn for the watchdog until the stack is written to standard error."""
REARM = 4.0
"""Seconds between two settings of the exit timer."""
_PAGE = 256
STANDARD_ERROR = 2


class LastResort:
    """Timers that only fire when they are not set anew in time, and a note of the plugin that is running.

    Args:
        folder: the state directory, where both files lie.
    """

    def __init__(self, folder: Path) -> None:
        self._trace_path = folder / "blocked.trace"
        self._note_path = folder / "plugin-running"
        self._trace: BinaryIO | None = None
        self._note: mmap.mmap | None = None
        self._since_armed = REARM

    def verdict(self) -> tuple[str, str, str] | None:
        """What ended the last process: (plugin, call, stack), or None where it was nothing of this kind.

        To be asked before `start`, which forgets it.
        """
        stack, note = (_content(path) for path in (self._trace_path, self._note_path))
        plugin, _, call = note.rstrip("\0").partition("\n")
        return (plugin, call, stack) if stack and plugin else None

    def note(self, plugin: str, call: str) -> None:
        """Remember what runs now; empty: nothing."""
        if self._note is not None:
            self._note[:] = f"{plugin}\n{call}".encode()[:_PAGE].ljust(_PAGE, b"\0")

    def start(self) -> None:
        """Open both files afresh and take the CPU timer's signal (SIGVTALRM), which nothing else uses.

        Where they can't be opened, a plugin that holds the interpreter is not named at the next start.
        """
        try:
            self._open()
        except OSError as error:
            log.warning("a plugin that blocks the interpreter can't be named in the log", extra={"reason": str(error)})
        faulthandler.register(signal.SIGVTALRM, file=STANDARD_ERROR, all_threads=True, chain=False)

    def _open(self) -> None:
        self._note_path.parent.mkdir(parents=True, exist_ok=True)
        for path in (self._note_path, self._trace_path):
            path.unlink(missing_ok=True)  # one that is somebody else's can't be opened
        with self._note_path.open("w+b") as file:
            file.truncate(_PAGE)
            self._note = mmap.mmap(file.fileno(), _PAGE)
        self._trace = self._trace_path.open("wb")

    def turn(self, passed: float, exit_after: float) -> None:
        """Say that Python still runs: sets both timers anew.

        Args:
            passed: seconds since the last turn.
            exit_after: seconds until the process ends unless there is another turn.
        """
        signal.setitimer(signal.ITIMER_VIRTUAL, NAME_AFTER)
        self._since_armed += passed
        if self._since_armed >= REARM and self._trace is not None:
            self._since_armed = 0.0
            faulthandler.dump_traceback_later(exit_after + REARM, exit=True, file=self._trace)

    def stop(self) -> None:
        """Disarm both timers; may be called twice."""
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        faulthandler.unregister(signal.SIGVTALRM)
        faulthandler.cancel_dump_traceback_later()
        self._since_armed = REARM
        if self._trace is not None:
            self._trace.close()
        if self._note is not None:
            self._note.close()
        self._trace = self._note = None


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""  # nothing was left behind
