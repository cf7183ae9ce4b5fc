"""Mails over SMTP (RFC 5321): blocking, to be run in a thread. Knows nothing of incidents."""

import smtplib
import ssl
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate

from cmsp_agent.model.machine_faults import reason_of
from cmsp_agent.model.notification import DeliveryFailed
from cmsp_agent.model.secret import Secret


class MailFailed(DeliveryFailed):
    """The mail server can't be reached, or refuses; the text says which."""


@dataclass(frozen=True, slots=True)
class MailServerAccess:
    """Where mails are handed in, and as whom. `tls`: `none`, `starttls` or `tls`."""

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    user: str = ""
    password: Secret | None = field(default=None, repr=False)
    timeout: float = 30.0
    trust: ssl.SSLContext | None = field(default=None, repr=False)
    """None: the system's certificate authorities."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail."""

    recipients: tuple[str, ...]
    subject: str
    body: str
    message_id: str
    in_reply_to: str
    """Message-ID of the mail that it hangs together with."""
    date: float
    """Seconds since the epoch."""


def send(access: MailServerAccess, mail: Mail) -> None:
    """Hand a mail in; it is the server's when this returns.

    Raises:
        MailFailed: with what the server said, or why it can't be asked. No secret is in the text.
    """
    try:
        with _connected(access) as server:
            if access.user and access.password is not None:
                server.login(access.user, access.password.reveal())
            refused = server.send_message(_message(access.sender, mail), access.sender, mail.recipients)
    except smtplib.SMTPAuthenticationError as error:
        raise MailFailed(f"{access.host}: it refuses our user: {error.smtp_code}") from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise MailFailed(f"{access.host}: {_said(error)}") from None
    if refused:
        raise MailFailed(f"{access.host}: it refuses {', '.join(sorted(refused))}")


def _connected(access: MailServerAccess) -> smtplib.SMTP:
    context = access.trust or ssl.create_default_context()
    if access.tls == "tls":
        return smtplib.SMTP_SSL(access.host, access.port, timeout=access.timeout, context=context)
    with ExitStack() as stack:
        server = smtplib.SMTP(access.host, access.port, timeout=access.timeout)
        stack.callback(server.close)
        if access.tls == "starttls":
            server.starttls(context=context)
        stack.pop_all()
        return server


def _message(sender: str, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ", ".join(mail.recipients)
    message["Subject"] = mail.subject
    message["Date"] = formatdate(mail.date, localtime=False)
    message["Message-ID"] = mail.message_id
    if mail.in_reply_to:
        message["In-Reply-To"] = mail.in_reply_to
        message["References"] = mail.in_reply_to
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply
    message.set_content(mail.body)
    return message


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {text}"[:300]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"it refuses {', '.join(sorted(error.recipients))}"
    return (getattr(error, "strerror", "") or reason_of(error))[:300]
