"""One dialogue with one device, from connecting to hanging up, within one thread."""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import paramiko
from netmiko.base_connection import BaseConnection
from netmiko.exceptions import ConfigInvalidException, NetmikoBaseException, ReadTimeout

from cmsp_agent.aio.clock import Clock
from cmsp_agent.model.errors import (
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceError,
    DeviceUnreachable,
)
from cmsp_agent.transports.ssh.driver import on_shell
from cmsp_agent.transports.ssh.handshake import check_host_key, exchange_keys, hang_up, log_in, open_shell
from cmsp_agent.transports.ssh.hostkeys import HostKey
from cmsp_agent.transports.ssh.target import CliLimits, CliTarget
from cmsp_agent.transports.ssh.wire import Wire

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
        self._limits = limits
        self._clock = clock
        self._wire = Wire()
        self._line: BaseConnection | None = None

    def abort(self) -> None:
        """Cut the connection, from any thread, at once."""
        self._wire.abort()

    def carry_out(self, work: Callable[["SshSession"], T]) -> T:
        """Connect, log in, do the work, hang up.

        Raises:
            DeviceError: the kind that says what to do next.
        """
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
            self.stage = "terminal"
            self._line = self._prepare(open_shell(transport, self.target, self._limits))
            return work(self)

    def _prepare(self, shell: paramiko.Channel) -> BaseConnection:
        """Find the prompt, turn paging off, enable. netmiko gets no password: the login is behind us."""
        line = on_shell(self.target.platform, shell, self.target.address, self._limits.prompt)
        enable = self.target.credential.enable
        if enable is not None and not line.check_enable_mode():
            self.stage = "enable"
            line.secret = enable.reveal()
            try:
                line.enable()
            except (ValueError, ReadTimeout):
                raise AuthenticationRejected(f"{self.target}: the enable secret was refused") from None
            finally:
                line.secret = ""
        return line

    def command(self, text: str, within: float | None = None) -> str:
        """Send one exec command; its output without echo and prompt, lines ended by a bare newline.

        Bytes that are not UTF-8 come as surrogate escapes.

        Raises:
            DeviceUnreachable: no prompt within the time, or the device hung up.
            DeviceAnswerInvalid: more output than a session may receive.
        """
        assert self._line is not None
        self.stage = repr(text if text.startswith("show ") else text.partition(" ")[0])  # the rest may hold a secret
        output = self._line.send_command(
            text, expect_string=self._prompt(), read_timeout=within or self._limits.command, auto_find_prompt=False
        )
        return str(output)

    def configure(self, lines: Sequence[str]) -> str:
        """Enter configuration mode, send the lines, leave it; what the device said to them.

        Raises:
            CommandRejected: a line was refused; those before it have taken effect.
        """
        assert self._line is not None
        self.stage = "configuration mode"
        return self._line.send_config_set(lines, error_pattern=r"^% ?\w.*", read_timeout=self._limits.command)

    def save(self) -> str:
        """Make the running configuration the one that the device starts with."""
        assert self._line is not None
        self.stage = "saving"
        return self._line.save_config()

    def _prompt(self) -> str:
        """The prompt at the very end of what came: inside the output, its text is only text."""
        assert self._line is not None
        return rf"(?m)^{re.escape(self._line.base_prompt)}[^\n]{{0,60}}[#>$%\]]\s*\Z"

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Library errors as ours. Their texts are left out: netmiko quotes device output in them."""
        try:
            yield
        except DeviceError:
            raise
        except ConfigInvalidException:
            raise CommandRejected(f"{self.target}: a configuration line was refused") from None
        except ReadTimeout:
            raise self._cut(f"no prompt in time after {self.stage}") from None
        except (NetmikoBaseException, paramiko.SSHException, EOFError, OSError):
            raise self._cut(f"the device ended the session at {self.stage}") from None
        except ValueError:
            raise DeviceAnswerInvalid(f"{self.target}: no prompt was recognised at {self.stage}") from None

    def _cut(self, why: str) -> DeviceError:
        if self._wire.overflowed:
            return DeviceAnswerInvalid(
                f"{self.target}: sent more than {self._limits.received} bytes, cut off at {self.stage}"
            )
        return DeviceUnreachable(f"{self.target}: {why}")
