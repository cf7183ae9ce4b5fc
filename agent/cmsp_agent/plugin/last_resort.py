"""For a plugin that blocks so hard that no Python thread runs: a regular expression that backtracks, a C call.

Such code keeps the interpreter's lock, and the watchdog's thread with it. Two things of CPython still work then, since
they are C: the timer of faulthandler, which writes the stack to a file and ends the process, and its signal handler,
which writes the stack to standard error after half a second of CPU time. Which plugin it was stands in
a small mapped file, which outlives the process; it is read at the next start. It also names a plugin in whose call
the process ended without a word: by os._exit, by a fault of a C library, or by the kernel where memory ran out.
"""

import faulthandler
import logging
import mmap
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

log = logging.getLogger(__name__)

NAME_AFTER = 0.5
"""Seconds of CPU time without a turn for the watchdog until the stack is written to standard error."""
REARM = 4.0
"""Seconds between two settings of the exit timer."""
_PAGE = 256
STANDARD_ERROR = 2
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class LastCall:
    """The call of a plugin in which the last process ended."""

    plugin: str
    call: str
    stack: str = ""
    """Where it was held, by the timer that ended the process; empty where it ended of itself or was killed."""
    repeated: bool = False
    """The process before it ended in the same call."""


class LastResort:
    """Timers that only fire when they are not set anew in time, and a note of the plugin that is running.

    Args:
        folder: the state directory, where the files lie.
    """

    def __init__(self, folder: Path) -> None:
        self._trace_path = folder / "blocked.trace"
        self._note_path = folder / "plugin-running"
        self._suspect_path = folder / "plugin-suspect"
        self._boot = _boot()
        self._trace: BinaryIO | None = None
        self._note: mmap.mmap | None = None
        self._since_armed = REARM

    def verdict(self) -> LastCall | None:
        """In which plugin's call the last process ended; None where it was in none, or the machine was restarted since.

        To be asked once, before `start`, which forgets it.
        """
        stack, note, before = (_content(path) for path in (self._trace_path, self._note_path, self._suspect_path))
        plugin, call, boot = (note.rstrip("\0") + "\n\n").split("\n")[:3]
        if not plugin or not (stack or boot == _boot()):
            self._remember("")
            return None
        suspect = f"{plugin}\n{call}"
        self._remember(suspect)
        return LastCall(plugin, call, stack, repeated=before == suspect)

    def _remember(self, suspect: str) -> None:
        """Keep who may be to blame for the next start, which blames it if the same happens again."""
        try:
            self._suspect_path.unlink(missing_ok=True)
            if suspect:
                self._suspect_path.write_text(suspect, encoding="utf-8")
        except OSError as error:
            log.warning("the plugin in which the agent ended can't be noted", extra={"reason": str(error)})

    def note(self, plugin: str, call: str) -> None:
        """Remember what runs now; empty: nothing."""
        if self._note is not None:
            text = f"{plugin}\n{call}\n{self._boot}" if plugin else ""
            self._note[:] = text.encode()[:_PAGE].ljust(_PAGE, b"\0")

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


def _boot() -> str:
    """Which life of the machine this is: a power cut is no plugin's fault."""
    return _content(_BOOT_ID).strip()


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""  # nothing was left behind
