"""From a TCP connection to keys that are checked, and from a login to a shell. Each step with its own deadline."""

import logging
from collections.abc import Sequence

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import DeviceAnswerInvalid, DeviceUnreachable
from cmsp_agent.transports.ssh.algorithms import none_in_common, offer
from cmsp_agent.transports.ssh.hostkeys import HostKey
from cmsp_agent.transports.ssh.service import Transport
from cmsp_agent.transports.ssh.target import (
    CliLimits,
    CliTarget,
    HostKeyChanged,
    LegacyAlgorithmsOnly,
    NoAlgorithmInCommon,
)
from cmsp_agent.transports.ssh.wire import HANDSHAKE_BYTES, MeteredSocket

TERMINAL = "vt100"
WIDTH, HEIGHT = 511, 1000
"""Columns and lines: wide enough that IOS wraps no configuration line."""

WINDOW = 1024 * 1024
"""Bytes that a device may send unread: what one greedy session can hold in memory."""


def quieten_paramiko() -> None:
    """Keep paramiko out of the log: what it would write holds passwords."""
    logger = logging.getLogger("paramiko")
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False


def exchange_keys(
    sock: MeteredSocket, target: CliTarget, pinned: Sequence[HostKey], limits: CliLimits, clock: Clock
) -> Transport:
    """Agree on keys with the server; the transport is closed again where that fails.

    Raises:
        DeviceUnreachable: silent, or closed the connection.
        DeviceAnswerInvalid: what it says is not SSH 2.
        LegacyAlgorithmsOnly: no algorithm in common, unless legacy ones are permitted.
        NoAlgorithmInCommon: nor then.
    """
    transport = Transport(sock, WINDOW)
    transport.banner_timeout = limits.banner
    transport.handshake_timeout = limits.key_exchange
    transport.auth_timeout = limits.login
    transport.channel_timeout = limits.channel
    offer(transport, target.legacy, (key.algorithm for key in pinned))
    started = clock.monotonic()
    try:
        transport.start_client(timeout=limits.key_exchange)
        transport.get_remote_server_key()  # raises where the wait above ran out before the keys were agreed
    except IncompatiblePeer as error:
        hang_up(transport)
        raise _incompatible(transport, target, error) from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        waited = clock.monotonic() - started
        hang_up(transport)
        raise _handshake_failure(target, transport, waited, limits, sock) from error
    return transport


def _incompatible(
    transport: Transport, target: CliTarget, error: IncompatiblePeer
) -> LegacyAlgorithmsOnly | NoAlgorithmInCommon:
    """What each side has of the kind on which they disagree, and who can change that."""
    lacking, legacy_helps = none_in_common(transport.offered, target.legacy)
    what = "; ".join(lacking) or str(error)
    if legacy_helps:
        return LegacyAlgorithmsOnly(
            f"{target}: no SSH algorithm in common: {what}; old devices need ssh: {{legacy: true}}"
        )
    return NoAlgorithmInCommon(f"{target}: no SSH algorithm in common: {what}; permit one of those on the device")


def _handshake_failure(
    target: CliTarget, transport: paramiko.Transport, waited: float, limits: CliLimits, sock: MeteredSocket
) -> DeviceUnreachable | DeviceAnswerInvalid:
    if sock.overflowed:
        return DeviceAnswerInvalid(f"{target}: sent more than {HANDSHAKE_BYTES} bytes, yet no SSH keys")
    if waited >= min(limits.banner, limits.key_exchange):
        stage = "SSH key exchange" if transport.remote_version else "SSH banner"
        return DeviceUnreachable(f"{target}: no {stage} within {waited:.0f} s")
    if transport.remote_version:
        return DeviceUnreachable(f"{target}: the connection ended during the SSH key exchange")
    return DeviceAnswerInvalid(f"{target}: what answers there does not speak SSH 2")


def check_host_key(transport: paramiko.Transport, target: CliTarget, pinned: Sequence[HostKey]) -> HostKey:
    """The key that the server proved to hold.

    Raises:
        HostKeyChanged: other keys are pinned.
    """
    shown = transport.get_remote_server_key()
    key = HostKey(shown.get_name(), shown.asbytes())
    if pinned and key not in pinned:
        known = ", ".join(one.fingerprint for one in pinned)
        raise HostKeyChanged(
            f"{target}: the SSH host key changed: pinned {known}, now shown {key.fingerprint} ({key.algorithm}); "
            f"if the device was replaced: cmsp-agent component host-key {target.name or 'COMPONENT'} --forget"
        )
    return key


def open_shell(transport: paramiko.Transport, target: CliTarget, limits: CliLimits) -> paramiko.Channel:
    """A terminal with a shell on it, ready to be read without blocking endlessly.

    Raises:
        DeviceUnreachable: refused or not opened in time (every VTY in use, mostly).
    """
    try:
        channel = transport.open_session(timeout=limits.channel)
        channel.settimeout(limits.channel)
        channel.get_pty(term=TERMINAL, width=WIDTH, height=HEIGHT)
        channel.invoke_shell()
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise DeviceUnreachable(f"{target}: the device opened no terminal; are all its VTYs in use?") from error
    return channel


def hang_up(transport: paramiko.Transport) -> None:
    """Close the transport and wait for its thread, which looks up every 0.1 s."""
    transport.close()
    transport.packetizer.complete_handshake()  # else its timer's thread lives on after a handshake that failed
    transport.join(1.0)
