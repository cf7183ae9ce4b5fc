"""The notification channel `smtp`: mails over SMTP (RFC 5321)."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from cmsp_agent.plugin.api import ChannelSettings, Delivery, DeliveryFailed, NotificationChannel, Secret, hook

API_VERSION = 1
LAST_ANSWER = 600.0
"""Seconds that the answer to a whole mail may take (RFC 5321, 4.5.3.2.6): who asks sooner sends it twice."""
FAREWELL = 5.0
"""Seconds for the answer to QUIT, which says nothing of the mail."""
NOT_FOR_GOOD = (503, 530, 552)
"""Codes from 500 on to a recipient that are about us, or to be taken for passing ones (RFC 5321, 4.5.3.1.10)."""
RcptAnswers = Mapping[str, tuple[int, bytes]]
"""Recipient → what the server answers to it: code and words."""


@hook
def notification_channels() -> list[NotificationChannel]:
    """Register the channel."""
    return [NotificationChannel("smtp", deliver, addressed=True, needs=("host", "from"))]


def deliver(delivery: Delivery, settings: ChannelSettings) -> None:
    """Hand a mail in; it is the server's when this returns.

    Raises:
        DeliveryFailed: with what the server said, or why it can't be asked. No secret is in the text.
    """
    host, sender = str(settings["host"]), str(settings["from"])
    user, password = str(settings.get("user", "")), settings.get("password")
    try:
        with _connected(host, settings) as server:
            if user and isinstance(password, Secret):
                server.login(user, password.reveal())
            refused = server.send_message(message_of(delivery, sender), sender, delivery.recipients)
    except smtplib.SMTPAuthenticationError as error:
        raise DeliveryFailed(f"{host}: it refuses our user: {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(host, error.recipients) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise DeliveryFailed(f"{host}: {_said(error)}") from None
    if refused:
        raise _refusal(host, refused, remaining=sorted(refused))


def _refusal(host: str, refused: RcptAnswers, remaining: Sequence[str] = ()) -> DeliveryFailed:
    for_good = [whom for whom, (code, _) in refused.items() if code >= 500 and code not in NOT_FOR_GOOD]
    return DeliveryFailed(f"{host}: it refuses {_refused(refused)}", remaining, for_good)


class _Plain(smtplib.SMTP):
    """Waits for the answer to a whole mail as long as it may take."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the mail."""
        if self.sock is not None:
            self.sock.settimeout(max(LAST_ANSWER, self.timeout))
        return super().data(msg)

    def leave(self) -> None:
        """Say goodbye; what the server answers to that is no failure of the mail."""
        with suppress(smtplib.SMTPException, OSError):
            if self.sock is not None:
                self.sock.settimeout(FAREWELL)
                self.quit()
        self.close()


class _Encrypted(_Plain, smtplib.SMTP_SSL):
    """The same over TLS from the beginning."""


@contextmanager
def _connected(host: str, settings: ChannelSettings) -> Iterator[smtplib.SMTP]:
    port, timeout, tls = int(_number(settings, "port", 25)), _number(settings, "timeout", 30.0), settings.get("tls")
    context = ssl.create_default_context()
    encrypted = tls == "tls"
    server = (
        _Encrypted(host, port, timeout=timeout, context=context) if encrypted else _Plain(host, port, timeout=timeout)
    )
    try:
        if tls not in ("tls", "none"):
            server.starttls(context=context)
        yield server
    finally:
        server.leave()


def _number(settings: ChannelSettings, name: str, default: float) -> float:
    value = settings.get(name, default)
    return value if isinstance(value, int | float) else default


def message_of(delivery: Delivery, sender: str) -> EmailMessage:
    """The mail; those of one incident hang together."""
    domain = sender.rpartition("@")[2]
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(delivery.recipients)
    message["Subject"] = delivery.subject
    message["Date"] = formatdate(delivery.created_at / 1000, localtime=False)
    message["Message-ID"] = f"<{delivery.id}@{domain}>"
    if delivery.thread:
        first = f"<incident-{delivery.thread}@{domain}>"
        message["In-Reply-To"] = first
        message["References"] = first
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply
    message.set_content(delivery.text)
    return message


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {text}"[:300]
    return (getattr(error, "strerror", "") or str(error) or "no answer in time")[:300]


def _refused(recipients: RcptAnswers) -> str:
    """Whom a server does not take mail for, and with which words."""
    said = (f"{whom} ({code} {text.decode('utf-8', 'replace')})" for whom, (code, text) in sorted(recipients.items()))
    return ", ".join(said)[:300]
