"""The command line of a simulated IOS device: modes, prompts, abbreviations, answers. Does no input or output itself.

Good enough for netmiko's ``cisco_ios`` and for a person who looks around; see `COMMANDS` for what it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tests.lab.site.ios_config import Block, IosConfig
from tests.lab.site.ios_replace import NOT_PENDING, PENDING, ReplaceFault, Rollback

INVALID = "              ^\n% Invalid input detected at '^' marker.\n"


class Mode(Enum):
    """Where the session stands; the value is what the prompt adds to the host name."""

    EXEC = ">"
    PRIVILEGED = "#"
    CONFIG = "(config)#"
    CONFIG_BLOCK = "(config-sub)#"
    ENABLE_PASSWORD = "Password: "
    COPY_DESTINATION = "Destination filename [startup-config]? "
    MERGE_DESTINATION = "Destination filename [running-config]? "
    USER_REMOVAL = (
        "This operation will remove all username related configurations with same name."
        "Do you want to continue? [confirm]"
    )
    CLOSED = ""


_QUESTIONS = (Mode.ENABLE_PASSWORD, Mode.COPY_DESTINATION, Mode.MERGE_DESTINATION, Mode.USER_REMOVAL)
_SUBMODE_NAMES = {
    "interface": "if",
    "controller": "controller",
    "router": "router",
    "dial-peer": "dial-peer",
    "line": "line",
}


@dataclass(slots=True)
class IosDevice:
    """What all sessions of one device share.

    Attributes:
        config: running and startup configuration.
        show: answer of each further ``show`` command, by its text without ``show``.
        enable_password: what `enable` asks for; empty where users start privileged.
        changed: called with (user, terminal) when a session leaves configuration mode after a change.
        rollback: what `configure replace` works with; None: the device has no such command.
        asked: called with each command line, for the ledger.
    """

    config: IosConfig
    show: Mapping[str, str]
    enable_password: str = ""
    rollback: Rollback | None = None
    changed: Callable[[str, str], None] = lambda user, terminal: None
    asked: Callable[[str], None] = lambda line: None


@dataclass(slots=True)
class IosSession:
    """One login. `answer` takes a line and returns what the device prints; `prompt` is what it prints next."""

    device: IosDevice
    user: str
    terminal: str = "vty0"
    mode: Mode = Mode.PRIVILEGED
    touched: bool = False
    block: Block | None = field(default=None)
    merging: str = ""
    replacing: str = ""
    removing: int = 0
    """Users of whose removal it has yet to ask."""

    def __post_init__(self) -> None:
        """Start unprivileged where the device has an enable password."""
        if self.device.enable_password:
            self.mode = Mode.EXEC

    @property
    def prompt(self) -> str:
        """The prompt for the mode that the session is in."""
        if self.mode in (*_QUESTIONS, Mode.CLOSED):
            return str(self.mode.value)
        if self.mode is Mode.CONFIG_BLOCK and self.block is not None:
            first = self.block.line.split()[0]
            return f"{self.device.config.hostname}(config-{_SUBMODE_NAMES.get(first, first)})#"
        return f"{self.device.config.hostname}{self.mode.value}"

    @property
    def echoes(self) -> bool:
        """Whether what is typed now is shown: not while a password is asked for."""
        return self.mode is not Mode.ENABLE_PASSWORD

    def answer(self, line: str) -> str:
        """Carry out one line and return the text that the device prints, without the next prompt."""
        line = " ".join(line.split())
        if self.mode is Mode.ENABLE_PASSWORD:
            return self._enable(line)
        if self.mode is Mode.COPY_DESTINATION:
            self.mode = Mode.PRIVILEGED
            return self._save()
        if self.mode is Mode.MERGE_DESTINATION and self.device.rollback is not None:
            self.mode = Mode.PRIVILEGED
            return self.device.rollback.merge(self.merging)
        if self.mode is Mode.USER_REMOVAL and self.device.rollback is not None:
            return _replace(self, self.device.rollback, self.replacing, self.removing - 1)
        if not line or line.startswith("!"):
            return ""
        self.device.asked(line)
        if self.mode in (Mode.CONFIG, Mode.CONFIG_BLOCK):
            return self._configure(line)
        return self._execute(line)

    def _enable(self, password: str) -> str:
        right = password == self.device.enable_password
        self.mode = Mode.PRIVILEGED if right else Mode.EXEC
        return "" if right else "% Bad secrets\n"

    def _save(self) -> str:
        rollback = self.device.rollback
        if rollback is not None and rollback.fault is ReplaceFault.NOT_SAVED:
            return "startup-config file open failed (Not enough space)\n"
        self.device.config.saved = self.device.config.text()
        return "Building configuration...\n[OK]\n"

    def _execute(self, line: str) -> str:
        command, _, wanted = line.partition(" | ")
        if self.device.rollback is not None and self.mode is Mode.PRIVILEGED:
            for words, work in REPLACING.items():
                if command.startswith(words):
                    return work(self, self.device.rollback, command)
        for pattern, needs_privilege, action in COMMANDS:
            if abbreviates(command, pattern):
                if needs_privilege and self.mode is Mode.EXEC:
                    return INVALID
                return filtered(action(self, command), wanted)
        return INVALID

    def _configure(self, line: str) -> str:
        if line == "end" or line == "\x1a":
            return self._leave()
        if line == "exit":
            if self.mode is Mode.CONFIG:
                return self._leave()
            self.mode, self.block = Mode.CONFIG, None
            return ""
        if line.startswith("do "):
            return self._as_privileged(line.removeprefix("do "))
        self.touched = True
        config = self.device.config
        if config.opens_block(line):
            self.mode, self.block = Mode.CONFIG_BLOCK, config.block(line)
        else:
            config.apply(line, self.block)
        return ""

    def _as_privileged(self, line: str) -> str:
        mode, self.mode = self.mode, Mode.PRIVILEGED
        try:
            return self._execute(line)
        finally:
            self.mode = mode

    def _leave(self) -> str:
        self.mode, self.block = Mode.PRIVILEGED, None
        if self.touched:
            self.device.changed(self.user, self.terminal)
        self.touched = False
        return ""

    def go(self, mode: Mode, says: str = "") -> str:
        """Change the mode and return what the device says about it."""
        self.mode = mode
        return says

    def show(self, command: str) -> str:
        """Answer a ``show`` command from the device's data."""
        asked = command.split(maxsplit=1)[1]
        if abbreviates(asked, "running-config"):
            return self.device.config.shown() + "\n"
        if abbreviates(asked, "startup-config"):
            return f"Using {len(self.device.config.saved)} out of 33554432 bytes\n{self.device.config.saved}\n"
        for known, answer in self.device.show.items():
            if abbreviates(asked, known):
                return answer.rstrip("\n") + "\n"
        return INVALID


