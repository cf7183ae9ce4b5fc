"""Looks at the incidents, and queues what is to be said: one transaction with what will have been said."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import partial
from itertools import groupby
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.config.configuration import Contact, NotificationPolicy
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.ids import NewId
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.notification import OutgoingNotification
from cmsp_agent.pipeline.alarm_state import Changes
from cmsp_agent.plugin.api import NotificationChannel
from cmsp_agent.services.notify.due import Due, due, openings_in_quiet_hours
from cmsp_agent.services.notify.edited import taken_over
from cmsp_agent.services.notify.pacing import Pacing
from cmsp_agent.services.notify.texts import Sender, about_one, digest
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import incidents, notifications

log = logging.getLogger(__name__)

SETTLE = 5.0
"""Seconds that news wait for more of it: what happens together is notified together."""
LOOK_EVERY = 30.0
"""Seconds between two looks while an incident may escalate, or a notification waits for the end of quiet hours."""
IDLE = 3600.0
"""Seconds to wait where only a new incident can bring something; it ends the wait."""


@dataclass(frozen=True, slots=True)
class Interested:
    """Whom the file names, as it is now."""

    policies: Sequence[NotificationPolicy]
    contacts: Mapping[str, Contact]
    components: Mapping[str, Component]
    appliance: str
    zones: Mapping[str, tzinfo] = field(default_factory=dict)
    """Site → its time zone."""
    channels: Mapping[str, NotificationChannel] = field(default_factory=dict)
    """The notification channels that there are."""

    def recipients(self, said: Due) -> tuple[str, ...]:
        """The mail addresses for one notification; every contact's where it escalates."""
        return self._addresses([*self.policies[said.policy].to, *(self.contacts if said.escalates else ())])

    @property
    def addresses(self) -> tuple[str, ...]:
        """All mail addresses that the file names."""
        return self._addresses([*self.contacts, *(name for policy in self.policies for name in policy.to)])

    def _addresses(self, named: Iterable[str]) -> tuple[str, ...]:
        addresses = (self.contacts[name].email if name in self.contacts else name for name in named)
        return tuple(dict.fromkeys(address for address in addresses if "@" in address))


