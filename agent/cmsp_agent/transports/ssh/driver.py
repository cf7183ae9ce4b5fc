"""Uses netmiko's knowledge of prompts, paging and enable on a shell that we opened ourselves."""

import codecs
import functools
from collections.abc import Collection
from typing import Any

import paramiko
from netmiko.base_connection import BaseConnection
from netmiko.channel import SSHChannel
from netmiko.exceptions import ReadException
from netmiko.ssh_dispatcher import CLASS_MAPPER

CHUNK = 65536


class AttentiveChannel(SSHChannel):
    """netmiko's channel, which notices when the far end is gone and keeps bytes that are not UTF-8."""

    def __init__(self, conn: paramiko.Channel, encoding: str) -> None:
        super().__init__(conn, encoding)
        self._shell = conn
        # Escaped bytes come out again when the text is encoded the same way: a banner in Latin-1 stays what it was.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def read_buffer(self) -> str:
        """What is there, or nothing; netmiko's own would wait out its timeout on a dead connection.

        Raises:
            ReadException: closed, and everything has been read.
        """
        if self._shell.recv_ready():
            return self._decoder.decode(self._shell.recv(CHUNK))
        if self._shell.closed or self._shell.eof_received:
            raise ReadException("the device closed the session")
        return ""


class _OnOpenShell(BaseConnection):
    """Takes the place of netmiko's own way in and out; everything between is the platform's class."""

    def establish_connection(self, width: int = 511, height: int = 1000) -> None:  # noqa: ARG002
        shell: Any = self.sock  # netmiko calls it a socket and takes a channel
        self.remote_conn = shell
        self.remote_conn_pre = None
        self.channel = AttentiveChannel(shell, self.encoding)
        self.special_login_handler()

    def cleanup(self, command: str = "") -> None:
        """Say nothing more: closing the session frees the device's line."""


def known_drivers() -> Collection[str]:
    """The platforms that netmiko knows."""
    return CLASS_MAPPER.keys()


@functools.cache
def _driver(platform: str) -> Any:
    base: type[BaseConnection] = CLASS_MAPPER[platform]
    return type(f"{base.__name__}OnOpenShell", (_OnOpenShell, base), {})


def on_shell(platform: str, shell: paramiko.Channel, host: str, within: float) -> BaseConnection:
    """The command line of a platform on an open shell: prompt found, paging off.

    Args:
        platform: netmiko's device_type.
        shell: open and logged in; no password is needed any more.
        host: for netmiko's texts.
        within: seconds to wait for each prompt.

    Raises:
        ValueError: netmiko knows no such platform, or no prompt was recognised.
        ReadTimeout, ReadException: silent, or hung up.
    """
    if platform not in CLASS_MAPPER:
        raise ValueError(f"unknown platform {platform!r}")
    line: BaseConnection = _driver(platform)(host=host, device_type=platform, sock=shell, read_timeout_override=within)
    line.read_timeout_override = None  # from here on each command brings its own
    return line
