"""paramiko's transport, which asks for the login service once, and not for ever where nobody answers.

Servers that keep to RFC 4253 section 10 end a connection that asks a second time.
"""

import socket
import threading

import paramiko
from paramiko.common import cMSG_SERVICE_REQUEST


class Transport(paramiko.ServiceRequestingTransport):  # type: ignore[name-defined,misc]
    """As paramiko's own; `auth_timeout` holds for the service too."""

    _service_userauth_accepted: bool

    def __init__(self, sock: socket.socket, window: int) -> None:
        super().__init__(sock, default_window_size=window)
        self._accepted = threading.Event()

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