def abbreviates(typed: str, full: str) -> bool:
    """Whether each word of `typed` begins the word of `full` at its place; a last word ``…`` takes the rest."""
    words, wanted = typed.split(), full.split()
    if wanted[-1] == "…":
        wanted.pop()
        if len(words) <= len(wanted):
            return False
        words = words[: len(wanted)]
    return len(words) == len(wanted) and all(b.startswith(a) for a, b in zip(words, wanted, strict=True))


def filtered(text: str, wanted: str) -> str:
    """Apply what follows the pipe: ``include``, ``exclude``, ``section`` or ``begin`` and a plain text."""
    verb, _, pattern = wanted.partition(" ")
    lines = text.splitlines()
    if not wanted:
        return text
    if "include".startswith(verb):
        lines = [line for line in lines if pattern in line]
    elif "exclude".startswith(verb):
        lines = [line for line in lines if pattern not in line]
    elif "section".startswith(verb):
        lines = _section(lines, pattern)
    else:
        return INVALID
    return "".join(f"{line}\n" for line in lines)


def _section(lines: list[str], pattern: str) -> list[str]:
    kept: list[str] = []
    inside = False
    for line in lines:
        if not line.startswith(" "):
            inside = pattern in line
        if inside:
            kept.append(line)
    return kept


COMMANDS: tuple[tuple[str, bool, Callable[[IosSession, str], str]], ...] = (
    ("terminal length …", False, lambda session, command: ""),
    ("terminal width …", False, lambda session, command: ""),
    ("terminal no …", False, lambda session, command: ""),
    ("show …", False, lambda session, command: session.show(command)),
    ("enable", False, lambda session, command: _ask_enable(session)),
    ("disable", True, lambda session, command: session.go(Mode.EXEC)),
    ("configure terminal", True, lambda session, command: session.go(Mode.CONFIG, _CONFIGURE)),
    ("write memory", True, lambda session, command: session._save()),
    ("write", True, lambda session, command: session._save()),
    ("copy running-config startup-config", True, lambda session, command: session.go(Mode.COPY_DESTINATION)),
    ("exit", False, lambda session, command: session.go(Mode.CLOSED)),
    ("logout", False, lambda session, command: session.go(Mode.CLOSED)),
    ("quit", False, lambda session, command: session.go(Mode.CLOSED)),
)
"""What the command line knows: words, whether they need privilege, and what they do."""


def _merge(session: IosSession, rollback: Rollback, command: str) -> str:
    session.merging = command.split()[1]
    return session.go(Mode.MERGE_DESTINATION)


def _replace(session: IosSession, rollback: Rollback, command: str, removing: int) -> str:
    """Ask for each user that goes, then do it."""
    session.replacing, session.removing = command, removing
    if removing:
        return session.go(Mode.USER_REMOVAL)
    return session.go(Mode.PRIVILEGED, rollback.replace(command))


REPLACING: Mapping[str, Callable[[IosSession, Rollback, str], str]] = {
    "verify /md5": lambda session, rollback, command: rollback.verify(command),
    "delete /force": lambda session, rollback, command: rollback.delete(command),
    "configure replace": lambda session, rollback, command: _replace(
        session, rollback, command, rollback.users_removed(command)
    ),
    "configure confirm": lambda session, rollback, command: rollback.confirm(),
    "configure revert now": lambda session, rollback, command: rollback.revert(),
    "show archive config rollback timer": lambda session, rollback, command: (
        PENDING if rollback.pending else NOT_PENDING
    ),
    "copy flash:": _merge,
}

_CONFIGURE = "Enter configuration commands, one per line.  End with CNTL/Z.\n"


def _ask_enable(session: IosSession) -> str:
    asks = session.mode is Mode.EXEC and session.device.enable_password
    return session.go(Mode.ENABLE_PASSWORD if asks else Mode.PRIVILEGED)
