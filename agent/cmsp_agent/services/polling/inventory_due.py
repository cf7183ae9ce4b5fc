"""When the inventory of a device is read, what is said while it can't be, and to whom it goes. Reads nothing itself."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.known_devices import Devices
from cmsp_agent.services.polling.probe import DeviceSession
from cmsp_agent.services.polling.snmp_access import Access

log = logging.getLogger(__name__)

Learned = Callable[[str, DeviceFacts], Awaitable[None]]
"""Called when what is known of a component changed."""

LEARN_AGAIN = 120.0
"""Seconds between two readings of the inventory of a device whose tables keep changing, or that failed in between."""
PROBE_AGAIN = 24 * 3600.0
"""Seconds after which a device is probed anew though nothing seemed to change."""
MOST_LEARNINGS = 3
"""Polls in a row that try to read an inventory; then it waits for `LEARN_AGAIN` between two tries."""


class LearningTimes:
    """The times of one device, monotonic seconds."""

    def __init__(self) -> None:
        self._due = 0.0
        self._began = float("-inf")
        self._failures = 0
        self._why = ""

    def due(self, now: float, *, changed: bool) -> bool:
        """Whether it is to be read with this poll; a device that seems changed is read again before long."""
        if changed:
            self.before_long()
        return now >= self._due

    def begin(self, now: float) -> None:
        """It is being read: a failure until it is done."""
        self._began = now
        self._failures += 1
        self._due = now + (LEARN_AGAIN if self._failures >= MOST_LEARNINGS else 0.0)

    def done(self, now: float, *, unsaved: bool) -> None:
        """It was read; what could not be kept is read again before long."""
        self._failures, self._why = 0, ""
        self._due = now + (LEARN_AGAIN if unsaved else PROBE_AGAIN)

    def failed(self, detail: str) -> str:
        """A poll went wrong: the detail, with the inventory named where it was that which failed."""
        if not self._failures:
            return detail
        self._why = f"its inventory can't be read: {detail}"
        return self._why

    @property
    def trouble(self) -> str:
        """Why there is no inventory; empty where it was read."""
        return self._why

    def before_long(self, *, wanted: bool = True) -> None:
        """Something is new: read it as soon as may be, where that is wanted."""
        if wanted:
            self._due = min(self._due, self._began + LEARN_AGAIN)

    def at_once(self) -> None:
        """A person asks: what failed, or is to be read before long, does not wait for its time."""
        if self._failures or self._due <= self._began + LEARN_AGAIN:
            self._due = float("-inf")


class FactsHandedOn:
    """Hands on what was learned of one device, where it is new.

    Args:
        component: its name.
        devices: take it first: they are asked at once.
        access: which credential works.
        learned: keeps it.
        counters: `inventory.not_stored`, `polls.unreadable`.
    """

    def __init__(self, component: str, devices: Devices, access: Access, learned: Learned, counters: Counters) -> None:
        self._component = component
        self._devices = devices
        self._access = access
        self._learned = learned
        self._counters = counters
        self.unsaved = False

    def as_seen(self, facts: DeviceFacts, session: DeviceSession) -> DeviceFacts:
        """With what is known of its peculiarities: without them it would seem changed at every reading."""
        return replace(facts, quirks=session.quirks.as_record(), credential=self._access.kept)

    async def hand_on_oddities(self, session: DeviceSession, now: int) -> None:
        """What a poll showed of values that can't be decoded, and of objects that must be asked otherwise."""
        if unreadable := session.take_unreadable():
            self._devices.unreadable.note(self._component, unreadable, now)
            self._counters.add("polls.unreadable", len(unreadable), key=self._component)
        facts = self._devices.facts(self._component)
        if facts is not None and facts != (seen := self.as_seen(facts, session)):
            await self.hand_on(seen)

    async def hand_on(self, facts: DeviceFacts) -> None:
        """A full disk costs no poll: it is handed on again with the next reading."""
        if not self._devices.learn(self._component, facts) and not self.unsaved:
            return
        try:
            await self._learned(self._component, facts)
        except StorageError as error:
            self._counters.add("inventory.not_stored")
            log.warning("inventory not stored", extra={"component": self._component, "error": str(error)})
            self.unsaved = True
        else:
            self.unsaved = False
