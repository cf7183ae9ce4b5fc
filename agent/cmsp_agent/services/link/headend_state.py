"""The head-end lost, recovered, refusing: reported when it begins, when its reason changes, and when it ends."""

import logging
import re
from collections.abc import Collection
from typing import Protocol

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.counted import counted
from cmsp_agent.services.link.answers import RecordRefused
from cmsp_agent.storage.outbox.soundness import RowsDamaged

log = logging.getLogger(__name__)

LOST, REFUSED = "headend.lost", "headend.refused"
LOST_AFTER = 2
"""Failures in a row: one alone is a hiccup."""
SAID_OF = {LOST: "the head-end does not take our records", REFUSED: "the head-end refuses this appliance"}
CHANGED_EVERY = 60.0
"""Seconds between two reports of another reason for what holds."""
COUNTS = re.compile(r"\d{4,}")
"""What differs from attempt to attempt in a reason that stays the same: sequences, not statuses."""
REFUSED_EVERY = 600.0
"""Seconds between two notices of refused records: each is itself a record that could be refused."""


class OwnEvents(Protocol):
    """Where the agent's own events go (`services.events.notices.Notices`)."""

    def note(self, kind: str, name: str, text: str, component: str = "") -> None:
        """Something happened once."""

    def alarm(self, kind: str, name: str, text: str, *, raised: bool, component: str = "") -> None:
        """Something holds from now on, or does no more."""


class Edges:
    """Turns the levels that the forwarder reports into edges: a log line and an event each.

    Args:
        notices: where the events go.
        clock: time.
        held: alarm types that hold already: the last run may have ended in an outage.
    """

    def __init__(self, notices: OwnEvents, clock: Clock, held: Collection[str] = ()) -> None:
        self._notices = notices
        self._clock = clock
        self._raised = dict.fromkeys({LOST, REFUSED}.intersection(held), "")
        self._reasons: dict[str, str] = {}
        self._changed_at = -CHANGED_EVERY
        self._unproved: list[RecordRefused] = []
        self._refused = 0
        self._next_notice = 0.0

    @property
    def lost(self) -> bool:
        """The head-end does not answer at present."""
        return LOST in self._raised

    def failing(self, url: str, failures: int, reason: str, refused: bool) -> None:
        """One more attempt failed; `failures` in a row so far. What holds is one alarm, for the reason of now."""
        self._reasons[url] = reason if url in reason else f"{url}: {reason}"
        if not refused and failures < LOST_AFTER:
            return
        kind = REFUSED if refused else LOST
        other = LOST if refused else REFUSED
        text = f"{SAID_OF[kind]}: {'; '.join(self._reasons.values())}"
        self._end(other, f"it fails in another way now: {text}")
        self._hold(kind, text)

    def moved(self) -> None:
        """Other URLs are asked from now on, or with other files."""
        self._reasons.clear()

    def well(self) -> None:
        """The head-end answers as it should."""
        self._reasons.clear()
        self._end(LOST, "the head-end answers again")
        self._end(REFUSED, "the head-end takes our records again")

    def refused_alone(self, refused: RecordRefused) -> None:
        """A record was moved to the dead letters, and it was not named: what stands in for it must be taken first."""
        self._unproved.append(refused)

    def put_back(self) -> None:
        """What stands in for it was refused too: it was not the record."""
        self._unproved.clear()

    def taken(self, last: int) -> None:
        """Everything up to here was taken: what was refused before was refused for itself."""
        for refused in [each for each in self._unproved if each.sequence <= last]:
            self._unproved.remove(refused)
            self.record_refused(refused)

    def record_refused(self, refused: RecordRefused) -> None:
        """A record was moved to the dead letters."""
        log.warning("the head-end refused a record", extra={"sequence": refused.sequence, "reason": refused.detail})
        self._refused += 1
        if self._clock.monotonic() >= self._next_notice:
            text = f"{self._refused} refused, last of sequence {refused.sequence}: {refused.detail}"
            self._notices.note("headend.record_refused", "dead letters", text)
            self._refused = 0
            self._next_notice = self._clock.monotonic() + REFUSED_EVERY

    def record_damaged(self, damaged: RowsDamaged) -> None:
        """Records of the outbox are not as they were written; a gap stands in for them."""
        log.error("damaged records of the outbox", extra={"first": damaged.first, "last": damaged.last})
        text = f"{damaged}; the head-end gets a gap. Check the disk, then run: cmsp-agent outbox check"
        self._notices.note("outbox.damaged", "outbox", text)

    def reverted(self, reason: str, lost: int) -> None:
        """The head-end has what this database does not: it is of an earlier time."""
        has = f"the head-end has {counted(lost, 'record')}" if lost else "the head-end has records"
        text = f"{has} that are not here ({reason}): state.db is of an earlier time; what it knew since then is lost"
        self._notices.note("outbox.reverted", "outbox", text)

    def _hold(self, kind: str, text: str) -> None:
        said = self._raised.get(kind)
        now = self._clock.monotonic()
        if said is not None and (
            COUNTS.sub("", said) == COUNTS.sub("", text) or now < self._changed_at + CHANGED_EVERY
        ):
            return
        self._raised[kind], self._changed_at = text, now
        log.warning("head-end %s", kind.partition(".")[2], extra={"reason": text})
        self._notices.alarm(kind, "head-end", text, raised=True)

    def _end(self, kind: str, text: str) -> None:
        if self._raised.pop(kind, None) is None:
            return
        log.info("head-end is no longer %s", kind.partition(".")[2], extra={"reason": text})
        self._notices.alarm(kind, "head-end", text, raised=False)
