"""The parts that listen: sockets from systemd or our own, traps and informs, syslog over UDP and TCP."""

import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from cmsp_agent.app.observing import Known
from cmsp_agent.app.prepared import Prepared
from cmsp_agent.config.addresses import Endpoint
from cmsp_agent.config.configuration import Listeners
from cmsp_agent.model.errors import StorageError
from cmsp_agent.services.receiving.intake import Sink
from cmsp_agent.services.receiving.syslog import SyslogService
from cmsp_agent.services.receiving.traps import TrapService
from cmsp_agent.services.runtime import Runtime
from cmsp_agent.storage.tables import snmp_engines
from cmsp_agent.transports.datagrams import DatagramReceiver
from cmsp_agent.transports.listening import EVERYWHERE, bind_datagrams, bind_streams, inherited_sockets
from cmsp_agent.transports.snmp.authoritative import OwnEngine
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.streams import StreamReceiver

log = logging.getLogger(__name__)

Sockets = Mapping[str, list[socket.socket]]


@dataclass(frozen=True, slots=True)
class Receiving:
    """The parts, running."""

    traps: TrapService
    make_decoder: Callable[[Prepared], NotificationDecoder]
    addresses: Mapping[str, list[tuple[str, int]]]
    """Where we really listen, by receiver: with port 0 in the file, the kernel chose."""

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


@asynccontextmanager
async def start_receiving(runtime: Runtime, prepared: Prepared, known: Known, sink: Sink) -> AsyncIterator[Receiving]:
    """Listen; what is received goes to `sink`, and informs are answered when it returns.

    Raises:
        CannotListen: a port is taken, or not ours to open.
    """
    sockets = open_sockets(prepared.configuration.listen)
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
    trap_receiver = DatagramReceiver("traps", sockets["traps"], traps.receive, runtime.counters, answers=True)
    lines = DatagramReceiver("syslog.udp", sockets["syslog-udp"], syslog.receive_datagrams, runtime.counters)
    streams = StreamReceiver("syslog.tcp", sockets["syslog-tcp"], syslog.receive_stream, runtime.counters)
    runtime.supervisor.keep_running("trap intake", traps.run)
    runtime.supervisor.keep_running("syslog intake", syslog.run)
    try:
        trap_receiver.start()
        lines.start()
        await streams.start()
        yield Receiving(
            traps,
            decoder,
            {
                "traps": [(str(address[0]), address[1]) for address in trap_receiver.addresses],
                "syslog-udp": [(str(address[0]), address[1]) for address in lines.addresses],
                "syslog-tcp": streams.addresses,
            },
        )
    finally:
        trap_receiver.close()
        lines.close()
        await streams.stop()


def open_sockets(listen: Listeners) -> Sockets:
    """All sockets, those of systemd before our own; none is left open where one can't be had.

    Raises:
        CannotListen: see there.
    """
    opened: dict[str, list[socket.socket]] = dict(inherited_sockets(os.environ, os.getpid()))
    wanted = (
        ("traps", listen.traps, bind_datagrams),
        ("syslog-udp", listen.syslog, bind_datagrams),
        ("syslog-tcp", listen.syslog_tcp, bind_streams),
    )
    with ExitStack() as undo:
        undo.callback(_close, opened)
        for name, endpoint, bind in wanted:
            if name not in opened:
                opened[name] = bind(endpoint.port, _addresses(endpoint)) if endpoint else []
        undo.pop_all()
    return opened


def _close(opened: Sockets) -> None:
    for sockets in opened.values():
        for each in sockets:
            each.close()


def _addresses(endpoint: Endpoint) -> tuple[str, ...]:
    return (endpoint.address,) if endpoint.address else EVERYWHERE
