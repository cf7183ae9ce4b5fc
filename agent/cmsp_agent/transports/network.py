"""The wires to the devices and to the head-end, together: a simulation plays its own in their place."""

import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from cmsp_agent.aio.blocking import BlockingPool
from cmsp_agent.aio.clock import Clock
from cmsp_agent.aio.counters import Counters
from cmsp_agent.aio.threads import Threads
from cmsp_agent.model.component import ServiceCheck
from cmsp_agent.transports import icmp, routes, sip, tcp
from cmsp_agent.transports.headend import ClientCertificates, HeadendClient
from cmsp_agent.transports.listening import bind_one
from cmsp_agent.transports.probes import ServiceAnswer, ask
from cmsp_agent.transports.recvmmsg import OpenMany, ReceiveMany
from cmsp_agent.transports.snmp.client import OpenSocket, PathPayload, kernel_path_payload
from cmsp_agent.transports.snmp.endpoint import open_socket
from cmsp_agent.transports.ssh import CliClient, HostKeyStore
from cmsp_agent.transports.traceroute import Hop, traceroute

Bind = Callable[[socket.SocketKind, str, int], socket.socket | None]
"""A bound socket; None where this machine has no such address family. Raises CannotListen."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Where the kernel's routes lead, and whether the links have a carrier."""

    known: Callable[[], list[routes.Route]] = routes.routes
    leads_to: Callable[[str], bool] = routes.leads_to
    carrier: Callable[[str], bool | None] = routes.carrier


@dataclass(frozen=True, slots=True)
class Network:
    """What the agent sends and receives by; the defaults are the kernel's."""

    ping: Callable[[str, float, str | None], Awaitable[float | None]] = icmp.ping
    check_port: Callable[[str, int, float, str | None], Awaitable[tcp.TcpAnswer]] = tcp.check_port
    traceroute: Callable[[str, str | None], Awaitable[list[Hop]]] = traceroute
    sip_options: Callable[[str, int, str, float, str | None], Awaitable[sip.SipAnswer | None]] = sip.options
    ask_service: Callable[[ServiceCheck, str, float, str | None], Awaitable[ServiceAnswer]] = ask
    snmp_socket: OpenSocket = open_socket
    path_payload: PathPayload = kernel_path_payload
    bind: Bind = bind_one
    receive_many: OpenMany = ReceiveMany
    ways: Ways = Ways()
    headend: Callable[[Sequence[str], str, ClientCertificates, Threads], HeadendClient] = HeadendClient
    cli: Callable[[BlockingPool, HostKeyStore, Clock, Counters], CliClient] = CliClient
