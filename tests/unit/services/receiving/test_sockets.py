"""What the file asks for, address by address, and which inherited sockets are just that."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from cmsp_agent.config.addresses import HostPort
from cmsp_agent.config.configuration import Listeners
from cmsp_agent.services.receiving.sockets import handover, wanted

OFF: tuple[HostPort, ...] = ()


def listen(traps: tuple[HostPort, ...] = OFF, syslog: tuple[HostPort, ...] = OFF) -> Listeners:
    return Listeners(traps, syslog, OFF, OFF)


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def bound(sockets: ExitStack, address: str, *, both: bool = False) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = sockets.enter_context(socket.socket(family, socket.SOCK_DGRAM))
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both)
    made.bind((address, 0))
    return made


def test_a_port_alone_is_all_addresses_of_both_families() -> None:
    assert [str(each) for each in wanted(listen((HostPort("", 162),)))] == [
        "listen.traps 0.0.0.0:162",
        "listen.traps [::]:162",
    ]


def test_what_is_off_wants_nothing() -> None:
    assert wanted(listen()) == []


@pytest.mark.parametrize(
    ("address", "both", "asked", "served"),
    [
        ("127.0.0.1", False, "127.0.0.1", ["127.0.0.1"]),
        ("::", True, "", ["::", "0.0.0.0"]),
        ("::", False, "", ["::"]),
        ("::", True, "127.0.0.1", []),
        ("::", True, "0.0.0.0", []),
        ("0.0.0.0", False, "127.0.0.1", []),
    ],
)
def test_an_inherited_socket_serves_what_is_asked_for_and_no_more(
    sockets: ExitStack, address: str, both: bool, asked: str, served: list[str]
) -> None:
    sock = bound(sockets, address, both=both)
    wants = wanted(listen((HostPort(asked, sock.getsockname()[1]),)))
    given = handover({"traps": [sock]}, wants)
    assert [each.address for _, places in given.taken for each in places] == served
    assert [sock for sock, _ in given.refused] == ([] if served else [sock])


def test_a_socket_for_what_is_off_is_refused_by_name(sockets: ExitStack) -> None:
    sock = bound(sockets, "127.0.0.1")
    given = handover({"syslog-udp": [sock]}, wanted(listen((HostPort("", 162),))))
    assert [name for _, name in given.refused] == [f"syslog-udp 127.0.0.1:{sock.getsockname()[1]}"]


def test_a_socket_is_known_by_its_place_not_by_its_name(sockets: ExitStack) -> None:
    sock = bound(sockets, "127.0.0.1")
    given = handover({"unknown": [sock]}, wanted(listen(syslog=(HostPort("127.0.0.1", sock.getsockname()[1]),))))
    assert [places[0].receiver for _, places in given.taken] == ["syslog-udp"]
