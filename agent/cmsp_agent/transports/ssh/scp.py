"""A file to a device by SCP, as OpenSSH's `scp` of old speaks it: its length is said before, each step is answered."""

import shlex

import paramiko

from cmsp_agent.model.errors import CommandRejected, DeviceUnreachable
from cmsp_agent.transports.ssh.target import CliLimits, CliTarget

PIECE = 16_384
LONGEST_REASON = 200
ENDS_WITHIN = 0.5
"""Seconds within which it shows that the connection ended, and not only the channel."""


def send_file(transport: paramiko.Transport, target: CliTarget, path: str, content: bytes, limits: CliLimits) -> None:
    """Copy a file to the device.

    Args:
        transport: logged in.
        target: for errors.
        path: as the device names it, such as `flash:new.cfg`.
        content: of the file.
        limits: the silence is between two answers.

    Raises:
        CommandRejected: the device refuses SCP, the path or the file.
        DeviceUnreachable: it did not answer in time.
    """
    try:
        channel = transport.open_session(timeout=limits.channel)
        channel.settimeout(limits.silence)
        channel.exec_command(f"scp -t {shlex.quote(path)}")
        _answered(channel, target)
        channel.sendall(f"C0600 {len(content)} {path.rpartition(':')[2].rpartition('/')[2]}\n".encode())
        _answered(channel, target)
        for start in range(0, len(content), PIECE):
            channel.sendall(content[start : start + PIECE])
        channel.sendall(b"\0")
        _answered(channel, target)
        channel.close()
    except TimeoutError:
        raise DeviceUnreachable(f"{target}: no answer while a file was copied to it") from None
    except paramiko.SSHException as error:
        raise CommandRejected(
            f"{target}: it takes no file by SCP ({error}); is `ip scp server enable` there?"
        ) from error


def _answered(channel: paramiko.Channel, target: CliTarget) -> None:
    """Read one answer: a zero octet, or 1 or 2 and the reason.

    Raises:
        CommandRejected: a refusal.
        DeviceUnreachable: the connection is gone.
    """
    status = channel.recv(1)
    if status == b"\0":
        return
    reason = status
    while status and not reason.endswith(b"\n") and len(reason) < LONGEST_REASON:
        status = channel.recv(LONGEST_REASON)
        reason += status
    if not reason and _cut(channel):
        raise DeviceUnreachable(f"{target}: the connection ended while a file was copied to it")
    said = reason.lstrip(b"\1\2").decode(errors="replace").strip()
    raise CommandRejected(f"{target}: it takes no file by SCP: {said or 'it hung up'}")


def _cut(channel: paramiko.Channel) -> bool:
    """Whether it is the connection that ended, and not the channel alone."""
    transport = channel.get_transport()
    transport.join(ENDS_WITHIN)
    return not transport.is_active()
