"""Reads a component's configuration over SSH until it is believed. Neither stores nor reports it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import (
    AgentError,
    AuthenticationRejected,
    CommandRejected,
    DeviceAnswerInvalid,
    DeviceBusy,
)
from cmsp_agent.model.wording import printable
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.clean_text import ConfigText, clean, implausible
from cmsp_agent.services.devices.login import command_line_of
from cmsp_agent.transports.ssh import CliClient
from cmsp_agent.transports.ssh.terminal_noise import in_banner, logged_within, without_noise

WITHIN = 7200.0
"""Seconds for one reading: what 5 MB take over 9,600 baud. Silence ends it much sooner."""

AGAIN = 2
"""How often a configuration is read again into which log lines were mixed."""
ANSWER_LINES = 5
"""An answer that is no configuration and not longer than this is an error message, and shown."""

LONGEST_SAID = 120
LONGEST_ERROR = 240
QUOTING = (AuthenticationRejected, CommandRejected, DeviceBusy)
"""Errors that quote what a web interface said, and with it perhaps a line with a secret."""

_BUSY = re.compile(
    r"(?i)\b(?:is|resource|cpu|system|file|device) busy\b|"
    r"\b(?:is|are|been|currently) locked\b|\blocked (?:by|exclusively)\b|"
    r"\b(?:try (?:again|later)|retry|please wait)\b|\bin (?:use|progress)\b|\bbeing (?:accessed|used|written|saved)\b|"
    r"\btemporarily\b|\b(?:low on|out of|no|not enough|insufficient) (?:free )?(?:memory|resources)\b|"
    r"\b(?:memory|resource) allocation fail|\b(?:not (?:yet )?(?:reachable|ready)|unreachable|timed? ?out)\b"
)
"""Another time may do: somebody else has the configuration, or the device has no time for it."""

Progress = Callable[[int, str], None]
"""Called with the percentage and the step."""


def unwatched(percent: int, step: str) -> None:
    """Ignores the progress."""


class ConfigurationReader(Protocol):
    """Reads the configuration as the device gives it."""

    async def __call__(self, component: Component, platform: CliPlatform) -> str:
        """The device's output.

        Raises:
            DeviceError: it gave none.
        """
        ...


def any_source(component: Component) -> str:  # noqa: ARG001
    """Let the kernel choose the address to connect from."""
    return ""


def by_web(component: Component, platform: CliPlatform) -> bool:
    """Whether it is fetched: its device type says how, and it has no login for the command line alone."""
    if platform.fetch is None:
        return False
    only_ssh = component.credentials.http is None and component.credentials.ssh is not None
    return not (only_ssh and platform.config.startswith("show "))


class SshReader:
    """Reads with the component's SSH login, from its site's source address where there is one."""

    def __init__(
        self, client: CliClient, source: Callable[[Component], str] = any_source, within: float = WITHIN
    ) -> None:
        self._client = client
        self._within = within
        self._source = source

    async def __call__(self, component: Component, platform: CliPlatform) -> str:
        """Send the platform's configuration command in a session of its own."""
        [output] = await self._ask(component, platform, [platform.config])
        return output

    async def both(self, component: Component, platform: CliPlatform) -> tuple[str, str]:
        """What the device runs, and what it would start with. Raises as the other."""
        running, startup = await self._ask(component, platform, [platform.config, platform.startup])
        return running, startup

    async def _ask(self, component: Component, platform: CliPlatform, commands: list[str]) -> list[str]:
        credential = component.credentials.ssh
        if credential is None:
            raise AuthenticationRejected(f"{component.name}: none of its credentials is for SSH")
        target = command_line_of(component, credential, platform.driver, self._source(component))
        last = re.compile(platform.complete, re.MULTILINE)

        def complete(output: str) -> bool:
            text, _ = plain(output)
            return last.search(text) is not None and not in_banner(text)

        return await self._client.commands(target, commands, self._within, complete)


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole configuration."""

    text: str
    taken_out: int = 0
    """Lines that the terminal had mixed in."""
    mixed: bool = False
    """Log lines stood between its own, and may have cut one of those in two."""

    @property
    def content(self) -> bytes:
        """As it is stored."""
        return to_bytes(self.text)


def plain(given: str) -> tuple[str, int]:
    """What a terminal gave without what it mixed in, and how many lines that was."""
    text, taken_out = without_noise(clean(given))
    return clean(text), taken_out


def without_secrets(error: AgentError, hide: Callable[[str], str]) -> AgentError:
    """The same error, what it quotes without secrets, and then cut: half a secret is known by no form."""
    return type(error)(hide(str(error))[:LONGEST_ERROR])


async def read_whole(
    read: ConfigurationReader, component: Component, platform: CliPlatform, text: ConfigText
) -> Reading:
    """The configuration, from its first to its last line.

    Raises:
        CommandRejected: the device refused the command.
        DeviceAnswerInvalid: garbage, or cut short.
        DeviceError: as the reader does.
    """
    try:
        given = await read(component, platform)
    except QUOTING as error:
        raise (without_secrets(error, text.redacted) if by_web(component, platform) else error) from None
    if not by_web(component, platform):
        found, taken_out = plain(given)
    else:  # a file, byte for byte
        found, taken_out = given, 0
    refusal = text.refusal(found)
    if refusal:
        raise CommandRejected(f"{component.name}: the device said {refusal!r}")
    flaws = text.flaws(found)
    if flaws:
        lines = found.strip().split("\n")
        short = len(lines) <= ANSWER_LINES
        said = lines[0] if short else text.refusal(lines[-1])
        if short and (busy := next(filter(_BUSY.search, lines), "")):
            raise DeviceBusy(f"{component.name}: the device said {_quoted(text, busy)}")
        if said:
            flaws.insert(0, f"the device said {_quoted(text, said)}")
        raise DeviceAnswerInvalid(f"{component.name}: {'; '.join(flaws)}: not stored")
    return Reading(found, taken_out, taken_out > 0 and logged_within(clean(given)))


def _quoted(text: ConfigText, line: str) -> str:
    return repr(printable(text.redacted(line))[:LONGEST_SAID])


async def read_undisturbed(
    read: ConfigurationReader, component: Component, platform: CliPlatform, text: ConfigText
) -> Reading:
    """As `read_whole`. Where log lines were mixed in it is read again, until two readings agree or one has none.

    Raises:
        DeviceError: as `read_whole` does.
    """
    best = await read_whole(read, component, platform, text)
    most = best.taken_out
    for _ in range(AGAIN if best.mixed else 0):
        another = await read_whole(read, component, platform, text)
        if text.stable(another.text) == text.stable(best.text):
            break
        best = min(another, best, key=lambda reading: (reading.mixed, reading.taken_out))
        if not best.mixed:
            break
    return replace(best, taken_out=max(most, best.taken_out))


async def read_believable(
    read: ConfigurationReader,
    component: Component,
    platform: CliPlatform,
    text: ConfigText,
    last_size: int | None,
    tell: Progress,
) -> Reading:
    """The configuration, whole and plausible.

    A size far from the last one's is believed where a second reading gives the same.

    Raises:
        DeviceAnswerInvalid: garbage, cut short, or two readings that differ.
        DeviceError: as `read_whole` does.
    """
    tell(10, "reading the configuration")
    first = await read_undisturbed(read, component, platform, text)
    if not implausible(len(first.content), last_size):
        return first
    tell(50, "its size is unusual: reading it again")
    second = await read_undisturbed(read, component, platform, text)
    if text.stable(first.text) != text.stable(second.text):
        raise DeviceAnswerInvalid(
            f"{component.name}: {len(first.content)} bytes where the last one had {last_size}, "
            "and a second reading differs: not stored"
        )
    return second


def to_bytes(text: str) -> bytes:
    """Text as the device sent it: bytes that are not UTF-8 were kept as surrogate escapes."""
    return text.encode("utf-8", "surrogateescape")


def to_text(content: bytes) -> str:
    """The inverse of `to_bytes`."""
    return content.decode("utf-8", "surrogateescape")
