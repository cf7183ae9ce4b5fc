"""The loop that forwards the outbox to the head-end: reads a batch, sends it, carries out what `decide` says.

`storage.outbox` keeps the outbox and the epochs, `transports.headend` sends, `decision` judges.
"""

import logging
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import NoReturn

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.model.errors import HeadendUnreachable, StorageError
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.services.link.answers import (
    IN_WORDS,
    AccessRefused,
    BatchRefused,
    Failed,
    HeadendAnswer,
    RecordRefused,
    Unsent,
    understood,
)
from cmsp_agent.services.link.batch import Parcel, pack
from cmsp_agent.services.link.decision import decide, settled, taken
from cmsp_agent.services.link.deletion import Forgetting
from cmsp_agent.services.link.headend_state import Edges, OwnEvents
from cmsp_agent.services.link.incident_numbers import EarlierLife
from cmsp_agent.services.link.link_state import Link, LinkStep, Numbers
from cmsp_agent.services.link.refusals import put_back
from cmsp_agent.services.link.waiting import Ahead
from cmsp_agent.storage import outbox
from cmsp_agent.storage.outbox import epochs, gaps
from cmsp_agent.storage.outbox.soundness import RowsDamaged
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import incidents
from cmsp_agent.transports.headend import ClientCertificates, ConnectionEnded, HeadendClient

log = logging.getLogger(__name__)

IDLE = 600.0
"""Seconds between two looks at an outbox that nothing was committed to: each commit has it looked at."""
STORAGE_WAIT = 5.0


