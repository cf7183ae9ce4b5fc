"""Looks at what time alone changes, and at large incidents, whose changes are gathered. Judges nothing itself."""

import logging
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import StorageError
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.services.events.service import EventService

log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two looks at what time alone changes."""
GATHERED = 0.8
"""Seconds for which changes of a large incident are gathered: its priority follows within a second."""


async def watch(service: EventService, clock: Clock) -> NoReturn:
    """Let time pass for the incidents that are watched, until cancelled."""
    while True:
        await clock.sleep(EVERY)
        if not service.alarm_state.waits_for_time:
            continue
        try:
            await service.look(Pipeline.elapse)
        except StorageError as error:
            log.warning("incidents that are due are not stored yet", extra={"error": str(error)})


async def watch_large(service: EventService, clock: Clock) -> NoReturn:
    """Weigh the large incidents that have changed, until cancelled."""
    while True:
        await service.put_off.wait()
        await clock.sleep(GATHERED)
        service.put_off.clear()
        try:
            await service.look(Pipeline.weigh)
        except StorageError as error:
            service.put_off.set()
            log.warning("large incidents are not stored as they are by now", extra={"error": str(error)})
