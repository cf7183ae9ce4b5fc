"""The parts that listen: sockets from systemd or our own, traps and informs, syslog over UDP, TCP and TLS."""

import logging
import os
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from cmsp_agent.app.observing import Known, Observing
from cmsp_agent.app.prepared import Prepared
from cmsp_agent.config.configuration import Listeners
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.events.conditions import Conditions
from cmsp_agent.services.listening import Listening
from cmsp_agent.services.receiving.losses import MESSAGES_LOST, MessageLosses
from cmsp_agent.services.receiving.receivers import Receivers
from cmsp_agent.services.receiving.syslog import SyslogService
from cmsp_agent.services.receiving.traps import TrapService
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.tables import snmp_engines
from cmsp_agent.transports.datagrams import DatagramReceiver
from cmsp_agent.transports.listening import inherited_sockets
from cmsp_agent.transports.snmp.authoritative import OwnEngine
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.streams import StreamReceiver
from cmsp_agent.transports.tls_server import ServerCertificates, renew, server_context

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receiving:
    """The parts, running."""

    traps: TrapService
    make_decoder: Callable[[Prepared], NotificationDecoder]
    receivers: Receivers
    renew_certificates: Callable[[], None]
    """Use the files of syslog over TLS as they are now; raises ConfigurationError where they can't be used."""

    @property
    def addresses(self) -> Mapping[str, list[tuple[str, int]]]:
        """Where we really listen, by receiver: with port 0 in the file, the kernel chose."""
        return self.receivers.addresses

    def use(self, prepared: Prepared) -> None:
        """Go by another configuration's credentials; listening elsewhere takes a restart."""
        strict = prepared.configuration.strict_traps
        self.traps.use(self.make_decoder(prepared), prepared.agreed, strict=strict)


async def own_engine(runtime: Runtime) -> tuple[bytes, int]:
    """Our engine ID and its boots; where nothing can be written, an engine of this run only."""
    try:
        return await runtime.state.write(snmp_engines.boot, makes_room=True)
    except StorageError as error:
        log.warning("the SNMP engine's boots can't be kept: another engine ID is used", extra={"reason": str(error)})
        return snmp_engines.unkept(), 1


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
    return Receivers(
        DatagramReceiver("traps", (), traps.receive, runtime.counters, answers=True),
        DatagramReceiver("syslog.udp", (), syslog.receive_datagrams, runtime.counters),
        streams("syslog.tcp"),
        secured,
    )


@asynccontextmanager
async def start_receiving(
    runtime: Runtime, prepared: Prepared, known: Known, observing: Observing, listening: Listening
) -> AsyncIterator[Receiving]:
    """Listen; informs are answered when what they tell is durable."""
    sink = observing.events.handle
    engine = OwnEngine(*await own_engine(runtime), runtime.clock)

    def decoder(prepared: Prepared) -> NotificationDecoder:
        return NotificationDecoder(
            prepared.users, engine, runtime.clock, ring=known.ring, texts=known.texts, times=known.times
        )

    traps = TrapService(
        known.senders,
        decoder(prepared),
        prepared.agreed,
        sink,
        runtime.clock,
        runtime.counters,
        unreadable=known.devices.unreadable,
        strict=prepared.configuration.strict_traps,
    )
    syslog = SyslogService(known.senders, sink, runtime.clock, runtime.counters)
    context, renew_certificates = syslog_tls(prepared.configuration.listen)
    receivers = receivers_for(runtime, traps, syslog, context)
    alarms = Conditions(MESSAGES_LOST, observing.notices, observing.events.alarm_state.active)
    losses = MessageLosses(runtime.counters, known.senders, alarms, runtime.clock)
    runtime.supervisor.keep_running("trap intake", traps.run)
    runtime.supervisor.keep_running("syslog intake", syslog.run)
    runtime.supervisor.keep_running("lost messages", losses.run)
    try:
        inherited = inherited_sockets(os.environ, os.getpid())

        def closed(name: str) -> None:
            text = f"{name}: the file does not ask for this socket of systemd's; it is closed"
            log.warning(text)
            observing.notices.note("listen.closed", name, text)

        await receivers.take_over(inherited, prepared.configuration.listen, listening, closed)
        yield Receiving(traps, decoder, receivers, renew_certificates)
    finally:
        await receivers.close()
