"""A thread that watches the event loop, names the plugin that blocks it, and ends a process that stays blocked.

Time for which the loop was ready and got no processor is nobody's fault: a loaded machine makes no plugin guilty.
A blocked loop can't be helped from inside, so after a grace the plugin is put in quarantine on disk and the process
leaves; whoever supervises it (systemd) starts it again, without that plugin. A loop blocked by anything else is only
reported here: the service manager's own watchdog ends that.
"""

import asyncio
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.threads import SYSTEM_THREADS, Threads
from cmsp_agent.plugin.last_resort import LastResort
from cmsp_agent.plugin.quarantine import Quarantine, Quarantined

log = logging.getLogger(__name__)

TICK = 0.1
"""Seconds between two looks."""
MOST_OF_A_LOOK = 0.4
"""Seconds that one look adds at most to the time for which the loop counts as blocked."""
NAME_AFTER = 0.5
"""Seconds without a beat of the loop after which the blocker is named."""
STARVED = 1.0
"""Seconds between two looks of the watchdog itself that are worth a line in the log: the interpreter was held."""
EXIT_AFTER = 15.0
EXIT_CODE = 1


@dataclass
class Calls:
    """The plugin calls that are running on the loop, innermost last. Written by the loop, read by the watchdog.

    Attributes:
        modules: dotted module prefix → plugin, so that code a plugin registered is known by its stack too.
    """

    running: list[tuple[str, str]] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    note: Callable[[str, str], None] | None = None
    """Called with every change, so that a note of it outlives the process."""

    @contextmanager
    def entered(self, plugin: str, call: str) -> Iterator[None]:
        """Mark a synchronous call into a plugin."""
        self.running.append((plugin, call))
        self._tell()
        try:
            yield
        finally:
            self.running.pop()
            self._tell()

    def _tell(self) -> None:
        if self.note is not None:
            self.note(*(self.running[-1] if self.running else ("", "")))


@dataclass(frozen=True)
class Blocker:
    """What held the loop when the watchdog looked."""

    plugin: str | None
    call: str
    stack: str


@dataclass
class Naming:
    """Who is to be named while the loop stays blocked: whoever held it long enough without a break.

    Attributes:
        after: seconds that are long enough.
        blocked: seconds for which the loop is blocked, whoever held it.
        held: seconds of these for which the present holder holds it.
    """

    after: float
    named: list[str | None] = field(default_factory=list)
    holder: str | None = None
    held: float = 0.0
    blocked: float = 0.0

    def is_due(self, holder: str | None, passed: float) -> bool:
        """Whether this holder (None: the agent itself), seen for `passed` s more, must be named now."""
        goes_on = holder == self.holder or not self.blocked
        self.blocked += passed
        self.held = self.held + passed if goes_on else 0.0
        self.holder = holder
        if holder in self.named or self.held < self.after:
            return False
        self.named.append(holder)
        return True

    def is_nobodys(self) -> bool:
        """Whether the loop is blocked for long by one after the other, of whom none held it long enough."""
        if self.named or self.blocked < 2 * self.after:
            return False
        self.named.append(None)
        return True


