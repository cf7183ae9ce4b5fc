"""Notifications posted to a web address as JSON: blocking, to be run in a thread. Knows nothing of incidents."""

import http.client
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cmsp_agent.model.machine_faults import reason_of
from cmsp_agent.model.notification import DeliveryFailed
from cmsp_agent.model.secret import Secret

MOST_ANSWER = 4096
"""Octets of an answer that are read, so that the connection is left in order; nothing is made of them."""


class WebhookFailed(DeliveryFailed):
    """The address can't be reached, or does not take it; the text says which."""


@dataclass(frozen=True, slots=True)
class WebhookAccess:
    """Where notifications are posted to, and by which token."""

    url: str
    token: Secret | None = field(default=None, repr=False)
    timeout: float = 10.0
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    """None: the system's certificate authorities."""


def post(access: WebhookAccess, document: str, delivery: str) -> None:
    """Post a document; it is the receiver's when this returns. Redirections are not followed.

    Args:
        access: where to.
        document: JSON.
        delivery: the same for each attempt, by which the receiver knows a repetition (`Idempotency-Key`).

    Raises:
        WebhookFailed: with the status, or why it can't be asked. No secret is in the text.
    """
    where = urlsplit(access.url)
    headers = {"Content-Type": "application/json", "Idempotency-Key": delivery}
    if access.token is not None:
        headers["Authorization"] = f"Bearer {access.token.reveal()}"
    connection = _connection(access)
    try:
        target = (where.path or "/") + (f"?{where.query}" if where.query else "")
        connection.request("POST", target, document.encode(), headers)
        answer = connection.getresponse()
        answer.read(MOST_ANSWER)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = reason_of(error) if isinstance(error, OSError) else "its answer is not HTTP"
        raise WebhookFailed(f"{where.hostname}: {why}") from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise WebhookFailed(f"{where.hostname}: it answers {answer.status}")


def _connection(access: WebhookAccess) -> http.client.HTTPConnection:
    where = urlsplit(access.url)
    host, timeout = where.hostname or "", access.timeout
    if where.scheme == "http":
        return http.client.HTTPConnection(host, where.port, timeout=timeout)
    context = access.trust or ssl.create_default_context()
    return http.client.HTTPSConnection(host, where.port, timeout=timeout, context=context)
