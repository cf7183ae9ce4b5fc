"""The receivers of traps and syslog with their sockets: those of systemd that the file asks for, else our own."""

import socket
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from cmsp_agent.config.configuration import Listeners
from cmsp_agent.services.listening import Listening, Place
from cmsp_agent.services.receiving.sockets import Wanted, handover, wanted
from cmsp_agent.transports.datagrams import DatagramReceiver
from cmsp_agent.transports.listening import bind_one
from cmsp_agent.transports.network import Bind
from cmsp_agent.transports.syslog.streams import StreamReceiver


class Receivers:
    """Gives each socket to its receiver; a port that the kernel chose is the same for all addresses of a receiver."""

    def __init__(
        self,
        traps: DatagramReceiver,
        syslog: DatagramReceiver,
        tcp: StreamReceiver,
        tls: StreamReceiver | None,
        bind: Bind = bind_one,
    ) -> None:
        self._bind_socket = bind
        self._datagrams = {"traps": traps, "syslog-udp": syslog}
        self._streams = {"syslog-tcp": tcp, **({"syslog-tls": tls} if tls else {})}
        self._chosen: dict[str, int] = {}

    @property
    def addresses(self) -> Mapping[str, list[tuple[str, int]]]:
        """Where we really listen, by receiver."""
        found = {
            name: [(str(address[0]), address[1]) for address in receiver.addresses]
            for name, receiver in self._datagrams.items()
        }
        return found | {name: streams.addresses for name, streams in self._streams.items()}

    async def take_over(
        self,
        inherited: Mapping[str, Iterable[socket.socket]],
        listen: Listeners,
        listening: Listening,
        closed: Callable[[str], None],
    ) -> None:
        """Listen where the file says, and nowhere else; `closed` gets each inherited socket that is not used."""
        wants = wanted(listen)
        given = handover(inherited, wants)
        for sock, name in given.refused:
            sock.close()
            closed(name)
        for sock, served in given.taken:
            await self._add(served[0].receiver, sock)
            wants = [each for each in wants if each not in served]
        await listening.open(Place(str(each), partial(self._bind, each)) for each in wants)

    async def close(self) -> None:
        """Close all sockets."""
        for receiver in self._datagrams.values():
            receiver.close()
        for streams in self._streams.values():
            await streams.stop()

    async def _bind(self, want: Wanted) -> None:
        port = want.port or self._chosen.get(want.receiver, 0)
        bound = self._bind_socket(want.kind, want.address, port)
        if bound is not None:  # else this machine has no such address family
            self._chosen[want.receiver] = bound.getsockname()[1]
            await self._add(want.receiver, bound)

    async def _add(self, receiver: str, sock: socket.socket) -> None:
        datagrams = self._datagrams.get(receiver)
        if datagrams is not None:
            datagrams.add(sock)
            datagrams.start()
        else:
            self._streams[receiver].add(sock)
            await self._streams[receiver].start()
