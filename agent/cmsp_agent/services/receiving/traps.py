"""Traps and informs into signals: check the sender, decode, hand on, answer informs after the commit.

The decoder handles SNMPv3; the pipeline says what a trap means.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import SecretUnusable
from cmsp_agent.model.signal import TrapSignal
from cmsp_agent.services.devices.senders import UNKNOWN, Senders
from cmsp_agent.services.devices.undecodable import UnreadableObjects
from cmsp_agent.services.receiving.fair_queue import CAPACITY, FairQueue
from cmsp_agent.services.receiving.informs import InformId, Informs, inform_id
from cmsp_agent.services.receiving.intake import Intake, Received
from cmsp_agent.services.receiving.sender_queues import Chunk
from cmsp_agent.services.receiving.trapped_syslog import as_syslog
from cmsp_agent.services.signal_handler import SignalHandler
from cmsp_agent.transports.datagrams import SendAnswer, plain_host
from cmsp_agent.transports.recvmmsg import Datagram
from cmsp_agent.transports.snmp.ber import DecodeError
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.trap_datagram import Notification, NotificationRefused, ReportReply

SNMP_TRAP_COMMUNITY = "1.3.6.1.6.3.18.1.4.0"
"""A proxy adds the community that it was sent (RFC 3584 4.1.2.1): a secret, which goes no further."""


class Agreed(NamedTuple):
    """What a component is expected to show: a community, which shows in no `repr`, or an SNMPv3 user."""

    community: bytes = b""
    user: str = ""

    def __repr__(self) -> str:
        return f"Agreed(user={self.user!r})"


def agreed_by(components: Iterable[Component]) -> Mapping[str, Agreed]:
    """By component name, from the credentials whose secrets can be used."""
    agreed = {}
    for component in components:
        credential = component.credentials.snmp
        if credential is None:
            continue
        with suppress(SecretUnusable):
            community = credential.community.reveal().encode() if credential.community else b""
            agreed[component.name] = Agreed(community, credential.user if credential.version == "3" else "")
    return agreed


class TrapService:
    """Fed by a `DatagramReceiver` that answers, on the loop; `run` reads what it left."""

    def __init__(
        self,
        senders: Senders,
        decoder: NotificationDecoder,
        agreed: Mapping[str, Agreed],
        handle: SignalHandler,
        clock: Clock,
        counters: Counters,
        *,
        unreadable: UnreadableObjects | None = None,
        strict: bool = False,
        capacity: int = CAPACITY,
    ) -> None:
        """Make a service; nothing is read before `run`.

        Args:
            senders: whose address is whose.
            decoder: decodes and authenticates.
            agreed: what each component is expected to show.
            handle: takes the signals; informs are answered when it returns.
            clock: stamps what is received.
            counters: gets what was accepted, odd and refused.
            unreadable: keeps the bindings that can't be decoded.
            strict: refuse traps that show another community or user than agreed; else they are counted and taken.
            capacity: octets that may wait.
        """
        self._senders = senders
        self._decoder = decoder
        self._agreed = agreed
        self._clock = clock
        self._counters = counters
        self.unreadable = unreadable or UnreadableObjects()
        self._strict = strict
        self._informs = Informs(clock)
        self._queue = FairQueue("traps", lambda: senders.by_address, counters, capacity)
        self._intake = Intake("traps", self._queue, self._read, handle, counters)
        self.run = self._intake.run

    def use(self, decoder: NotificationDecoder, agreed: Mapping[str, Agreed], *, strict: bool) -> None:
        """Use other credentials from the next datagram on."""
        self._strict = strict
        self._decoder = decoder
        self._agreed = agreed

    def receive(self, datagrams: list[Datagram], answer: SendAnswer) -> None:
        """Take a batch from a `DatagramReceiver`."""
        self._queue.offer(self._clock.now(), datagrams, answer)

    def _read(self, part: Sequence[Chunk], received: Received) -> None:
        self._counters.add("traps.received", sum(len(chunk.datagrams) for chunk in part))
        for chunk in part:
            self._read_chunk(chunk, received)

    def _read_chunk(self, chunk: Chunk, received: Received) -> None:
        for datagram in chunk.datagrams:
            try:
                said = self._decoder.decode(datagram[0], datagram[-1][0])
            except NotificationRefused as refused:
                self._counters.add("traps.refused", key=refused.reason)
                if chunk.component:
                    self._counters.add("traps.refused_of", key=chunk.component)
            except DecodeError:
                self._counters.add("traps.malformed", key=chunk.component or "unknown senders")
            else:
                self._take(said, chunk, datagram, received)

    def _take(self, said: Notification | ReportReply, chunk: Chunk, datagram: Datagram, received: Received) -> None:
        component = chunk.component
        if isinstance(said, ReportReply):
            self._report(said, chunk, datagram)
            return
        if component == UNKNOWN or self._senders.relays:
            component = self._spoken_for(said, chunk, datagram)
        if component == UNKNOWN or (not self._as_agreed(component, said) and self._strict):
            return
        if said.unreadable:
            self._counters.add("traps.unreadable", len(said.unreadable), key=component)
            self.unreadable.note(component, dict(said.unreadable), chunk.received_at)
        inform = inform_id(said, plain_host(datagram[-1][0])) if said.kind == "inform" else None
        if inform is None or self._informs.is_new(inform):
            received.signals.append(as_syslog(signal_from(component, chunk.received_at, said)))
            if inform is not None:
                received.acknowledge.append(partial(self._informs.stored, inform))
                received.give_up.append(partial(self._informs.forget, inform))
        else:
            self._counters.add("traps.informs_repeated", key=component)
        if said.kind == "inform":
            answer = partial(self._acknowledge, self._decoder, said, datagram, chunk.answer)
            received.acknowledge.append(partial(self._if_stored, inform, answer))

    def _spoken_for(self, said: Notification, chunk: Chunk, datagram: Datagram) -> str:
        """The component of the sender, or the one that snmpTrapAddress or agent-addr names where a relay sent it."""
        host = plain_host(datagram[-1][0])
        component = self._senders.spoken_for(host, chunk.component, said.agent_address)
        if component == UNKNOWN:
            self._senders.note_unknown(host, "traps", chunk.received_at)
        elif component != chunk.component:
            self._counters.add("traps.relayed", key=host)
        return component

    def _report(self, reply: ReportReply, chunk: Chunk, datagram: Datagram) -> None:
        """Engine discovery and the like are answered at once, but to our own components only."""
        self._counters.add("traps.reports", key=reply.reason)
        if chunk.component == UNKNOWN:
            self._senders.note_unknown(plain_host(datagram[-1][0]), "traps", chunk.received_at)
        else:
            chunk.answer(datagram, reply.data)

    def _as_agreed(self, component: str, said: Notification) -> bool:
        agreed = self._agreed.get(component)
        if agreed is None or (said.user == agreed.user if said.version == "3" else said.community == agreed.community):
            return True
        kind = "other_community"
        if agreed.user:
            kind = "other_user" if said.version == "3" else "unauthenticated"
        self._counters.add(f"traps.{kind}", key=component)
        return False

    def _if_stored(self, inform: InformId | None, answer: Callable[[], None]) -> None:
        """Of an inform that was sent again, the first may not be stored yet: it is acknowledged when that is."""
        if inform is None or self._informs.is_stored(inform):
            answer()

    def _acknowledge(
        self, decoder: NotificationDecoder, inform: Notification, datagram: Datagram, answer: SendAnswer
    ) -> None:
        if answer(datagram, decoder.respond(inform)):
            self._counters.add("traps.informs_answered")


def signal_from(component: str, received_at: int, said: Notification) -> TrapSignal:
    """The signal that a notification of a component is; bindings without a value and secrets are left out."""
    bindings = tuple([(oid, value) for oid, value in said.varbinds if value is not None and oid != SNMP_TRAP_COMMUNITY])
    # The class's own constructor is one of Python's, which takes three times as long.
    return tuple.__new__(
        TrapSignal,
        (component, received_at, said.trap_oid, bindings, said.uptime, said.version, said.kind == "inform", 1),
    )
