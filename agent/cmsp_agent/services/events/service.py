"""The way in for all signals: the pipeline judges them, the database stores them, then the caller gets its answer.

A fact and its outbox row are one transaction. Callers that come together share a commit. Judges nothing itself: see
`cmsp_agent.pipeline`.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.supervise import attempt
from cmsp_agent.model.errors import NotFound, StorageError
from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.ids import NewId, uuid7
from cmsp_agent.model.incident import Incident
from cmsp_agent.model.incident_facts import ReportedFault
from cmsp_agent.model.signal import AgentSignal, Signal
from cmsp_agent.model.wording import printable
from cmsp_agent.pipeline.alarm_state import AlarmState, Changes, Draft
from cmsp_agent.pipeline.pipeline import Pipeline
from cmsp_agent.pipeline.repeats import EVERY, Repeats
from cmsp_agent.services.events.component_addresses import KeptPlaces, Places, Write
from cmsp_agent.services.events.disk_budget import EventRoom
from cmsp_agent.services.events.judging import judge
from cmsp_agent.services.events.last_run import take_up
from cmsp_agent.services.events.pending import WaitingSignals, lost_before
from cmsp_agent.services.events.raw_messages import RawMessages
from cmsp_agent.services.events.recording import write_within
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import incidents
from cmsp_agent.storage.tables.addressed import ALARMS

log = logging.getLogger(__name__)

LARGEST_BATCH = 2_000  # signals that are judged together; repeated ones are counted on the way
MOST_WAITING = 50_000
"""Signals that may wait for the database; receivers and polls hold more back themselves."""

Announce = Callable[[Changes], None]
"""Called with changes after they were committed. Must not block."""
SignalListener = Callable[[Sequence[Signal]], None]
"""Called with signals as they come in. Must be quick, and raises nothing."""
StateLook = Callable[[Pipeline, AlarmState, int], Draft]
"""Called with the time, ms since the epoch."""
IncidentEdit = Callable[[Incident], Incident]
AlarmEdit = Callable[[Pipeline, AlarmState, Event], tuple[Draft, Event]]


class EventService:
    """Owns the alarm state. `handle` returns when what the signals mean is durable."""

    def __init__(
        self,
        database: Database,
        pipeline: Pipeline,
        clock: Clock,
        counters: Counters,
        room: EventRoom,
        raw: RawMessages,
        new_id: NewId = uuid7,
    ) -> None:
        self._database, self._pipeline, self._room, self._raw = database, pipeline, room, raw
        self._clock, self._counters, self._new_id = clock, counters, new_id
        self._alarm_state = AlarmState()
        self._queue: deque[WaitingSignals] = deque()
        self._filled, self._repeatable = asyncio.Event(), asyncio.Event()
        self.put_off = asyncio.Event()
        """Set while large incidents wait to be weighed."""
        self._writing = asyncio.Lock()
        self._listeners, self._signal_listeners = list[Announce](), list[SignalListener]()
        self._repeats, self._places = Repeats(), KeptPlaces(ALARMS)
        self._queued = self._lost = 0
        counters.gauge("events.waiting", lambda: self._queued)

    @property
    def alarm_state(self) -> AlarmState:
        """What is known now; read it, never change it."""
        return self._alarm_state

    def subscribe(self, announce: Announce) -> None:
        """Call `announce` with all changes from now on, in the order of their commit."""
        self._listeners.append(announce)

    def listen(self, listener: SignalListener) -> None:
        """Call `listener` with all signals from now on, as they come in and before they are judged."""
        self._signal_listeners.append(listener)

    async def load(self, places: Places | None = None) -> None:
        """Take up the active alarms and open incidents of the last run, as the configuration of this one has them.

        Raises:
            StorageError: the database can't be read.
        """
        await take_up(self._database, self._alarm_state)
        await self._places.load(self._database)
        try:
            await self.use(self._pipeline, places)
        except StorageError as error:
            log.warning("open incidents are reassessed at the next reload only", extra={"error": str(error)})

    async def use(self, pipeline: Pipeline, places: Places | None = None) -> None:
        """Judge by another configuration from now on, and reassess what is open by it.

        Args:
            pipeline: the other one.
            places: where its components are: some may be called otherwise than before.

        Raises:
            StorageError: what that changes can't be stored; the old configuration stays.
        """
        async with self._writing:
            moves = self._places.moves(places)
            draft = pipeline.reassess(self._alarm_state, self._clock.now(), moves.renamed)
            await self._commit(draft, moves.write)
            self._places.take(moves)
            self._pipeline = pipeline

    async def handle(self, signals: Sequence[Signal]) -> None:
        """Judge the signals and make durable what they mean; several callers share one commit.

        How often a message was repeated word for word is durable within a second.

        Raises:
            StorageError: nothing of the signals was stored, or too many wait already.
        """
        for listener in self._signal_listeners:
            listener(signals)
        if self._queued >= MOST_WAITING:
            self._counters.add("events.dropped", len(signals))
            raise StorageError(f"{self._queued} signals wait for the database")
        waiting = WaitingSignals(signals)
        self._queue.append(waiting)
        self._queued += len(signals)
        self._filled.set()
        await waiting.done

    async def tell(self, signal: AgentSignal) -> None:
        """Handle one signal of the agent itself; where it can't be stored, that is counted and logged."""
        try:
            await self.handle([replace(signal, text=printable(signal.text))])
        except StorageError as error:
            log.warning("the agent's own event is not stored", extra={"type": signal.type, "error": str(error)})

    async def change_incident(self, incident_id: str, change: IncidentEdit) -> Incident:
        """Apply a person's change to an incident, open or restored, and report it to the head-end.

        Raises:
            NotFound: no incident of that id.
            StorageError: it could not be stored.
        """
        async with self._writing:
            known = self._alarm_state.incidents.get(incident_id)
            if known is None:
                known = await self._database.read(lambda connection: incidents.find(connection, incident_id))
            if known is None:
                raise NotFound(f"no incident {incident_id}; see: cmsp-agent incident list --all")
            draft = Draft(self._alarm_state, self._clock.now())
            changed = change(known)
            draft.keep(changed)
            await self._commit(draft)
            return changed

    async def edit_alarm(self, alarm_id: str, edit: AlarmEdit) -> Event:
        """Change an alarm as a person asks for it; returns what `edit` does.

        Raises:
            NotFound: no alarm of that id holds.
            StorageError: it could not be stored.
        """
        async with self._writing:
            key = self._alarm_state.active.key_of(alarm_id)
            if key is None:
                raise NotFound(f"no alarm {alarm_id} holds; see: cmsp-agent alarm list")
            draft, changed = edit(self._pipeline, self._alarm_state, self._alarm_state.active[key])
            await self._commit(draft)
            return changed

    async def report_incident(self, report: ReportedFault) -> Incident:
        """Open an incident that a person reports, and report it to the head-end.

        Raises:
            NotFound: a component that is not in the configuration.
            StorageError: it could not be stored.
        """
        async with self._writing:
            draft, incident_id = self._pipeline.report(self._alarm_state, report, self._clock.now())
            await self._commit(draft)
            return draft.changes.incidents[incident_id]

    async def run(self) -> None:
        """Judge and store what was handed in, until cancelled."""
        while True:
            self._filled.clear()
            if not self._queue:
                await self._filled.wait()
            taken, fresh = self._take()
            try:
                await self._store(taken, fresh)
            except StorageError as error:
                self._give_up(taken, error)
            finally:
                self._repeats.forget()
                # stopped, or failed as nobody foresaw: the next run knows nothing of these, and nobody waits endlessly
                self._give_up([each for each in taken if not each.done.done()], StorageError("not stored: interrupted"))

    async def count_repeats(self) -> None:
        """Store what was repeated before all that came after it, until cancelled."""
        while True:
            while not self._repeats.any:
                self._repeatable.clear()
                await self._repeatable.wait()
            await self._clock.sleep(EVERY)
            if repeated := self._repeats.due():
                self._queue.appendleft(WaitingSignals(repeated=repeated))
                self._filled.set()

    async def look(self, look: StateLook) -> None:
        """Take over what a look at the alarm state finds.

        Raises:
            StorageError: it could not be stored.
        """
        async with self._writing:
            await self._commit(look(self._pipeline, self._alarm_state, self._clock.now()))

    async def close(self) -> None:
        """Store what was repeated, and refuse what still waits."""
        repeated = WaitingSignals(repeated=self._repeats.due())
        try:
            await self._store([repeated], repeated.repeated)
        except StorageError as error:
            self._give_up([repeated], error)
        self._give_up(list(self._queue), StorageError("the agent is stopping"))
        self._queue.clear()

    def _take(self) -> tuple[list[WaitingSignals], list[Signal]]:
        """What waits, up to so many signals that must be judged; what is repeated is only counted."""
        taken: list[WaitingSignals] = []
        fresh: list[Signal] = []
        while self._queue and len(fresh) < LARGEST_BATCH:
            waiting = self._queue.popleft()
            self._queued -= len(waiting.signals)
            taken.append(waiting)
            fresh += waiting.repeated
            fresh += self._repeats.take(self._pipeline.meaningful(waiting.signals))
        return taken, fresh

    async def _store(self, taken: Sequence[WaitingSignals], fresh: Sequence[Signal]) -> None:
        async with self._writing:
            lost = self._lost
            now, process = self._clock.now(), partial(self._pipeline.process, self._alarm_state)
            draft = judge(process, [*lost_before(lost, now), *fresh], now, self._counters)
            await self._commit(draft)
            self._repeats.learn(draft.reported)
            self._repeatable.set()
            self._lost -= lost
        self._counters.add("events.signals", sum(len(waiting.signals) for waiting in taken))
        for waiting in taken:
            if not waiting.done.done():
                waiting.done.set_result(None)

    async def _commit(self, draft: Draft, beside: Write | None = None) -> None:
        if draft.changes or beside:
            changes, now, how = draft.changes, draft.now, (self._pipeline, self._new_id)
            room, raw = self._room, self._raw

            def write(tx: sqlite3.Connection) -> dict[str, Incident]:
                if beside:
                    beside(tx)
                return write_within(tx, room, raw, changes, now, *how)

            changes.incidents.update(await self._database.write(write))
            for incident in changes.incidents.values():
                draft.keep(incident)
        draft.commit()
        if self._alarm_state.unweighed:
            self.put_off.set()
        for event in draft.changes.new.values():
            if event.state is Transition.CLEAR:
                self._repeats.end(event.key)
        if draft.changes:
            for announce in self._listeners:
                # the changes are stored: a listener that fails must not make the caller believe otherwise
                attempt("events.listener", self._counters, partial(announce, draft.changes))

    def _give_up(self, taken: Iterable[WaitingSignals], error: StorageError) -> None:
        for waiting in taken:
            self._lost += len(waiting.signals)
            self._counters.add("events.not_stored", len(waiting.signals))
            if not waiting.done.done():
                waiting.done.set_exception(error)
                # the caller may have been cancelled meanwhile: fetched, so that it isn't reported as never retrieved
                waiting.done.exception()
