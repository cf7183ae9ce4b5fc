"""Whether the wall clock may be believed: while it is far from the last known time, nothing old is deleted.

The last known time is durable, beside what is deleted by it. NTP or a person confirms a clock that jumped, while the
agent was off or while it ran.
"""

import ctypes
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.times import rfc3339
from cmsp_agent.storage.sqlite import meta
from cmsp_agent.storage.sqlite.database import Database

log = logging.getLogger(__name__)

KNOWN = "clock.known"
FAR_AHEAD = 24 * 3600 * 1000
"""Milliseconds that an appliance may have been off without anybody asking about its clock."""
KEPT_EVERY = 300 * 1000
"""Milliseconds after which the last known time is written anew: a clock must not wear out a disk."""
STEP_AHEAD = 3600 * 1000
"""Milliseconds by which it may run ahead of the monotonic clock while the agent runs."""
FAR_BEHIND = 60 * 1000
TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""
DISTRUSTED = "clock.distrusted"


Believed = Callable[[], Awaitable[bool]]
"""Asked before anything is deleted by its age."""


class OwnAlarms(Protocol):
    """Where the alarm goes (`services.events.notices.Notices`)."""

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        """Something holds from now on, or does no more."""


def synchronised() -> bool:
    """Whether the kernel says that NTP keeps its clock (adjtimex(2)); False where it can't be asked."""
    state = ctypes.create_string_buffer(512)
    try:
        answer = int(ctypes.CDLL(None, use_errno=True).adjtimex(state))
    except (OSError, AttributeError):
        return False
    return 0 <= answer < TIME_ERROR


class KnownTime:
    """Ask `believed` before anything is deleted by its age; it keeps the last known time."""

    def __init__(
        self,
        database: Database,
        notices: OwnAlarms,
        clock: Clock,
        ntp: Callable[[], bool] = synchronised,
        *,
        held: bool = False,
    ) -> None:
        """Put the parts together; `held`: the last run ended with a clock that nobody confirmed."""
        self._database = database
        self._notices = notices
        self._clock = clock
        self._ntp = ntp
        self._held = held
        self._own: tuple[int, float] | None = None
        """The last known time of this run, and the monotonic clock (seconds) at that moment."""

    async def believed(self) -> bool:
        """Whether the clock is near the last known time, or confirmed; then it is the last known time from now on.

        Raises:
            StorageError: the database can't be used.
        """
        now = self._clock.now()
        known = await self._database.read(lambda connection: meta.get_int(connection, KNOWN))
        if not known or self._is_near(known, now) or self._ntp():
            if self._held or self._own is None or self._own[0] != known or abs(now - known) >= KEPT_EVERY:
                await self.confirm()
            return True
        self._hold(known, now)
        return False

    def _is_near(self, known: int, now: int) -> bool:
        """Whether the clock shows what is to be expected; how long the agent was off is not known."""
        if self._own is None or self._own[0] != known:
            return known - FAR_BEHIND <= now <= known + FAR_AHEAD
        expected = known + round((self._clock.monotonic() - self._own[1]) * 1000)
        return expected - FAR_BEHIND <= now <= expected + STEP_AHEAD

    async def confirm(self) -> None:
        """NTP, or a person, says that the clock is right.

        Raises:
            StorageError: the database can't be written.
        """
        now = self._clock.now()
        await self._database.write(lambda tx: meta.put(tx, KNOWN, now), makes_room=True)
        self._own = now, self._clock.monotonic()
        if self._held:
            self._held = False
            self._notices.alarm(DISTRUSTED, "clock", "the clock is confirmed", raised=False)

    def _hold(self, known: int, now: int) -> None:
        if self._held:
            return
        self._held = True
        text = (
            f"the clock says {rfc3339(now)} and was last known at {rfc3339(known)}: nothing old is deleted until NTP"
            " keeps it or a person confirms it (cmsp-agent clock confirm)"
        )
        log.warning("the clock is not believed", extra={"clock": rfc3339(now), "known": rfc3339(known)})
        self._notices.alarm(DISTRUSTED, "clock", text, raised=True)