class IncidentNotifier:
    """Subscribe it to the event service, and run `run` under the supervisor."""

    def __init__(
        self,
        database: Database,
        interested: Interested,
        open_incidents: Callable[[], Iterable[Incident]],
        queued: Callable[[], None],
        clock: Clock,
        new_id: NewId,
        outward: Callable[[Incident], Incident],
        is_muted: Callable[[Incident], bool] = lambda _incident: False,
    ) -> None:
        self._database = database
        self._outward = outward
        self._is_muted = is_muted
        self._interested = interested
        self._open_incidents = open_incidents
        self._queued = queued
        self._clock = clock
        self._new_id = new_id
        self._changed: dict[str, Incident] = {}
        self._wakeup = Wakeup(clock)

    def use(self, interested: Interested) -> None:
        """Notify these from now on."""
        self._interested = interested
        self._wakeup.wake()

    def __call__(self, changes: Changes) -> None:
        """Incidents changed."""
        if changes.incidents:
            self._changed.update(changes.incidents.items())
            self._wakeup.wake()

    async def run(self) -> NoReturn:
        """Look when something changed, and now and then, until cancelled."""
        while True:
            pending = True
            try:
                pending = await self.look()
            except StorageError as error:
                log.warning("notifications can't be queued", extra={"reason": str(error)})
            if await self._wakeup.wait(LOOK_EVERY if pending else IDLE):
                await self._clock.sleep(SETTLE)

    async def look(self) -> bool:
        """Queue what is to be said now; return whether time alone may bring more.

        Raises:
            StorageError: nothing was queued; the next look finds it again.
        """
        if not self._interested.policies:
            self._changed.clear()
            return False
        known = {(each.incident, each.policy): each for each in await self._database.read(notifications.notified)}
        changed = dict(self._changed)
        open_now = {each.id: each for each in self._open_incidents()}
        # over since the last run, or in quiet hours: there is still something to be said of them
        left = {incident for incident, _ in known} - open_now.keys() - changed.keys()
        looked_at = {**open_now, **(await self._as_they_are(left)), **changed}
        now = self._clock.now()
        interested = self._interested
        pacing = Pacing(await self._database.read(notifications.sent_lately))
        kept = list(taken_over(known, interested.policies, looked_at, interested.components))
        known |= {(each.incident, each.policy): each for each in kept}
        audible = [each for each in looked_at.values() if not (each.state.open and self._is_muted(each))]
        asked = interested.policies, audible, known, interested.components, now, interested.zones
        news = list(due(*asked))
        said, fresh = self._notifications(news, interested, pacing, now)
        settled = {(each.incident.id, each.after.policy) for each in said} | known.keys()
        waiting = [
            each.put_off for each in news if each.put_off and (each.incident.id, each.after.policy) not in settled
        ]
        waiting += openings_in_quiet_hours(*asked)
        keys = {policy.key for policy in interested.policies}
        of_nobody = [each for each in known.values() if each.policy not in keys or each.incident not in looked_at]

        def write(tx: sqlite3.Connection) -> None:
            for each in fresh:
                notifications.put(tx, each)
            notifications.keep_sent(tx, {key: at for key, at in pacing.sent.items() if int(key) in keys})
            notifications.remember(tx, [*kept, *waiting, *(each.after for each in said if not each.is_last)])
            notifications.forget(tx, [*of_nobody, *(each.after for each in said if each.is_last)])

        if said or waiting or of_nobody:
            await self._database.write(write)
        if said:
            self._queued()
        for name, incident in changed.items():
            if self._changed.get(name) is incident:  # else it changed again meanwhile: the next look has it
                del self._changed[name]
        return bool(looked_at)

    async def _as_they_are(self, names: Iterable[str]) -> dict[str, Incident]:
        found = [await self._database.read(partial(incidents.find, name=name)) for name in names]
        return {each.id: each for each in found if each is not None}

    def _notifications(
        self, news: Sequence[Due], interested: Interested, pacing: Pacing, now: int
    ) -> tuple[list[Due], list[OutgoingNotification]]:
        """What is said now, and how; the rest waits, so that nobody gets a storm of it."""
        said: list[Due] = []
        fresh: list[OutgoingNotification] = []
        for place, group in groupby(sorted(news, key=lambda each: each.policy), key=lambda each: each.policy):
            policy = interested.policies[place]
            by = policy.by
            ready: Sequence[Due] = list(group)
            together = False
            if any(_digests(interested, each) for each in by):
                ready, together = pacing.ready(policy.key, ready, now)
            said += ready
            masked = [replace(each, incident=self._outward(each.incident)) for each in ready]
            for channel in by:
                fresh += self._by(channel, masked, interested, now, together=together)
        return said, fresh

    def _by(
        self, by: str, news: Sequence[Due], interested: Interested, now: int, *, together: bool
    ) -> Iterator[OutgoingNotification]:
        channel = interested.channels.get(by)
        addressed = channel is not None and channel.addressed
        to = {each.incident.id: interested.recipients(each) if addressed else () for each in news}
        fit = [each for each in news if to[each.incident.id] or not addressed]
        if len(fit) > 1 and together and _digests(interested, by):
            everybody = tuple(dict.fromkeys(one for addresses in to.values() for one in addresses))
            yield digest(fit, by, everybody, Sender(interested.appliance, self._new_id(now), now))
            return
        for each in fit:
            sender = Sender(interested.appliance, self._new_id(now), now)
            yield about_one(each, by, to[each.incident.id], sender)


def _digests(interested: Interested, by: str) -> bool:
    """Whether many news may come as one notification; so may those of a channel that there is not (any more)."""
    channel = interested.channels.get(by)
    return channel is None or channel.digest
