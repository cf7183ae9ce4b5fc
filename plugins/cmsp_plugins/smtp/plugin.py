"""The notification channel `smtp`: mails over SMTP (RFC 5321)."""

import smtplib
import ssl
from contextlib import ExitStack
from email.message import EmailMessage
from email.utils import formatdate

from cmsp_agent.plugin.api import ChannelSettings, Delivery, DeliveryFailed, NotificationChannel, Secret, hook

API_VERSION = 1


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
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise DeliveryFailed(f"{host}: {_said(error)}") from None
    if refused:
        raise DeliveryFailed(f"{host}: it refuses {', '.join(sorted(refused))}")


def _connected(host: str, settings: ChannelSettings) -> smtplib.SMTP:
    port, timeout, tls = int(_number(settings, "port", 25)), _number(settings, "timeout", 30.0), settings.get("tls")
    context = ssl.create_default_context()
    if tls == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    with ExitStack() as stack:
        server = smtplib.SMTP(host, port, timeout=timeout)
        stack.callback(server.close)
        if tls != "none":
            server.starttls(context=context)
        stack.pop_all()
        return server


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
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"it refuses {', '.join(sorted(error.recipients))}"
    return (getattr(error, "strerror", "") or str(error) or "no answer in time")[:300]
