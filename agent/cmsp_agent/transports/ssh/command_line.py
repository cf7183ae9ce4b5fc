"""A device's command line: its prompt found, paging off, privileges taken, commands sent and their outputs cut out."""

import contextlib
import re
from collections.abc import Callable, Sequence

from cmsp_agent.model.errors import AuthenticationRejected, CommandRejected
from cmsp_agent.model.secret import Secret
from cmsp_agent.transports.ssh import paging, prompts
from cmsp_agent.transports.ssh.dialects import dialect_of
from cmsp_agent.transports.ssh.line_ends import bare_newlines
from cmsp_agent.transports.ssh.prompts import PromptAnswers
from cmsp_agent.transports.ssh.target import CliTarget
from cmsp_agent.transports.ssh.terminal import Terminal

_REFUSED = re.compile(r"^% ?\w.*", re.MULTILINE)

QUESTION = 3.0
"""Seconds of quiet after which a line that asks is no part of a banner."""
PAGER = 0.3
"""Seconds of quiet after which a pager is one, where paging was turned off."""
UNKNOWN_PAGER = 4.0
"""Seconds of quiet after which a line is taken for a pager that is like no known one."""
BEGUN, SHORT = 15.0, 1.0
"""Seconds of quiet after which a prompt ends an output that is not complete: one that had begun, and a refusal."""
BEGUN_LINES = 5
ASKED_AT_MOST = 50
RENAMED = 1.0
"""Seconds of quiet after which a complete output with another prompt means that the device was renamed."""

Whole = Callable[[str], bool]
"""Whether an output is whole."""


class Renamed(Exception):
    """The prompt changed while the output came."""


