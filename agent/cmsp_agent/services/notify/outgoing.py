"""Sends what waits in the queue for a channel: durable, one after the other, tried again after growing waits."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.ids import NewId
from cmsp_agent.model.notification import DeliveryFailed, OutgoingNotification
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.trusted_clock import Believed
from cmsp_agent.services.notify.pacing import MOST_SINGLE
from cmsp_agent.services.notify.refused_recipients import RefusedRecipients
from cmsp_agent.services.notify.texts import backlog
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import notifications

log = logging.getLogger(__name__)

FAILED = "notification.failed"
WAITS = (60.0, 300.0, 900.0, 3600.0)
"""Seconds before the next attempts; then the last of them again and again."""
GIVEN_UP_AFTER = 3 * 86_400_000
"""ms after which a mail is news of yesterday."""
LOOK_EVERY = 30.0
"""Seconds between two looks while something is queued; an empty queue waits for `wake`."""
IDLE = 3600.0
LAST_WAIT = 3.0
"""Seconds that a notification in hand is waited for when the agent stops."""
NAMES = {"smtp": "mail"}
"""What a channel is called in the alarm that it does not work, where that is not its name."""

Send = Callable[[OutgoingNotification], Awaitable[None]]
"""Hands one over; raises DeliveryFailed."""


class Outgoing:
    """Run `run` under the supervisor; `wake` when something was queued."""

    def __init__(
        self,
        database: Database,
        takes: Callable[[str], bool],
        send: Send,
        conditions: Conditions,
        refusals: RefusedRecipients,
        clock: Clock,
        counters: Counters,
        new_id: NewId,
        believed: Believed,
        digests: bool = True,
    ) -> None:
        """Put the parts together.

        Args:
            database: with the queue.
            takes: whether a channel's notifications are sent here.
            send: hands one over.
            conditions: where it is reported that a channel does not work.
            refusals: where it is reported whom it refuses for good.
            clock: when the next attempt is.
            counters: of what was sent and what failed.
            new_id: makes ids.
            believed: whether the clock is: what is too old is given up by it.
            digests: whether what waited while the channel did not work may come as one notification.
        """
        self._database = database
        self._takes = takes
        self._send = send
        self._conditions = conditions
        self._refusals = refusals
        self._clock = clock
        self._counters = counters
        self._new_id = new_id
        self._believed = believed
        self._digests = digests
        self._wakeup = Wakeup(clock)

    def wake(self) -> None:
        """Something was queued."""
        self._wakeup.wake()

    async def run(self) -> NoReturn:
        """Send what is due, until cancelled."""
        while True:
            queued = True
            try:
                queued = await self.send_due()
            except StorageError as error:
                log.warning("the queue of notifications can't be used", extra={"reason": str(error)})
            await self._wakeup.wait(LOOK_EVERY if queued else IDLE)

    async def send_due(self) -> bool:
        """Send each notification whose time has come, once; return whether any was queued.

        Raises:
            StorageError: the queue can't be read or written.
        """
        now = self._clock.now()
        queued = [each for each in await self._database.read(notifications.queued) if self._takes(each.by)]
        due = [each for each in queued if _is_due(each, now)]
        later = [each for each in queued if each not in due]
        while due:
            notification = due.pop(0)
            if await self._try(notification) and notification.attempts and self._digests:
                due, later = await self._gathered(due, later), []
        return bool(queued)

    async def _gathered(
        self, due: Sequence[OutgoingNotification], later: Sequence[OutgoingNotification]
    ) -> list[OutgoingNotification]:
        """The channel works again: what waited for that is one notification to each of the same recipients.

        Also what was to wait longer for its next attempt: else they would come one by one.
        """
        waited: dict[tuple[str, ...], list[OutgoingNotification]] = {}
        for each in (*due, *later):
            if each.attempts:
                waited.setdefault(each.recipients, []).append(each)
        together = [each for each in waited.values() if len(each) > MOST_SINGLE]
        now = self._clock.now()
        made = [replace(backlog(each, self._new_id(now), now), attempts=1) for each in together]
        gone = {each.id for some in together for each in some}

        def write(tx: sqlite3.Connection) -> None:
            for each in made:
                notifications.put(tx, each)
            for name in gone:
                notifications.drop(tx, name)

        if made:
            await self._database.write(write)
        return [*made, *(each for each in due if each.id not in gone)]

    async def _try(self, notification: OutgoingNotification) -> bool:
        try:
            await self._send(notification)
        except DeliveryFailed as error:
            return await self._failed(notification, error)
        except asyncio.CancelledError:
            await self._end_with(notification)
            raise
        self._works(notification)
        await self._sent(notification)
        return True

    def _works(self, notification: OutgoingNotification) -> None:
        self._conditions.end(NAMES.get(notification.by, notification.by), "notifications are taken again")

    async def _sent(self, notification: OutgoingNotification) -> None:
        self._counters.add("notifications.sent")
        self._refusals.taken(notification.recipients)
        await self._drop(notification)

    async def _drop(self, notification: OutgoingNotification) -> None:
        await self._database.write(lambda tx: notifications.drop(tx, notification.id))

    async def _end_with(self, notification: OutgoingNotification) -> None:
        """What is taken while the agent stops is not sent again after the next start."""
        try:
            async with asyncio.timeout(LAST_WAIT):
                await self._send(notification)
            await self._sent(notification)
        except DeliveryFailed as error:
            kept = self._refusals.still_due(notification, error)
            if kept is None:
                await self._drop(notification)
                return
            await self._database.write(lambda tx: notifications.put(tx, kept))
        except TimeoutError:
            log.warning("a notification is in hand as the agent stops", extra={"channel": notification.by})

    async def _failed(self, notification: OutgoingNotification, error: DeliveryFailed) -> bool:
        """Whether the channel works all the same: it did its work, for all but those whom it refuses for good."""
        self._refusals.note(notification, error)
        left = self._refusals.still_due(notification, error)
        if left is None:
            self._works(notification)
            await self._drop(notification)
            return True
        await self._again(left, str(error))
        return False

    async def _again(self, notification: OutgoingNotification, reason: str) -> None:
        self._counters.add("notifications.failed")
        text = f"notifications can't be sent: {reason}; they are tried again for three days"
        self._conditions.hold(NAMES.get(notification.by, notification.by), text)
        now = self._clock.now()
        if now - notification.created_at >= GIVEN_UP_AFTER and await self._believed():
            self._counters.add("notifications.given_up")
            await self._drop(notification)
            return
        wait = WAITS[min(notification.attempts, len(WAITS) - 1)]
        later = replace(notification, attempts=notification.attempts + 1, next_at=now + int(wait * 1000))
        await self._database.write(lambda tx: notifications.put(tx, later))


def _is_due(notification: OutgoingNotification, now: int) -> bool:
    """Whether its time has come; one that is further away than any wait is of a clock that has gone back since."""
    return not now < notification.next_at <= now + int(max(WAITS) * 1000)
