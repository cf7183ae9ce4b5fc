"""The notification channel `webhook`: each notification posted to a web address as JSON."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import SplitResult, urlsplit

from cmsp_agent.plugin.api import ChannelSettings, Delivery, DeliveryFailed, NotificationChannel, Secret, hook

API_VERSION = 1
MOST_ANSWER = 4096
"""Octets of an answer that are read, so that the connection is left in order; nothing is made of them."""


@hook
def notification_channels() -> list[NotificationChannel]:
    """Register the channel."""
    return [NotificationChannel("webhook", deliver, digest=False, needs=("url",))]


def deliver(delivery: Delivery, settings: ChannelSettings) -> None:
    """Post a notification; it is the receiver's when this returns. Redirections are not followed.

    Raises:
        DeliveryFailed: with the status, or why it can't be asked. No secret is in the text.
    """
    where, token, timeout = urlsplit(str(settings["url"])), settings.get("token"), settings.get("timeout")
    headers = {"Content-Type": "application/json", "Idempotency-Key": delivery.id}
    if isinstance(token, Secret):
        headers["Authorization"] = f"Bearer {token.reveal()}"
    within = timeout if isinstance(timeout, int | float) else 10.0
    connection = _connection(where, within)
    try:
        target = (where.path or "/") + (f"?{where.query}" if where.query else "")
        connection.request("POST", target, json.dumps(delivery.document).encode(), headers)
        with _cut_off(connection, 1.5 * within):
            answer = connection.getresponse()
            with suppress(OSError, http.client.HTTPException):  # its status has decided
                answer.read(MOST_ANSWER)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = (error.strerror or str(error) or "no answer in time") if isinstance(error, OSError) else ""
        raise DeliveryFailed(f"{where.hostname}: {why or 'its answer is not HTTP'}") from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise DeliveryFailed(f"{where.hostname}: it answers {answer.status}")


@contextmanager
def _cut_off(connection: http.client.HTTPConnection, within: float) -> Iterator[None]:
    """End the connection after so many seconds: `timeout` alone waits as long for each octet of an answer."""
    timer = threading.Timer(within, _shut_down, (connection.sock,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shut_down(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _connection(where: SplitResult, timeout: float) -> http.client.HTTPConnection:
    host = where.hostname or ""
    if where.scheme == "http":
        return http.client.HTTPConnection(host, where.port, timeout=timeout)
    return http.client.HTTPSConnection(host, where.port, timeout=timeout, context=ssl.create_default_context())
