"""Syslog lines into signals: find the component, parse, hand on. The pipeline says what a line means."""

import asyncio
from collections.abc import Iterator, Sequence

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.signal import SyslogSignal
from cmsp_agent.services.devices.senders import UNKNOWN, Senders
from cmsp_agent.services.receiving.fair_queue import CAPACITY, FairQueue
from cmsp_agent.services.receiving.intake import Intake, Received
from cmsp_agent.services.receiving.multiline import Continued
from cmsp_agent.services.receiving.sender_queues import Chunk
from cmsp_agent.services.signal_handler import SignalHandler
from cmsp_agent.transports.datagrams import SendAnswer, plain_host
from cmsp_agent.transports.recvmmsg import Datagram
from cmsp_agent.transports.syslog.device_time import trusted_time
from cmsp_agent.transports.syslog.framing import LONGEST_MESSAGE, messages_in, quotes_another
from cmsp_agent.transports.syslog.message import SyslogMessage, parse_syslog

HOLD = 0.2
"""Seconds for which a message waits for its further lines, where its component sends such."""
NOTHING_MORE = b"\0\n"
"""Stands for a datagram that never came; known by its identity."""
USER = 1
NOTICE = 5
"""Facility and severity of a line that has no PRI (RFC 3164 4.3.3)."""


class SyslogService:
    """Fed by UDP and TCP receivers, on the loop; `run` reads what they left."""

    def __init__(
        self,
        senders: Senders,
        handle: SignalHandler,
        clock: Clock,
        counters: Counters,
        *,
        capacity: int = CAPACITY,
        hold: float = HOLD,
    ) -> None:
        self._senders = senders
        self._clock = clock
        self._counters = counters
        self._hold = hold
        self._continued = Continued(counters)
        self._last: dict[str, SyslogSignal] = {}
        """By component, for `last message repeated`."""
        self._queue = FairQueue("syslog", lambda: senders.by_address, counters, capacity)
        self._intake = Intake("syslog", self._queue, self._read, handle, counters)
        self.run = self._intake.run

    def receive_datagrams(self, datagrams: list[Datagram], answer: SendAnswer) -> None:
        """Take a batch from a `DatagramReceiver`."""
        self._queue.offer(self._clock.now(), datagrams, answer)

    def receive_stream(self, source: str, messages: list[bytes]) -> bool:
        """Take messages from a `StreamReceiver`; False: the sender should wait."""
        if messages:
            address = (source, 0)
            self._queue.offer(self._clock.now(), [(message, address) for message in messages], _unanswered)
        return self._queue.has_room(source)

    def _read(self, part: Sequence[Chunk], received: Received) -> None:
        relayed = bool(self._senders.relays)
        count = 0
        for chunk in part:
            self._continued.release(chunk.component, received)
            if chunk.datagrams[0][0] is not NOTHING_MORE:
                count += len(chunk.datagrams)
                self._read_chunk(chunk, received, direct=bool(chunk.component) and not relayed)
        self._counters.add("syslog.messages", count)

    def _read_chunk(self, chunk: Chunk, received: Received, *, direct: bool) -> None:
        signal: SyslogSignal | None = None
        for datagram, payload in _messages(chunk.datagrams, self._counters):
            if len(payload) > LONGEST_MESSAGE:
                self._counters.add("syslog.truncated", key=chunk.component)
                payload = payload[:LONGEST_MESSAGE]
            message = parse_syslog(payload)
            if message.other_text:
                self._counters.add("syslog.other_text", key=chunk.component)
            if not message.raw:
                self._counters.add("syslog.empty", key=chunk.component)
            elif direct:
                last = signal
                signal = signal_from(chunk.component, chunk.received_at, message)
                if message.repeated:
                    signal = repetition(signal, message, last or self._last.get(chunk.component))
                self._continued.add(signal, message, received)
            else:
                self._read_relayed(plain_host(datagram[-1][0]), chunk, message, received)
        if signal is not None:
            self._last[chunk.component] = signal
        if self._continued.hold(chunk.component, received):
            self._ask_for_held(chunk.component, chunk.datagrams[-1])

    def _read_relayed(self, host: str, chunk: Chunk, message: SyslogMessage, received: Received) -> None:
        """A relay may stand between: then the line names the component, or its address (`logging origin-id`)."""
        component = self._senders.spoken_for(host, chunk.component, message.host)
        if component == UNKNOWN and message.relay:  # the device calls itself by another name than the relay does
            named = self._senders.spoken_for(host, chunk.component, message.relay)
            component = UNKNOWN if named == chunk.component else named
        if component == UNKNOWN:
            self._senders.note_unknown(host, "syslog", chunk.received_at)
            return
        if component != chunk.component:
            self._counters.add("syslog.relayed", key=host)
        signal = repetition(signal_from(component, chunk.received_at, message), message, self._last.get(component))
        self._last[component] = signal
        self._continued.add(signal, message, received)

    def _ask_for_held(self, component: str, asked: Datagram) -> None:
        """Have what is held handed on before long: an empty datagram of its sender takes its turn like any other."""
        asyncio.get_running_loop().call_later(self._hold, self._end_hold, component, asked)

    def _end_hold(self, component: str, asked: Datagram) -> None:
        if self._continued.holds(component):
            self._queue.offer(self._clock.now(), [(NOTHING_MORE, asked[-1])], _unanswered)
            self._ask_for_held(component, asked)  # a full queue may drop it


def signal_from(component: str, received_at: int, message: SyslogMessage) -> SyslogSignal:
    """The signal that a parsed line of a component is."""
    pri = message.pri
    severity = message.level
    if severity is None:
        severity = NOTICE if pri is None else pri & 7
    code = message.code or message.message_id or message.process
    occurred_at = trusted_time(message, received_at) if message.zone else None
    # The class's own constructor is one of Python's, which takes three times as long.
    return tuple.__new__(
        SyslogSignal,
        (component, received_at, code, message.text, severity, USER if pri is None else pri >> 3, occurred_at,
         message.host, message.number, 1, message.raw),
    )  # fmt: skip


def repetition(signal: SyslogSignal, message: SyslogMessage, last: SyslogSignal | None) -> SyslogSignal:
    """The signal with its count, where the line says that its message, or the component's last one, came again."""
    if message.repeated and message.repeats_last:
        if last is None:
            return signal
        signal = signal._replace(
            mnemonic=last.mnemonic, text=last.text, severity=last.severity, facility=last.facility, host=last.host
        )
    return signal._replace(times=message.repeated) if message.repeated else signal


def _messages(datagrams: Sequence[Datagram], counters: Counters) -> Iterator[tuple[Datagram, bytes]]:
    """Each message with the datagram that it came in; nearly always there is one."""
    for datagram in datagrams:
        payload = datagram[0]
        if payload[:1] == b"<" and payload.find(b"<", 1) < 0:
            yield datagram, payload
            continue
        messages = messages_in(payload)
        if len(messages) > 1:
            counters.add("syslog.split", len(messages) - 1, plain_host(datagram[-1][0]))
        for message in messages:
            if quotes_another(message):
                counters.add("syslog.run_together", key=plain_host(datagram[-1][0]))
            yield datagram, message


def _unanswered(_asked: Datagram, _payload: bytes) -> bool:
    """Nobody answers syslog."""
    return False
