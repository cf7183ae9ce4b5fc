"""Forwards the outbox to the sinks that plugins bring, each at its own pace from its own cursor.

The head-end is not among them: it alone decides what is forgotten (see forwarder), and no sink holds it up.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

from cmsp_agent.aio.wakeup import Wakeup
from cmsp_agent.config.configuration import Configuration, SinkSettings
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.event import AlarmKey
from cmsp_agent.pipeline.alarm_types import sinks as alarm_types
from cmsp_agent.plugin.record_sink import RecordBatch, RecordSink
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.link.backoff import backoff
from cmsp_agent.services.link.sink_delivery import SinkDelivery
from cmsp_agent.services.part import Change, Part
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.outbox import cursors

log = logging.getLogger(__name__)

FAILING = "sink.failing"
FAILING_AFTER = 2
"""Failures in a row: one alone is a hiccup."""
IDLE = 60.0
STORAGE_WAIT = 5.0
LAST_WAIT = 1.0
"""Seconds that a batch in delivery is waited for when the agent stops."""


class SinkForwarder:
    """Run `run` under the supervisor; the sink's cursor must have begun."""

    def __init__(self, name: str, delivery: SinkDelivery, runtime: Runtime, conditions: Conditions) -> None:
        self._name = name
        self._delivery = delivery
        self._database = runtime.state
        self._conditions = conditions
        self._clock = runtime.clock
        self._counters = runtime.counters
        self._chance = runtime.machine.chance
        self._wakeup = Wakeup(runtime.clock)
        self._hanging: cursors.CursorRead | None = None
        self._failures = 0
        self.reason = ""
        """Why the last delivery failed; empty while all is well."""

    def wake(self) -> None:
        """Something was committed."""
        self._wakeup.wake()

    async def run(self) -> NoReturn:
        """Forward until cancelled."""
        while True:
            try:
                await self.turn()
            except StorageError as error:
                log.warning("the outbox could not be used", extra={"sink": self._name, "reason": str(error)})
                await self._clock.sleep(STORAGE_WAIT)

    async def turn(self) -> None:
        """One batch, or a wait where there is none.

        Raises:
            StorageError: the outbox can't be read or written.
        """
        found = self._hanging
        if found is None:
            found = await self._database.read(partial(cursors.read_next, name=self._name))
        batch = found.batch
        if found.missed:
            log.warning("a sink has missed records", extra={"sink": self._name, "count": found.missed})
            self._counters.add("sinks.missed", found.missed, key=self._name)
            await self._move(found.row)
        elif batch is None:
            await self._wakeup.wait(IDLE)
        else:
            taken = RecordBatch(batch.epoch, batch.first, batch.last, batch.count, batch.body)
            try:
                reason = await self._delivery.hand_over(taken)
            except asyncio.CancelledError:
                await self._end_with(taken, found.row)
                raise
            self._hanging = found if self._delivery.hanging else None
            await self._settle(reason, found.row, batch.count)

    async def _end_with(self, taken: RecordBatch, row: int) -> None:
        """What the sink takes while the agent stops does not come to it again after the next start."""
        if not await self._delivery.hand_over(taken, LAST_WAIT):
            await self._move(row)

    async def _settle(self, reason: str, row: int, count: int) -> None:
        self.reason = reason
        if not reason:
            self._failures = 0
            self._conditions.end(self._name, f"the sink {self._name} takes records again")
            self._counters.add("sinks.delivered", count, key=self._name)
            await self._move(row)
            return
        self._failures += 1
        self._counters.add("sinks.failed", key=self._name)
        if self._failures >= FAILING_AFTER:
            self._conditions.hold(self._name, f"the sink {self._name} takes no records: {reason}")
        await self._clock.sleep(backoff(self._failures, self._chance()))

    async def _move(self, row: int) -> None:
        await self._database.write(lambda tx: cursors.move(tx, self._name, row), makes_room=True)


@dataclass(slots=True)
class SinksPart(Part):
    """The sinks of the file, each with its forwarder."""

    alarm_types = alarm_types.ALARM_TYPES
    runtime: Runtime
    kinds: Mapping[str, RecordSink]
    conditions: Conditions
    settings: Mapping[str, SinkSettings] = field(default_factory=dict)
    running: dict[str, SinkForwarder] = field(default_factory=dict)

    def prepare(self, configuration: Configuration) -> Change:
        """Other sinks; one that is as it was goes on undisturbed."""

        async def change() -> None:
            await self.use(configuration.sinks)

        return change

    async def use(self, settings: Mapping[str, SinkSettings]) -> None:
        """Forward to these sinks from now on, and to no others.

        Raises:
            StorageError: the cursors can't be written; the sinks are as they were.
        """
        await self.runtime.state.write(lambda tx: cursors.begin(tx, list(settings)), makes_room=True)
        for name in [name for name in self.running if settings.get(name) != self.settings[name]]:
            await self.runtime.supervisor.cancel(_task(name))
            del self.running[name]
            self.conditions.end(name, f"the sink {name} is used no more as it was")
        self.settings = dict(settings)
        for name, each in settings.items():
            if name not in self.running:
                delivery = SinkDelivery(name, self.kinds.get(each.kind), each, self.runtime.machine.threads)
                forwarder = self.running[name] = SinkForwarder(name, delivery, self.runtime, self.conditions)
                self.runtime.supervisor.keep_running(_task(name), forwarder.run)

    def wake(self) -> None:
        """Something was committed."""
        for forwarder in self.running.values():
            forwarder.wake()

    async def status(self) -> Mapping[str, Any]:
        """How each sink stands."""
        if not self.running:
            return {}
        waiting = await self.runtime.state.read(lambda c: {name: cursors.waiting(c, name) for name in self.running})
        return {"sinks": [self._view(name, waiting[name]) for name in self.running]}

    def _view(self, name: str, waiting: int) -> dict[str, Any]:
        reason = self.running[name].reason
        state = "failing" if reason else "well"
        view = {"name": name, "kind": self.settings[name].kind, "state": state, "waiting": waiting}
        return view | ({"reason": reason} if reason else {})


@asynccontextmanager
async def start_sinks(
    runtime: Runtime,
    configuration: Configuration,
    kinds: Mapping[str, RecordSink],
    notices: Notices,
    active: Iterable[AlarmKey],
) -> AsyncIterator[SinksPart]:
    """Forward to the sinks of the file from now on."""
    part = SinksPart(runtime, kinds, Conditions(FAILING, notices, active))
    runtime.state.follow(part.wake)
    await part.use(configuration.sinks)
    try:
        yield part
    finally:
        await asyncio.gather(*(runtime.supervisor.cancel(_task(name)) for name in part.running))


def _task(name: str) -> str:
    return f"sink {name}"
