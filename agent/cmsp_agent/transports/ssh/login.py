"""The login: the password is said once, to one question for it. Whatever else is asked is named and not answered."""

import re

import paramiko

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import AuthenticationRejected, DeviceUnreachable
from cmsp_agent.model.secret import Secret
from cmsp_agent.transports.ssh.prompts import is_password, plain
from cmsp_agent.transports.ssh.target import CliLimits, CliTarget

_WILL_EXPIRE = re.compile(r"(?i)\b(?:will expire|expires) (?:in|on|within)\b")
"""A notice that asks for nothing."""


class NotAnswered(paramiko.SSHException):
    """The server asked for something else than the password."""


class LoginAnswers:
    """What a keyboard-interactive login is given (RFC 4256)."""

    def __init__(self, password: Secret) -> None:
        self._password = password
        self._said = False

    def __call__(self, title: str, instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        """The password for one hidden question for it; none for a message without a question."""
        if not prompts:
            return []
        asked = "; ".join(plain(str(text)).strip() for text, _ in prompts)[:80]
        about = _WILL_EXPIRE.sub("", f"{title} {instructions} {asked}")
        if len(prompts) > 1 or prompts[0][1] or self._said or not is_password(_one_line(asked)):
            raise NotAnswered(f"the device asks {asked!r}, which only a person may answer")
        if not is_password(_one_line(about)):
            raise NotAnswered(f"the device asks {_one_line(about)[:120]!r}, which only a person may answer")
        self._said = True
        return [self._password.reveal()]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def log_in(transport: paramiko.Transport, target: CliTarget, limits: CliLimits, clock: Clock) -> None:
    """Authenticate by password, or by the keyboard-interactive form of it.

    Raises:
        AuthenticationRejected: refused, or the server closed the connection after it.
        DeviceUnreachable: no answer in time.
    """
    password = target.credential.password
    if password is None:
        raise AuthenticationRejected(f"{target}: no password is configured for user {target.credential.user!r}")
    started = clock.monotonic()
    try:
        _authenticate(transport, target.credential.user, password)
    except NotAnswered as error:
        raise AuthenticationRejected(f"{target}: {error}") from None
    except paramiko.BadAuthenticationType as error:
        accepted = ", ".join(error.allowed_types)
        raise AuthenticationRejected(f"{target}: takes no passwords (only {accepted})") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        if clock.monotonic() - started >= limits.login:
            silent = f"{target}: no answer to the login within {limits.login:g} s"
            raise DeviceUnreachable(silent) from error
        # A server that hangs up on the password has refused it, for all we know: trying again could lock the account.
        raise AuthenticationRejected(f"{target}: the login of user {target.credential.user!r} was refused") from error


def _authenticate(transport: paramiko.Transport, user: str, password: Secret) -> None:
    """One attempt: the method `password`, or the same over questions where the server has only those."""
    try:
        further = transport.auth_password(user, password.reveal(), fallback=False)
    except paramiko.BadAuthenticationType as error:
        if "keyboard-interactive" not in error.allowed_types:
            raise
        further = transport.auth_interactive(user, LoginAnswers(password))
    if further:
        raise NotAnswered(f"after the password the device wants more: {', '.join(further)}")
