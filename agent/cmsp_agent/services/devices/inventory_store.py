"""Keeps the inventory: what is known now, the history of what changed, and what the head-end must learn of both.

All three are written in one transaction.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.ids import NewId
from cmsp_agent.model.inventory import InventoryChange
from cmsp_agent.services.devices.inventory_diff import changed
from cmsp_agent.services.devices.masking import masked_changes, masked_facts
from cmsp_agent.storage import outbox
from cmsp_agent.storage.encoding import decode, encode
from cmsp_agent.storage.outbox.numbering import current
from cmsp_agent.storage.outbox.records import inventory_change_record, inventory_record
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import inventory, inventory_changes

Changed = Callable[[Sequence[InventoryChange]], None]

KNOWN_ONCE = ("serial", "model", "software", "sys_name", "entities")
"""Members that a device does not lose: a reading without them was one in which it did not say them."""
AGAIN_AFTER = 7 * 86_400_000
"""Milliseconds after which a whole inventory is sent again, should a change have been lost on the way."""


class InventoryKeeper:
    """Stores members of a component's inventory, from polls, the file and saved configurations."""

    def __init__(self, database: Database, clock: Clock, new_id: NewId) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._followers: list[Changed] = []
        self.masks = True
        """Whether telephone numbers are masked in what leaves the site."""

    def subscribe(self, follower: Changed) -> None:
        """Call it with what changed, after it was written."""
        self._followers.append(follower)

    async def keep(self, component: str, members: Mapping[str, Any]) -> None:
        """These members are so now; the others stay. None takes one away.

        Raises:
            StorageError: it can't be kept.
        """
        writing = _Writing(self._clock.now(), self._new_id, self.masks)
        changes = await self._database.write(lambda tx: writing.keep(tx, component, members))
        if changes:
            for follower in self._followers:
                follower(changes)

    async def send_whole(self, components: Sequence[str]) -> None:
        """Send the whole inventory of these that the head-end does not have in this epoch; forget all others.

        Raises:
            StorageError: the database can't be used.
        """
        writing = _Writing(self._clock.now(), self._new_id, self.masks)
        if await self._database.read(lambda connection: _unsent(connection, components, writing.now)):
            await self._database.write(lambda tx: writing.send_whole(tx, components))


@dataclass(frozen=True, slots=True)
class _Writing:
    """What is written in one transaction."""

    now: int
    new_id: NewId
    masks: bool

    def keep(self, tx: sqlite3.Connection, component: str, members: Mapping[str, Any]) -> tuple[InventoryChange, ...]:
        found = inventory.find(tx, component)
        before = found[1] if found else {}
        after = _after(before, decode(encode(members), dict[str, Any]))
        if not inventory.save(tx, component, after, self.now):
            return ()
        changes = changed(component, before, after, self.now)
        inventory_changes.add(tx, component, changes)
        if inventory.sent(tx).get(component, ("", 0))[0] != current(tx).epoch:
            self._send(tx, component, after)
        else:
            differ = {name: after.get(name) for name in {**before, **after} if before.get(name) != after.get(name)}
            given = (masked_facts(differ), masked_changes(changes)) if self.masks else (differ, changes)
            outbox.append(tx, inventory_change_record(self.new_id(self.now), component, self.now, *given), self.now)
        return changes

    def send_whole(self, tx: sqlite3.Connection, components: Sequence[str]) -> None:
        sent, epoch = inventory.sent(tx), current(tx).epoch
        for name, facts in inventory.everything(tx).items():
            if name not in components:
                outbox.append(tx, inventory_record(self.new_id(self.now), name, self.now, {}), self.now)
                inventory.forget(tx, name)
            elif _is_due(sent.get(name), epoch, self.now):
                self._send(tx, name, facts)

    def _send(self, tx: sqlite3.Connection, component: str, facts: Mapping[str, Any]) -> None:
        given = masked_facts(facts) if self.masks else facts
        outbox.append(tx, inventory_record(self.new_id(self.now), component, self.now, given), self.now)
        inventory.mark_sent(tx, component, current(tx).epoch, self.now)


def _after(before: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What is known when these members are given. Of another kind of device nothing is believed to be kept silent."""
    another = given.get("sys_object_id", before.get("sys_object_id")) != before.get("sys_object_id")
    lost = set() if another else {name for name in KNOWN_ONCE if not given.get(name, True) and before.get(name)}
    kept = {name: value for name, value in given.items() if name not in lost}
    return {name: value for name, value in {**before, **kept}.items() if value is not None}


def _unsent(connection: sqlite3.Connection, components: Sequence[str], now: int) -> bool:
    sent, epoch = inventory.sent(connection), current(connection).epoch
    stale = any(_is_due(sent.get(name), epoch, now) for name in inventory.everything(connection))
    return stale or not sent.keys() <= set(components)


def _is_due(sent: tuple[str, int] | None, epoch: str, now: int) -> bool:
    return sent is None or sent[0] != epoch or now - sent[1] >= AGAIN_AFTER
