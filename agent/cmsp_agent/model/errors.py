"""The error tree. An error's type says what to do next; its text says where and how to mend it, and no secret."""

from collections.abc import Sequence
from dataclasses import dataclass


class AgentError(Exception):
    """The root. `exit_code` is what a command ends with (0 done, 1 failed, 2 usage, 3 refused, 4 unreachable)."""

    exit_code = 1
    retryable = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file: where, at which path, and what is wrong."""

    file: str
    line: int
    path: str
    text: str
    column: int = 0

    def __str__(self) -> str:
        place = ":".join([self.file, *(str(each) for each in (self.line, self.column) if each)])
        return f"{place}: {self.path}: {self.text}" if self.path else f"{place}: {self.text}"


class ConfigurationError(AgentError):
    """The YAML file can't be used; carries every problem found, not the first only."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class SecretUnusable(ConfigurationError):
    """A secret that the file names is missing, or can't be read as it is."""


class Refused(AgentError):
    """Not done, and rightly so: tier, order or role forbid it. The text names the source of the rule."""

    exit_code = 3


class NotFound(AgentError):
    """There is no such component, incident, backup or job."""

    exit_code = 2


class NoneYet(NotFound):
    """What is asked for by a word that is right is not there yet: a first backup, one that is known to be good."""

    exit_code = 1


class Conflict(AgentError):
    """Somebody else changed it first, or it is in a state that does not allow this."""


class DeviceError(AgentError):
    """A device did not do what it was asked to do."""


class DeviceUnreachable(DeviceError):
    """No answer in time: worth another try."""

    exit_code = 4
    retryable = True


class DeviceBusy(DeviceUnreachable):
    """It answers, and does something else now: another time may do."""


class AuthenticationRejected(DeviceError):
    """Wrong user, password, community or key. Retrying would lock the account."""


class DeviceAnswerInvalid(DeviceError):
    """The answer is garbage, cut short, too large or not authentic."""


class CommandRejected(DeviceError):
    """The device understood and said no (`% Invalid input`, `% Authorization failed`)."""


class NotPermittedHere(DeviceError):
    """This machine does not let us ask (a closed ping socket, say). Says nothing about the device."""


class StorageError(AgentError):
    """A database or a file could not be read or written."""


class DatabaseCorrupt(StorageError):
    """The file is damaged; it has been or must be set aside."""


class StorageFull(StorageError):
    """No room left. Nothing was stored; may be tried again when room was made."""

    retryable = True


class HeadendError(AgentError):
    """The head-end did not take what we sent."""


class HeadendUnreachable(HeadendError):
    """No connection, no answer, or one that makes no sense."""

    exit_code = 4
    retryable = True


class CannotListen(AgentError):
    """A port, an address or a socket's path can't be opened now: another program has it, or it is not permitted."""

    exit_code = 2
    retryable = True


class PluginError(AgentError):
    """A plugin could not be loaded, raised, or returned something that is not what the hook promises."""