class CommandLine:
    """One dialogue on a terminal that is logged in."""

    def __init__(self, terminal: Terminal, target: CliTarget, login: float, silence: float) -> None:
        self._terminal = terminal
        self._target = target
        self._dialect = dialect_of(target.platform)
        self._login = login
        self._silence = silence
        self._pager_expected = False
        self._prompt = re.compile("")
        self._shown = ""
        """The prompt as it stood there last."""
        self._above = prompts.NOTHING
        """What the prompt shows in a line of its own above it: the time, as a rule."""

    def start(self) -> None:
        """Find the prompt and turn paging off.

        Raises:
            AuthenticationRejected: it asks for something that is never answered.
            Silent, HungUp: no prompt came.
        """
        self._reach_a_prompt()
        first = self._terminal.tail
        if self._dialect.from_shell and prompts.is_shell(self._last_line()):
            self._leave_the_shell()
        probe = self._dialect.paging[0] if self._dialect.paging else ""
        self._probe(probe)
        if self._dialect.from_shell and prompts.is_from_shell(self._terminal.tail):
            self._leave_the_shell()
            self._probe(probe)
        self._learn()
        self._above = prompts.line_above(first, self._terminal.tail)
        self._note_paging(self._terminal.take())
        self._terminal.replace(self._shown)  # whether we are privileged is seen by it, where no further command follows
        self._turn_paging_off(self._dialect.paging[1:])

    def _leave_the_shell(self) -> None:
        """Go on from a Unix shell to the device's own command line. Raises CommandRejected where that is not let in."""
        before, command = self._last_line().strip(), self._dialect.from_shell
        self._terminal.take()
        self._terminal.send(f"{command}\n")
        self._terminal.wait(self._past_the_shell, self._login)
        self._refuse_question()
        why = prompts.why_still_shell(self._terminal.tail)
        if why and self._last_line().strip() == before:
            raise CommandRejected(f"{self._target}: no `{command}` from its shell: the device said {why!r}")

    def _probe(self, command: str) -> None:
        """Send a harmless command, and wait until it is answered at a prompt."""
        self._terminal.send(f"{command}\n")
        self._terminal.wait(lambda: self._answered(command), self._login)
        self._refuse_question()

    def _reach_a_prompt(self) -> None:
        """Wait for it, through the pages of a long banner."""
        self._terminal.wait(self._at_a_prompt, self._login)
        while key := self._key_to_go_on():
            self._terminal.take()
            self._terminal.send(key)
            self._terminal.wait(self._at_a_prompt, self._login)
        self._refuse_question()

    def _key_to_go_on(self) -> str:
        line = self._last_line()
        if paging.is_pager(line):
            return paging.key_for(line)
        return "\n" if paging.waits_for_return(prompts.plain(self._terminal.tail)) else ""

    def _turn_paging_off(self, commands: Sequence[str]) -> None:
        for command in commands:
            with contextlib.suppress(Renamed):
                self._note_paging(self.command(command))

    def _last_line(self) -> str:
        return prompts.last_line(prompts.before_logs(self._terminal.tail))

    def _at_a_prompt(self) -> float | None:
        line = self._last_line()
        if self._question() or self._key_to_go_on():
            return QUESTION
        if self._dialect.from_shell and prompts.is_shell(line):
            return prompts.quiet_before(line) or prompts.ODD
        return prompts.quiet_before(line)

    def _asks(self, line: str) -> bool:
        return prompts.is_question(line, self._target.name)

    def _question(self) -> str:
        """What the device asks; empty where it asks nothing."""
        line = self._last_line()
        return line.strip() if self._asks(line) else prompts.asked_above(self._terminal.tail)

    def _past_the_shell(self) -> float | None:
        return None if self._terminal.tail.count("\n") == 0 else self._at_a_prompt()

    def _answered(self, probe: str) -> float | None:
        """Content at once where a prompt follows what we typed at a prompt like it."""
        line = self._last_line()
        if self._asks(line):
            return QUESTION
        if prompts.quiet_before(line) is None:
            return None
        seen = prompts.plain(self._terminal.tail)
        alike = prompts.pattern_of(line).pattern.removesuffix("$")
        return 0 if re.search(rf"(?m){alike}{re.escape(probe)}\s*$(?s:.*)\n", seen) else prompts.ODD

    def _learn(self) -> None:
        line = self._last_line()
        self._shown = prompts.once(line)
        self._prompt = prompts.pattern_of(self._shown)

    def _refuse_question(self) -> None:
        if asked := self._question():
            raise AuthenticationRejected(
                f"{self._target}: the device asks {asked[:80]!r}, which only a person may answer"
            )

    def _note_paging(self, answer: str) -> None:
        self._pager_expected = self._pager_expected or "%" in answer or "nvalid" in answer or "failed" in answer

    def privileged(self) -> bool:
        """Whether the prompt is that of a privileged user."""
        return not self._last_line().rstrip().endswith(">")

    def enable(self, secret: Secret) -> None:
        """Become privileged: the secret is typed once, at one prompt for it.

        Raises:
            AuthenticationRejected: refused.
        """
        self._terminal.take()
        self._terminal.send(f"{self._dialect.enable}\n")
        self._terminal.wait(self._password_or_prompt, self._login)
        if prompts.is_password(self._last_line()):
            if prompts.makes_a_new_one(self._terminal.text()):
                self._refuse_question()
            self._terminal.take()
            self._terminal.send(f"{secret.reveal()}\n")
            self._terminal.wait(self._password_or_prompt, self._login)
        elif self._asks(self._last_line()):
            self._refuse_question()
        if not self.privileged() or not self._prompt.match(self._last_line()):
            raise AuthenticationRejected(f"{self._target}: the enable secret was refused{self._said()}")
        self._turn_paging_off(self._dialect.paging)

    def _said(self) -> str:
        """What the device said last before its prompt, as a part of an error."""
        lines = [line.strip() for line in prompts.plain(self._terminal.text()).splitlines()[:-1]]
        return next((f": the device said {line[:80]!r}" for line in reversed(lines) if line), "")

    def _password_or_prompt(self) -> float | None:
        line = self._last_line()
        if self._asks(line):
            return 0 if prompts.is_password(line) else prompts.ODD
        return 0 if self._prompt.match(line) else None

    def command(
        self, text: str, complete: Whole | None = None, answers: PromptAnswers = (), *, renames: bool = False
    ) -> str:
        """Send one command; its output without echo and prompt.

        Args:
            text: the command.
            complete: knows a whole output; a prompt inside of it is text, unless the device says no more.
            answers: each question is answered, so many times: a device asks for each user that it removes.
            renames: the command may give the device another name: another prompt is the new one.

        Raises:
            Renamed: the output is complete, but another prompt follows.
            Silent, HungUp: in the middle of it.
        """
        self._terminal.take()
        self._terminal.send(f"{text}\n")
        left, paged = list(answers) * ASKED_AT_MOST, self._pager_expected
        while True:
            self._terminal.wait(lambda: self._done(complete, left), self._silence)
            line = self._last_line()
            asked = prompts.asked(line, left)
            if asked is not None:
                self._terminal.send(f"{left.pop(asked)[1]}\n")
                self._terminal.replace(f"{self._terminal.text()}\n")
                continue
            if not self._pages(line):
                break
            self._terminal.replace(paging.marked(self._terminal.text()))
            self._pager_expected = True
            self._terminal.send(paging.key_for(line))
        self._terminal.replace(prompts.before_logs(self._terminal.text()))
        if not self._prompt.match(line) and not self._counts(line):
            self._learn()
            if not renames:
                raise Renamed
        output = self._output(text, paged=paged)
        self._terminal.replace(line)
        return output

    def _pages(self, line: str) -> bool:
        """Whether the device waits for a key: any line like a pager's is one where paging could not be turned off."""
        unknown = self._pager_expected and not self._prompt.match(line) and paging.may_be_pager(line)
        return paging.is_pager(line) or (unknown and not paging.went_on(self._terminal.tail))

    def _counts(self, line: str) -> bool:
        """Whether it is the same prompt, in which a number moves on."""
        alike = prompts.counting(self._shown, line)
        self._prompt = alike or self._prompt
        return alike is not None

    def _done(self, complete: Whole | None, answers: PromptAnswers = ()) -> float | None:
        line = self._last_line()
        if prompts.asked(line, answers) is not None:
            return 0
        if paging.is_pager(line):
            return 0 if self._pager_expected else PAGER
        if self._prompt.match(line):
            return 0 if complete is None else self._patience(complete)
        if self._pages(line):
            return UNKNOWN_PAGER
        if prompts.quiet_before(line) is None:
            return None
        return RENAMED if complete is None or complete(self._before_last_line()) else None

    def _patience(self, complete: Whole) -> float:
        text = self._before_last_line()
        if complete(text):
            return 0
        return BEGUN if text.count("\n") > BEGUN_LINES else SHORT

    def _before_last_line(self) -> str:
        text = paging.without_pagers(self._terminal.text(), expected=True)
        return self._without_above(bare_newlines(text).rpartition("\n")[0]) + "\n"

    def _without_above(self, output: str) -> str:
        """The output without what the prompt shows above it, and without the same prompt where that is shown anew."""
        before, _, last = output.rpartition("\n")
        return before if self._above.match(prompts.plain(last)) else prompts.before_same(output, self._shown)

    def _output(self, command: str, *, paged: bool) -> str:
        text = bare_newlines(paging.without_pagers(self._terminal.text(), expected=paged))
        echo, _, rest = text.partition("\n")
        body = rest if command.strip() in prompts.plain(echo) else text
        return self._without_above(prompts.without_paste_marks(body).rpartition("\n")[0])

    def configure(self, lines: list[str]) -> str:
        """Enter configuration mode, send the lines, leave it; what the device said.

        Raises:
            CommandRejected: a line was refused; those before it have taken effect.
        """
        said = [self.command(self._dialect.configure)]
        for line in lines:
            said.append(self.command(line, renames=True))
            if _REFUSED.search(said[-1]):
                self.command(self._dialect.leave)
                raise CommandRejected(f"{self._target}: a configuration line was refused")
        said.append(self.command(self._dialect.leave))
        return "\n".join(said)

    def save(self) -> str:
        """Make the running configuration the one that the device starts with."""
        return self.command(self._dialect.save)
