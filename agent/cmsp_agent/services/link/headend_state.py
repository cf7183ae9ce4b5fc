"""The head-end lost, recovered, refusing: reported once when it begins and once when it ends."""

import logging
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
        self._raised = {LOST, REFUSED}.intersection(held)
        self._refused = 0
        self._next_notice = 0.0

    @property
    def lost(self) -> bool:
        """The head-end does not answer at present."""
        return LOST in self._raised

    def failing(self, url: str, failures: int, reason: str, refused: bool) -> None:
        """One more attempt failed; `failures` in a row so far."""
        if refused:
            self._set(REFUSED, url, reason, True)
        elif failures >= LOST_AFTER:
            self._set(LOST, url, reason, True)

    def well(self, url: str) -> None:
        """The head-end answers as it should."""
        self._set(LOST, url, "the head-end answers again", False)
        self._set(REFUSED, url, "the head-end takes our records again", False)

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

    def _set(self, kind: str, url: str, text: str, raised: bool) -> None:
        if raised == (kind in self._raised):
            return
        if raised:
            self._raised.add(kind)
            log.warning("head-end %s", kind.partition(".")[2], extra={"url": url, "reason": text})
        else:
            self._raised.discard(kind)
            log.info("head-end recovered", extra={"url": url, "was": kind})
        self._notices.alarm(kind, "head-end", text, raised=raised)
