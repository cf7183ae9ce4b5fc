"""Keeps the calls to emergency numbers that leave a site which is cut off from its call manager.

The emergency responder sees none of them then. They are taken from the messages of the gateway and from its history
of calls, and become one record each.
"""

import logging
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NoReturn

from cmsp_agent.aio.channel import Channel
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.calls import CallLeg, EmergencyCall, cause_in_words
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import StorageError
from cmsp_agent.model.ids import NewId
from cmsp_agent.model.signal import AgentSignal, PollSignal, Signal, SyslogSignal
from cmsp_agent.model.times import THIRTEEN_MONTHS, rfc3339
from cmsp_agent.pipeline.alarm_types.emergency import EMERGENCY_CALL, EMERGENCY_CALL_ENDED
from cmsp_agent.pipeline.privacy import MASKED
from cmsp_agent.plugin.api import DeviceType
from cmsp_agent.services.emergency.legs import (
    HISTORY,
    SAME_CALL,
    SYSLOG,
    EmergencyLeg,
    known_call,
    leg_of,
    number_of,
    with_leg,
)
from cmsp_agent.services.emergency.survivable import SurvivableTimes
from cmsp_agent.services.events.notices import RecordSignal
from cmsp_agent.services.events.trusted_clock import Believed
from cmsp_agent.storage.sqlite.database import Database
from cmsp_agent.storage.tables import emergency_calls

log = logging.getLogger(__name__)

MOST_LEGS = 1_000
"""Legs that wait to be read, and incoming legs that are remembered for their callers."""


class EmergencyCalls:
    """Listens to signals; writes records.

    Args:
        components: those of the site, by name.
        device_type: of a component.
        survivable: when components kept the phones of their sites.
        record: takes the event of a call.
        database: `state.db`.
        clock: ours.
        new_id: makes the ids of records.
        counters: of what is lost.
        believed: whether the clock is: old records are deleted by it.
    """

    def __init__(
        self,
        components: Callable[[], Mapping[str, Component]],
        device_type: Callable[[str], DeviceType],
        survivable: SurvivableTimes,
        record: RecordSignal,
        database: Database,
        clock: Clock,
        new_id: NewId,
        counters: Counters,
        believed: Believed,
    ) -> None:
        self.numbers: Mapping[str, Sequence[str]] = {}
        self.masks = True
        """Whether the order wants numbers of people masked in what leaves the site."""
        self.mnemonics: frozenset[str] = frozenset()
        """Of messages about calls, of all device types."""
        self._components = components
        self._device_type = device_type
        self._survivable = survivable
        self._record = record
        self._database = database
        self._clock = clock
        self._new_id = new_id
        self._counters = counters
        self._believed = believed
        self._callers: deque[CallLeg] = deque(maxlen=MOST_LEGS)
        self._channel: Channel[SyslogSignal | PollSignal] = Channel("emergency.calls", MOST_LEGS, counters)

    def listen(self, signals: Sequence[Signal]) -> None:
        """Take what is about calls; nearly nothing is. Called with all signals, so it must be quick."""
        for signal in signals:
            if isinstance(signal, SyslogSignal):
                if signal.mnemonic in self.mnemonics:
                    self._channel.offer(signal)
            elif isinstance(signal, PollSignal) and signal.calls:
                self._channel.offer(signal)

    async def run(self) -> NoReturn:
        """Read what was taken, until cancelled."""
        while True:
            await self.read_next()

    async def read_next(self) -> None:
        """Wait for what was taken, and read it."""
        for signal in await self._channel.batch(MOST_LEGS):
            for found in self._emergency_legs(signal):
                try:
                    await self._keep(found)
                except StorageError as error:
                    self._counters.add("emergency.not_stored", key=found.component)
                    log.error(
                        "an emergency call could not be recorded",
                        extra={"reason": str(error), "at": found.leg.began_at},
                    )

    async def latest(self, component: str, *, local: bool) -> list[EmergencyCall]:
        """The latest records, of one component or of all, with the callers as the order permits it.

        Raises:
            StorageError: they can't be read.
        """
        found = await self._database.read(partial(emergency_calls.latest, component=component))
        if local or not self.masks:
            return found
        return [replace(call, caller=MASKED) if call.caller else call for call in found]

    def _emergency_legs(self, signal: SyslogSignal | PollSignal) -> Iterator[EmergencyLeg]:
        """The legs to emergency numbers of which a signal tells, while the component keeps the phones of its site."""
        component = self._components().get(signal.component)
        if component is None:
            return
        source = SYSLOG if isinstance(signal, SyslogSignal) else HISTORY
        for leg in self._legs(signal):
            if not leg.outgoing:
                self._callers.append(leg)
                continue
            number = number_of(leg.number, self.numbers.get(component.site, ()))
            if number and self._survivable.at(component.name, leg.began_at):
                yield EmergencyLeg(component.name, component.site, number, leg, source)

    def _legs(self, signal: SyslogSignal | PollSignal) -> Iterable[CallLeg]:
        if isinstance(signal, PollSignal):
            return signal.calls
        messages = self._device_type(signal.component).call_messages
        legs = (leg_of(signal, each) for each in messages if each.mnemonic == signal.mnemonic)
        return [leg for leg in legs if leg is not None]

    async def _keep(self, found: EmergencyLeg) -> None:
        since = found.leg.began_at - SAME_CALL
        recent = await self._database.read(partial(emergency_calls.latest, component=found.component, since=since))
        before = known_call(found, recent)
        call = before or EmergencyCall(
            self._new_id(found.leg.began_at), found.component, found.site, found.number, found.leg.began_at
        )
        after = with_leg(call, found, self._caller(found.leg))
        if after == before:
            return
        oldest = self._clock.now() - THIRTEEN_MONTHS if await self._believed() else 0
        await self._database.write(partial(_write, call=after, oldest=oldest))
        # the head-end learns of the call at once, and of its end
        if before is None or (before.seconds is None and after.seconds is not None):
            await self._record(_signal(after, self._clock.now()))

    def _caller(self, leg: CallLeg) -> str:
        return next((each.number for each in self._callers if leg.call and each.call == leg.call), "")


def _write(tx: sqlite3.Connection, call: EmergencyCall, oldest: int) -> None:
    emergency_calls.save(tx, call)
    emergency_calls.tidy(tx, oldest)


def _signal(call: EmergencyCall, now: int) -> AgentSignal:
    """The event of a call, or of its end. Each has an object of its own: calls at the same time are not repeats."""
    said = {
        "number": call.number,
        "port": call.port,
        "began_at": rfc3339(call.at),
        "seconds": "" if call.seconds is None else str(call.seconds),
        "cause": "" if call.cause is None else cause_in_words(call.cause),
        "caller": f"calling number {call.caller}" if call.caller else "",
        "source": ", ".join(call.sources),
    }
    over = "" if call.seconds is None else f", over after {call.seconds} s"
    name = f"{call.number}{f' by {call.port}' if call.port else ''} at {rfc3339(call.at)}"
    return AgentSignal(
        call.component,
        now,
        EMERGENCY_CALL if call.seconds is None else EMERGENCY_CALL_ENDED,
        name,
        raised=True,
        text=f"{call.component}: emergency call to {name} while the site was cut off{over}",
        transient=True,
        attributes={name: value for name, value in said.items() if value},
    )