def waited_for_processor(thread: int) -> float:
    """Seconds for which a thread of this process could have run and got no processor (schedstat, proc(5))."""
    try:
        return int(Path(f"/proc/self/task/{thread}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0  # a kernel that does not say so


class LoopWatchdog:
    """Beats on the event loop and looks from a thread of its own whether the beat came."""

    def __init__(
        self,
        calls: Calls,
        quarantine: Quarantine,
        clock: Clock,
        counters: Counters,
        *,
        name_after: float = NAME_AFTER,
        exit_after: float = EXIT_AFTER,
        leave: Callable[[int], object] = os._exit,
        last_resort: LastResort | None = None,
        threads: Threads = SYSTEM_THREADS,
        waited: Callable[[int], float] = waited_for_processor,
    ) -> None:
        self._calls = calls
        self._quarantine = quarantine
        self._clock = clock
        self._counters = counters
        self._name_after = name_after
        self._exit_after = exit_after
        self._leave = leave
        self._last_resort = last_resort
        self._threads = threads
        self._waited = waited
        self._stop = threading.Event()
        self._beat = threading.Event()
        self._join: Callable[[float], None] | None = None

    def start(self) -> None:
        """Watch the loop that is running now, from now on.

        Raises:
            RuntimeError: no event loop is running in this thread.
        """
        loop = asyncio.get_running_loop()
        self._stop.clear()
        if self._last_resort is not None:
            self._last_resort.start()
            self._calls.note = self._last_resort.note
        self._join = self._threads.start(
            "loop watchdog", partial(self._watch, loop, threading.get_ident(), threading.get_native_id())
        )

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stop.set()
        if self._join is not None:
            self._join(2.0)
            self._join = None
        if self._last_resort is not None:
            self._calls.note = None
            self._last_resort.stop()

    def _watch(self, loop: asyncio.AbstractEventLoop, thread: int, native: int) -> None:
        waited = self._waited(native)
        naming = Naming(self._name_after)
        last = self._clock.monotonic()
        self._ask(loop)
        while not self._stop.wait(TICK):
            now = self._clock.monotonic()
            # Capped: when the whole process was stopped and goes on, the loop is not to blame for the time lost.
            passed = min(now - last, MOST_OF_A_LOOK)
            if now - last > STARVED:
                self._counters.add("loop.starved")
                log.warning(
                    "no thread of the agent could run: the machine or a library held it up",
                    extra={"seconds": round(now - last, 1)},
                )
            last, waited_before, waited = now, waited, self._waited(native)
            if self._last_resort is not None:
                self._last_resort.turn(passed, self._exit_after)
            if self._beat.is_set():
                if naming.named:
                    log.warning("event loop runs again", extra={"blocked_s": round(naming.blocked, 1)})
                naming = Naming(self._name_after)
                self._ask(loop)
            else:
                self._judge(naming, self._blocker(thread), max(0.0, passed - (waited - waited_before)))

    def _judge(self, naming: Naming, blocker: Blocker, passed: float) -> None:
        """Name who holds the loop, if that is due, and give up on a plugin that held it too long."""
        if naming.is_due(blocker.plugin, passed):
            self._report(blocker, naming.blocked)
        elif naming.is_nobodys():
            self._report(Blocker(None, "many calls, one after the other", blocker.stack), naming.blocked)
        if naming.held >= self._exit_after:
            self._give_up(blocker, naming.held)

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        self._beat.clear()
        try:
            loop.call_soon_threadsafe(self._beat.set)
        except RuntimeError:  # the loop is closed: nothing left to watch
            self._stop.set()

    def _report(self, blocker: Blocker, blocked: float) -> None:
        who = blocker.plugin or "the agent itself"
        self._counters.add("loop.blocked", key=blocker.plugin or "agent")
        log.error(
            "event loop blocked by %s in %s",
            who,
            blocker.call,
            extra={
                "plugin": blocker.plugin,
                "call": blocker.call,
                "blocked_s": round(blocked, 1),
                "stack": blocker.stack,
            },
        )

    def _give_up(self, blocker: Blocker, blocked: float) -> None:
        if blocker.plugin is None:
            return
        reason = f"blocked the event loop for {blocked:.0f} s in {blocker.call}"
        try:
            self._quarantine.add(Quarantined(blocker.plugin, self._clock.now(), reason, blocker.stack, blocker.call))
        except OSError:
            log.exception(
                "quarantine can't be written; the plugin will be loaded again", extra={"plugin": blocker.plugin}
            )
        log.critical("the process ends: plugin %s %s", blocker.plugin, reason, extra={"plugin": blocker.plugin})
        self._stop.set()
        self._leave(EXIT_CODE)

    def _blocker(self, thread: int) -> Blocker:
        frame = sys._current_frames().get(thread)  # noqa: SLF001 - the only way to another thread's stack
        stack = "".join(traceback.format_stack(frame)) if frame is not None else ""
        running = list(self._calls.running)
        if running:
            plugin, call = running[-1]
            return Blocker(plugin, call, stack)
        return self._by_stack(frame, stack)

    def _by_stack(self, frame: FrameType | None, stack: str) -> Blocker:
        innermost = (
            f"{frame.f_code.co_qualname if sys.version_info >= (3, 11) else frame.f_code.co_name}" if frame else "?"
        )
        while frame is not None:
            plugin = self._owner(str(frame.f_globals.get("__name__", "")))
            if plugin is not None:
                return Blocker(plugin, frame.f_code.co_qualname, stack)
            frame = frame.f_back
        return Blocker(None, innermost, stack)

    def _owner(self, module: str) -> str | None:
        for prefix, plugin in self._calls.modules.items():
            if module == prefix or module.startswith(prefix + "."):
                return plugin
        return None
