"""The part that listens: sockets from systemd or our own, traps and informs, syslog over UDP, TCP and TLS."""

import logging
import os
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from cmsp_agent.config.configuration import Configuration, Listeners
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import StorageError
from cmsp_agent.pipeline.alarm_types import receiving
from cmsp_agent.services.devices.senders import Senders
from cmsp_agent.services.devices.undecodable import UnreadableObjects
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.events.notices import Notices
from cmsp_agent.services.events.service import EventService
from cmsp_agent.services.listening import Listening
from cmsp_agent.services.part import Change, ComponentsOf, Part
from cmsp_agent.services.receiving.losses import MESSAGES_LOST, MessageLosses
from cmsp_agent.services.receiving.receivers import Receivers
from cmsp_agent.services.receiving.syslog import SyslogService
from cmsp_agent.services.receiving.traps import TrapService, agreed_by
from cmsp_agent.services.receiving.users import users_of
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.tables import snmp_engines
from cmsp_agent.transports.datagrams import DatagramReceiver
from cmsp_agent.transports.listening import inherited_sockets
from cmsp_agent.transports.snmp.authoritative import OwnEngine
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.syslog.streams import StreamReceiver
from cmsp_agent.transports.tls_server import ServerCertificates, renew, server_context

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReceivingNeeds:
    """What receiving needs, and where its messages go."""

    senders: Senders
    unreadable: UnreadableObjects
    components: ComponentsOf
    events: EventService
    notices: Notices


@dataclass(frozen=True, slots=True)
class ReceivingPart(Part):
    """The receivers, running."""

    alarm_types = receiving.ALARM_TYPES
    traps: TrapService
    make_decoder: Callable[[Iterable[Component]], NotificationDecoder]
    components: ComponentsOf
    receivers: Receivers
    renew_certificates: Callable[[], None]
    """Use the files of syslog over TLS as they are now; raises ConfigurationError where they can't be used."""

    @property
    def addresses(self) -> Mapping[str, list[tuple[str, int]]]:
        """Where we really listen, by receiver: with port 0 in the file, the kernel chose."""
        return self.receivers.addresses

    def prepare(self, configuration: Configuration) -> Change:
        """The credentials, and the certificates as they are now; listening elsewhere takes a restart."""
        self.renew_certificates()
        components = self.components(configuration).values()
        decoder, agreed = self.make_decoder(components), agreed_by(components)

        async def change() -> None:
            self.traps.use(decoder, agreed, strict=configuration.strict_traps)

        return change


async def own_engine(runtime: Runtime) -> tuple[bytes, int]:
    """Our engine ID and its boots; where nothing can be written, an engine of this run only."""
    try:
        return await runtime.state.write(partial(snmp_engines.boot, octets=runtime.machine.octets), makes_room=True)
    except StorageError as error:
        log.warning("the SNMP engine's boots can't be kept: another engine ID is used", extra={"reason": str(error)})
        return snmp_engines.unkept(runtime.machine.octets), 1


def syslog_tls(listen: Listeners) -> tuple[ssl.SSLContext | None, Callable[[], None]]:
    """The context of syslog over TLS (RFC 5425 asks for version 1.2), and what renews it; None without files.

    Raises:
        ConfigurationError: the files can't be used.
    """
    if listen.tls is None or not listen.syslog_tls:
        return None, lambda: None
    files = ServerCertificates(listen.tls.certificate, listen.tls.key, listen.tls.ca)
    context = server_context(files, "listen.tls", ssl.TLSVersion.TLSv1_2)
    return context, partial(renew, context, files, "listen.tls")


def receivers_for(runtime: Runtime, traps: TrapService, syslog: SyslogService, tls: ssl.SSLContext | None) -> Receivers:
    """The receivers, without sockets yet."""
    streams = partial(StreamReceiver, sockets=(), deliver=syslog.receive_stream, counters=runtime.counters)
    secured = streams("syslog.tls", tls=tls) if tls else None
    if secured:
        runtime.supervisor.keep_running("syslog over TLS", secured.shake_hands)
    network = runtime.machine.network
    datagrams = partial(DatagramReceiver, sockets=(), counters=runtime.counters, receive_many=network.receive_many)
    return Receivers(
        datagrams("traps", deliver=traps.receive, answers=True),
        datagrams("syslog.udp", deliver=syslog.receive_datagrams),
        streams("syslog.tcp"),
        secured,
        network.bind,
    )


@asynccontextmanager
async def start_receiving(
    runtime: Runtime, configuration: Configuration, reported: ReceivingNeeds, listening: Listening
) -> AsyncIterator[ReceivingPart]:
    """Listen; informs are answered when what they report is durable.

    Raises:
        ConfigurationError: a credential can't be used.
    """
    engine = OwnEngine(*await own_engine(runtime), runtime.clock)

    def decoder(components: Iterable[Component]) -> NotificationDecoder:
        users = tuple(users_of(components))
        return NotificationDecoder(
            users, engine, runtime.clock, ring=runtime.snmp.ring, texts=runtime.snmp.texts, times=runtime.snmp.times
        )

    components = reported.components(configuration).values()
    traps = TrapService(
        reported.senders,
        decoder(components),
        agreed_by(components),
        reported.events.handle,
        runtime.clock,
        runtime.counters,
        unreadable=reported.unreadable,
        strict=configuration.strict_traps,
    )
    syslog = SyslogService(reported.senders, reported.events.handle, runtime.clock, runtime.counters)
    context, renew_certificates = syslog_tls(configuration.listen)
    receivers = receivers_for(runtime, traps, syslog, context)
    lost = Conditions(MESSAGES_LOST, reported.notices, reported.events.alarm_state.active)
    losses = MessageLosses(runtime.counters, reported.senders, lost, runtime.clock)
    runtime.supervisor.keep_running("trap intake", traps.run)
    runtime.supervisor.keep_running("syslog intake", syslog.run)
    runtime.supervisor.keep_running("lost messages", losses.run)
    try:
        inherited = inherited_sockets(os.environ, os.getpid())
        await receivers.take_over(inherited, configuration.listen, listening, partial(_closed, reported.notices))
        yield ReceivingPart(traps, decoder, reported.components, receivers, renew_certificates)
    finally:
        await receivers.close()


def _closed(notices: Notices, name: str) -> None:
    text = f"{name}: the file does not ask for this socket of systemd's; it is closed"
    log.warning(text)
    notices.note("listen.closed", name, text)


def check_certificates(configuration: Configuration) -> None:
    """Read the files of syslog over TLS.

    Raises:
        ConfigurationError: they can't be used.
    """
    syslog_tls(configuration.listen)
