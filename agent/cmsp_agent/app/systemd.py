"""Notifies systemd: ready, reloading, stopping, and that the event loop still turns (sd_notify(3))."""

import logging
import os
import socket
import time
from collections.abc import Mapping

from cmsp_agent.aio.clock import Clock

log = logging.getLogger(__name__)


class Notifier:
    """Speaks to the socket that systemd named; silent where there is none."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self.watchdog_seconds = int(environment.get("WATCHDOG_USEC", "0")) / 1e6

    def ready(self, status: str) -> None:
        """All parts are started."""
        self._send(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """The file is being read again; `ready` follows."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The way down has begun."""
        self._send("STOPPING=1")

    async def beat(self, clock: Clock) -> None:
        """Notify the watchdog, twice in its period, that the loop turns; without a watchdog, do nothing."""
        while True:
            if self.watchdog_seconds:
                self._send("WATCHDOG=1")
            await clock.sleep(self.watchdog_seconds / 2 if self.watchdog_seconds else 3600)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
                sender.sendto(message.encode(), self._address)
        except OSError as error:
            log.warning("systemd could not be notified", extra={"error": str(error)})
