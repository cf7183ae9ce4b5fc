"""The heartbeat: a short document once a minute, at once on reconnection, soon after a P1 or P2 changes."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.model.errors import HeadendUnreachable, StorageError
from cmsp_agent.storage.encoding import encode
from cmsp_agent.transports.headend import HeadendClient

log = logging.getLogger(__name__)

EVERY = 60.0
SPACING = 1.0
"""Seconds between two heartbeats at least: changes of one moment go together."""
FIRST_RETRY = 2.0
"""Seconds; a P1 is to be known within 5. Doubled by each failure."""

HeartbeatContent = Callable[[], Awaitable[Mapping[str, Any]]]
"""The content, made when it is sent."""


class Heartbeat:
    """Run `run` under the supervisor; `soon` when something changed that can't wait for the minute."""

    def __init__(
        self,
        client: HeadendClient,
        content: HeartbeatContent,
        clock: Clock,
        counters: Counters,
        every: float = EVERY,
        on_failed: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._content = content
        self._clock = clock
        self._counters = counters
        self._wakeup = Wakeup(clock)
        self._every = max(every, 2 * SPACING)
        self._on_failed = on_failed
        self._failures = 0

    def soon(self) -> None:
        """A P1 or P2 opened, changed or closed, or the head-end is back."""
        self._wakeup.wake()

    async def run(self) -> NoReturn:
        """Send until cancelled."""
        while True:
            await self._send()
            await self._clock.sleep(SPACING)
            await self._wakeup.wait(self._pause())

    def _pause(self) -> float:
        if not self._failures:
            return self._every - SPACING
        return max(0.0, min(self._every, FIRST_RETRY * 2.0 ** min(self._failures - 1, 10)) - SPACING)

    async def _send(self) -> None:
        try:
            reply = await self._client.heartbeat(encode(await self._content()))
            reason = "" if 200 <= reply.status < 300 else f"answered {reply.status}"
        except (HeadendUnreachable, StorageError) as error:
            reason = str(error)
        self._counters.add("heartbeat.failed" if reason else "heartbeat.sent")
        if reason and not self._failures:
            log.info("the head-end did not accept a heartbeat", extra={"reason": reason})
        self._failures = self._failures + 1 if reason else 0
        if reason:
            self._on_failed()