class Forwarder:
    """Run `run` under the supervisor; `wake` after an append makes it look at once."""

    def __init__(
        self,
        database: Database,
        client: HeadendClient,
        notices: OwnEvents,
        clock: Clock,
        counters: Counters,
        *,
        pace: float = 0.0,
        on_connected: Callable[[], None] = lambda: None,
        held: Collection[str] = (),
        chance: Callable[[], float] = random.random,
        new_id: NewId = uuid7,
    ) -> None:
        """Put the parts together.

        Args:
            database: `state.db`.
            client: the wire.
            notices: for the agent's own events.
            clock: for waits and stamps.
            counters: `forwarder.*` is counted there.
            pace: compressed bytes per second at most; 0: as fast as it goes.
            on_connected: called when the head-end answers again, and at the first time.
            held: alarm types of the appliance that hold at the start.
            chance: random numbers from 0 to 1.
            new_id: makes the ids of gaps and epochs.
        """
        self._database = database
        self._client = client
        self._edges = Edges(notices, clock, held)
        self._clock = clock
        self._counters = counters
        self._pace = pace
        self._on_connected = on_connected
        self._chance = chance
        self._new_id = new_id
        self._wakeup = Wakeup(clock)
        self._moved = Wakeup(clock)
        database.follow(self._wakeup.wake)
        self._ahead: Ahead[Parcel] = Ahead()
        self._forgetting = Forgetting(database, clock)
        self._epoch = ""
        self._lost = 0
        self._earlier = EarlierLife(database, clock)
        self._connected = False
        self.link = Link()
        """What is known of the head-end; for status pages."""

    @property
    def connected(self) -> bool:
        """The last answer was as it should be."""
        return self._connected

    def wake(self) -> None:
        """Something was appended."""
        self._wakeup.wake()

    def doubt(self) -> None:
        """A heartbeat was not taken: ask before believing that all is well, though no record waits."""
        self.link = replace(self.link, asked=False)
        self._wakeup.wake()

    def use(self, urls: Sequence[str], certificates: ClientCertificates) -> None:
        """Ask these URLs with these files from now on, and at once: what failed before may be what was mended."""
        self._client.use(urls, certificates)
        self._edges.moved()
        self._moved.wake()

    async def run(self) -> NoReturn:
        """Forward until cancelled."""
        try:
            while True:
                try:
                    await self._earlier.begin()
                    await self.turn()
                except RowsDamaged as damaged:
                    await self._replace(damaged)
                except StorageError as error:
                    self._counters.add("forwarder.storage_failed")
                    log.warning("the outbox could not be used", extra={"reason": str(error)})
                    await self._clock.sleep(STORAGE_WAIT)
        finally:
            await self._ahead.end()
            await self._forgetting.end()

    async def turn(self) -> None:
        """One exchange with the head-end and what follows from it, or a wait where there is nothing to send.

        Raises:
            StorageError: the outbox can't be read or written; nothing is lost.
            RowsDamaged: what comes next is not what was written.
        """
        parcel = await self._next()
        if parcel.numbers.epoch != self._epoch:
            self._epoch, self.link = parcel.numbers.epoch, Link()
        elif self.link.asked and parcel.sent is None:
            self.link = settled(self.link)
            self._well()
            await self._forgetting.settle()
            await self._wakeup.wait(IDLE)
            return
        await self._exchange(parcel if parcel.link == self.link else await self._pack(self.link))

    async def _next(self) -> Parcel:
        """The parcel that was packed while the last one was on its way, if it is still what comes next."""
        ahead = await self._ahead.result()
        return ahead if ahead is not None and ahead.link == self.link else await self._pack(self.link)

    async def _pack(self, link: Link) -> Parcel:
        return await self._database.read(lambda connection: pack(connection, link))

    async def _exchange(self, parcel: Parcel) -> None:
        before = parcel.numbers.sent
        parcel = await self._marked(parcel)
        started = self._clock.monotonic()
        if parcel.sent is not None and parcel.sent.last < parcel.numbers.last:
            self._ahead.begin(self._pack(taken(parcel.link, parcel.sent.last)))
        answer = await self._answer(parcel)
        if isinstance(answer, Unsent) and parcel.numbers.sent != before:
            await self._database.write(lambda tx: outbox.mark_unsent(tx, parcel.numbers.epoch, before))
        if parcel.sent is None:
            await self._earlier.answered(parcel.numbers.epoch, answer)
        failures = self.link.failures
        self.link, step = decide(self.link, parcel.numbers, parcel.sent, answer, self._chance())
        self._note(parcel, answer, step, failed=self.link.failures > failures)
        await self._carry_out(parcel.numbers, step)
        pause = len(parcel.wire) / self._pace - (self._clock.monotonic() - started) if self._pace else 0.0
        if step.wait > pause:
            await self._moved.wait(step.wait)
        elif pause > 0:
            await self._clock.sleep(pause)

    async def _marked(self, parcel: Parcel) -> Parcel:
        """Make durable that this may be sent, before it is: a database that was reverted shows by what it lacks."""
        if parcel.sent is None or parcel.sent.last <= parcel.numbers.sent:
            return parcel
        sent = await self._database.write(outbox.mark_sent, makes_room=True)
        return replace(parcel, numbers=replace(parcel.numbers, sent=sent))

    async def _answer(self, parcel: Parcel) -> HeadendAnswer:
        try:
            if parcel.sent is None:
                return understood(await self._client.durable(), self._clock.now())
            return understood(await self._client.events(parcel.wire), self._clock.now())
        except ConnectionEnded:
            return Unsent()
        except HeadendUnreachable as error:
            return Failed(str(error))

    def _note(self, parcel: Parcel, answer: HeadendAnswer, step: LinkStep, *, failed: bool) -> None:
        """Count, and report what changed."""
        self._counters.add("forwarder.answers", key=IN_WORDS[type(answer)])
        if step.violation:
            self._counters.add("forwarder.protocol_violations")
        self._edges.taken(step.forget)
        if step.forget and parcel.sent is not None:
            self._counters.add("forwarder.acknowledged", step.forget - parcel.sent.first + 1)
            self._counters.add("forwarder.bytes", len(parcel.wire))
            if not self.link.failures:
                self._well()
        elif failed:
            refused = self.link.access_refused or isinstance(answer, AccessRefused)
            self._edges.failing(self._client.url, self.link.failures, self.link.reason, refused)
        doubtful = isinstance(answer, BatchRefused) and answer.doubtful
        if isinstance(answer, Failed | AccessRefused) or doubtful:
            self._connected = False
        if isinstance(answer, Failed) or doubtful:
            self._client.next_url()

    def _well(self) -> None:
        self._edges.well()
        if not self._connected:
            self._connected = True
            self._on_connected()

    async def _carry_out(self, numbers: Numbers, step: LinkStep) -> None:
        if step.forget:
            await self._forgetting.acknowledged(numbers.epoch, step.forget, more=step.forget < numbers.last)
        else:
            await self._forgetting.settle()
        if step.begin_epoch:
            await self._begin_epoch(step)
            return
        if step.lost > self._lost:
            self._lost = step.lost
            await self._database.write(lambda tx: incidents.leave_room(tx, 0, step.lost))
        if step.fill_from and await self._database.write(
            lambda tx: gaps.fill_before(tx, step.fill_from, self._clock.now(), self._new_id)
        ):
            self._counters.add("forwarder.gaps")
        if step.dead_letter is not None:
            await self._set_aside(step)

    async def _begin_epoch(self, step: LinkStep) -> None:
        reason = step.begin_epoch
        epoch = await self._database.write(
            lambda tx: epochs.begin(tx, self._clock.now(), reason, step.lost, self._new_id)
        )
        self._epoch = epoch.epoch
        self._counters.add("forwarder.epochs", key=reason)
        log.warning("a new epoch of the outbox was begun", extra={"epoch": epoch.epoch, "reason": reason})
        self._edges.reverted(reason, step.lost)

    async def _dead_letter(self, refused: RecordRefused, *, unnamed: bool) -> bool:
        now = self._clock.now()
        made = await self._database.write(
            lambda tx: gaps.dead_letter(tx, refused.sequence, refused.detail, now, self._new_id), makes_room=True
        )
        if made:
            self._counters.add("forwarder.dead_letters")
            (self._edges.refused_alone if unnamed else self._edges.record_refused)(refused)
        return made

    async def _put_back(self, refused: RecordRefused) -> bool:
        """Where the gap of a dead letter was refused too, the head-end refuses everything: the record waits again."""
        back = await self._database.write(lambda tx: gaps.put_back(tx, refused.sequence), makes_room=True)
        if back:
            self._counters.add("forwarder.put_back")
            self._edges.put_back()
            what = {"sequence": refused.sequence, "reason": refused.detail}
            log.warning("the head-end refuses everything: a record that it refused waits again", extra=what)
        return back

    async def _replace(self, damaged: RowsDamaged) -> None:
        """What can't be read any more must not hold up what follows: a gap stands in for it."""
        self._counters.add("forwarder.damaged", damaged.last - damaged.first + 1)
        now = self._clock.now()
        try:
            await self._database.write(lambda tx: gaps.replace_damaged(tx, damaged, now, self._new_id), makes_room=True)
        except StorageError as error:
            log.warning("a damaged record could not be replaced", extra={"reason": str(error)})
            await self._clock.sleep(STORAGE_WAIT)
            return
        self._edges.record_damaged(damaged)

    async def _set_aside(self, step: LinkStep) -> None:
        refused = step.dead_letter
        assert refused is not None
        if step.unnamed and await self._put_back(refused):
            self.link = put_back(self.link)
            return
        if await self._dead_letter(refused, unnamed=step.unnamed):
            return
        # a refused gap: nothing smaller can stand in its place, so keep it and try again slowly
        self.link, wait = decide(
            self.link, Numbers(self._epoch, frozenset(), 0), None, Failed("a gap was refused"), 1.0
        )
        await self._clock.sleep(wait.wait)
