"""Looks again and again: when something changed, and at the latest after so many seconds."""

import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.model.errors import AgentError

log = logging.getLogger(__name__)


async def look_periodically(look: Callable[[], Awaitable[None]], wakeup: Wakeup, every: float, failed: str) -> NoReturn:
    """Look now, whenever it is woken, and every so many seconds, until cancelled.

    Args:
        look: what is done; an `AgentError` is logged, and the next look comes.
        wakeup: woken when something changed.
        every: seconds.
        failed: the log's words for a look that failed.
    """
    while True:
        try:
            await look()
        except AgentError as error:
            log.warning(failed, extra={"reason": str(error)})
        await wakeup.wait(every)
