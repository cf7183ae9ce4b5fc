"""From a connection to who is at its other end: a client certificate's URIs, or a local process's credentials."""

import asyncio
import grp
import os
import pwd
import socket
import ssl
import struct

from cmsp_agent.api.roles import ProvenPeer
from cmsp_agent.config.addresses import serial_number

SO_PEERGROUPS = 59
_CREDENTIALS = struct.Struct("iII")
_GROUPS = 256


def peer_of(transport: asyncio.BaseTransport) -> ProvenPeer:
    """What the transport proves of its peer. Where it proves nothing the peer is empty, and has no role."""
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family == socket.AF_UNIX:
        return _local(connection)
    certificate = transport.get_extra_info("peercert") or {}
    names = certificate.get("subjectAltName", ())
    address = transport.get_extra_info("peername") or ("", 0)
    host = str(address[0]).removeprefix("::ffff:")
    over = certificate.get("notAfter")
    return ProvenPeer(
        tuple(value for kind, value in names if kind == "URI"),
        source=f"{host}:{address[1]}",
        serial=serial_number(str(certificate.get("serialNumber", ""))),
        until=float(ssl.cert_time_to_seconds(over)) if over else 0.0,
    )


def _local(connection: socket.socket) -> ProvenPeer:
    """Root, our own user and members of our group are entitled (unix(7), SO_PEERCRED)."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, gid = _CREDENTIALS.unpack(raw)
    entitled = uid in (0, os.geteuid()) or os.getegid() in (gid, *_groups(connection))
    return ProvenPeer(local=f"local:{_user(uid)}" if entitled else "", source="local")


def _groups(connection: socket.socket) -> tuple[int, ...]:
    """The supplementary groups of the peer; none where the kernel doesn't say."""
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, _GROUPS * 4)
    except OSError:
        return ()
    return struct.unpack(f"{len(raw) // 4}I", raw)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_id(name: str) -> int | None:
    """The number of a group, or None where there is no such group."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None
