"""paramiko's transport, which asks for the login service once, and misses no answer however soon it comes.

Servers that keep to RFC 4253 section 10 end a connection that asks a second time.
"""

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import paramiko
from paramiko.auth_handler import AuthOnlyHandler
from paramiko.common import cMSG_SERVICE_REQUEST


class LoginHandler(AuthOnlyHandler):
    """As paramiko's own, but the event of an answer is there before the question is sent.

    paramiko makes it afterwards: an answer that came in between was waited for until the deadline.
    """

    _answered: threading.Event | None = None

    @property
    def auth_event(self) -> threading.Event | None:
        """Set when the server has answered the request that was sent last."""
        return self._answered

    @auth_event.setter
    def auth_event(self, event: threading.Event | None) -> None:
        """What paramiko would put in its place comes too late."""

    def send_auth_request(
        self, username: str, method: str, finish_message: Callable[[paramiko.Message], None] | None = None
    ) -> list[str]:
        """Ask for a login and wait for the answer; what else the server wants, if it wants more.

        Raises:
            SSHException: refused, or no answer in time.
        """
        self._answered = threading.Event()
        further: list[str] = super().send_auth_request(username, method, finish_message)
        return further


class Transport(paramiko.ServiceRequestingTransport):  # type: ignore[name-defined,misc]
    """As paramiko's own; `auth_timeout` holds for the service too."""

    _service_userauth_accepted: bool

    def __init__(self, sock: socket.socket, window: int) -> None:
        super().__init__(sock, default_window_size=window)
        self._accepted = threading.Event()
        self.offered: Mapping[str, Sequence[str]] = {}
        """What the server permits, by paramiko's name of each kind; empty until it said so."""

    def _really_parse_kex_init(self, m: paramiko.Message, ignore_first_byte: bool = False) -> dict[str, Any]:
        parsed: dict[str, Any] = super()._really_parse_kex_init(m, ignore_first_byte)
        self.offered = {kind: tuple(names) for kind, names in parsed.items() if isinstance(names, list)}
        return parsed

    def _parse_service_accept(self, m: paramiko.Message) -> None:
        super()._parse_service_accept(m)
        self._accepted.set()

    def ensure_session(self) -> None:
        """Ask for the login service, unless that was done.

        Raises:
            SSHException: no answer in time, or the connection ended.
        """
        if self._service_userauth_accepted:
            return
        request = paramiko.Message()
        request.add_byte(cMSG_SERVICE_REQUEST)
        request.add_string("ssh-userauth")
        self._send_message(request)
        waited = 0.0
        while not self._accepted.wait(0.1):
            waited += 0.1
            if not self.is_active() or waited >= self.auth_timeout:
                raise paramiko.SSHException("no login service")
        self.auth_handler = self.get_auth_handler()

    def get_auth_handler(self) -> LoginHandler:
        """What asks for the login."""
        return LoginHandler(self)
