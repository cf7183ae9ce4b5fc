"""One dialogue with one device, from connecting to hanging up, within one thread."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import paramiko

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import DeviceAnswerInvalid, DeviceError, DeviceUnreachable
from cmsp_agent.transports.ssh.command_line import CommandLine, Renamed, Whole
from cmsp_agent.transports.ssh.handshake import check_host_key, exchange_keys, hang_up, open_shell
from cmsp_agent.transports.ssh.hostkeys import HostKey
from cmsp_agent.transports.ssh.login import log_in
from cmsp_agent.transports.ssh.prompts import PromptAnswers, last_words
from cmsp_agent.transports.ssh.scp import send_file
from cmsp_agent.transports.ssh.target import CliLimits, CliTarget
from cmsp_agent.transports.ssh.terminal import HungUp, Silent, Terminal
from cmsp_agent.transports.ssh.wire import Wire

AGAIN = 2
"""How often a command is sent again where the device was renamed while it answered."""

T = TypeVar("T")


class SshSession:
    """What `work` is given: the device's command line, logged in and, where a secret is known, enabled.

    Everything but `abort` belongs to the thread that carries the dialogue out.
    """

    def __init__(self, target: CliTarget, pinned: Sequence[HostKey], limits: CliLimits, clock: Clock) -> None:
        self.target = target
        self.stage = "connecting"
        self.proven: HostKey | None = None
        """The host key, once a login over it succeeded."""
        self._pinned = pinned
        self._limits = replace(
            limits, login=target.login_timeout or limits.login, silence=target.silence or limits.silence
        )
        self._clock = clock
        self._wire = Wire()
        self._line: CommandLine | None = None

    def abort(self) -> None:
        """Cut the connection, from any thread, at once."""
        self._wire.abort()

    def carry_out(self, work: Callable[["SshSession"], T]) -> T:
        """Connect, log in, do the work, hang up.

        Raises:
            DeviceError: the kind that says what to do next.
        """
        with self._logged_in() as transport:
            self.stage = "terminal"
            self._line = self._prepare(open_shell(transport, self.target, self._limits))
            return work(self)

    def upload(self, path: str, content: bytes) -> None:
        """Connect, log in, copy a file to the device by SCP, hang up.

        Raises:
            CommandRejected: the device takes no file there.
            DeviceError: as `carry_out`.
        """
        with self._logged_in() as transport:
            self.stage = "copying the file"
            send_file(transport, self.target, path, content, self._limits)

    @contextlib.contextmanager
    def _logged_in(self) -> Iterator[paramiko.Transport]:
        with contextlib.ExitStack() as open_things, self._translated():
            open_things.callback(self._wire.close)
            sock = self._wire.open(self.target, self._limits.connect)
            self.stage = "SSH banner and key exchange"
            transport = exchange_keys(sock, self.target, self._pinned, self._limits, self._clock)
            open_things.callback(hang_up, transport)
            sock.allowance = self._limits.received
            shown = check_host_key(transport, self.target, self._pinned)
            self.stage = "login"
            log_in(transport, self.target, self._limits, self._clock)
            self.proven = shown
            yield transport

    def _prepare(self, shell: paramiko.Channel) -> CommandLine:
        """Find the prompt, turn paging off, enable."""
        limits = self._limits
        line = CommandLine(Terminal(shell), self.target, limits.login, limits.silence)
        line.start()
        enable = self.target.credential.enable
        if enable is not None and not line.privileged():
            self.stage = "enable"
            line.enable(enable)
        return line

    def command(self, text: str, complete: Whole | None = None) -> str:
        """Send one exec command; its output without echo and prompt, lines ended by a bare newline.

        Bytes that are not UTF-8 come as surrogate escapes. Where the device is renamed meanwhile it is sent again.

        Args:
            text: the command.
            complete: knows a whole output; until then a prompt in it is only text.

        Raises:
            DeviceUnreachable: silent for longer than the device may be, or it hung up.
            DeviceAnswerInvalid: more output than a session may receive.
        """
        assert self._line is not None
        self._name_stage(text)
        for _ in range(AGAIN):
            with contextlib.suppress(Renamed):
                return self._line.command(text, complete)
        return self._line.command(text, complete)

    def change(self, text: str, answers: PromptAnswers = ()) -> str:
        """Send one command that changes the device: once, even if its name changes meanwhile. Raises as `command`."""
        assert self._line is not None
        self._name_stage(text)
        return self._line.command(text, answers=answers, renames=True)

    def _name_stage(self, text: str) -> None:
        self.stage = repr(text if text.startswith("show ") else text.partition(" ")[0])  # the rest may hold a secret

    def configure(self, lines: Sequence[str]) -> str:
        """Enter configuration mode, send the lines, leave it; what the device said to them.

        Raises:
            CommandRejected: a line was refused; those before it have taken effect.
        """
        assert self._line is not None
        self.stage = "configuration mode"
        return self._line.configure(list(lines))

    def save(self) -> str:
        """Make the running configuration the one that the device starts with."""
        assert self._line is not None
        self.stage = "saving"
        return self._line.save()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Library errors as ours."""
        try:
            yield
        except DeviceError:
            raise
        except Renamed:
            raise DeviceAnswerInvalid(f"{self.target}: its prompt changes all the time at {self.stage}") from None
        except Silent as silent:
            raise self._cut(f"no prompt in time after {self.stage}{self._last_words(silent)}") from None
        except HungUp as over:
            raise self._cut(f"the device ended the session at {self.stage}{self._last_words(over)}") from None
        except (paramiko.SSHException, EOFError, OSError):
            raise self._cut(f"the device ended the session at {self.stage}") from None

    def _last_words(self, end: Silent | HungUp) -> str:
        """What the device said last, where no configuration can be in it."""
        said = last_words(str(end)) if self.stage == "terminal" else ""
        return f": it said {said!r}" if said else ""

    def _cut(self, why: str) -> DeviceError:
        if self._wire.overflowed:
            return DeviceAnswerInvalid(
                f"{self.target}: sent more than {self._limits.received} bytes, cut off at {self.stage}"
            )
        return DeviceUnreachable(f"{self.target}: {why}")
