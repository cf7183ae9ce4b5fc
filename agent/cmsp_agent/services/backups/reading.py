"""Reads a component's configuration over SSH until it is believed. Neither stores nor reports it."""

from collections.abc import Callable
from typing import Protocol

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AuthenticationRejected, CommandRejected, DeviceAnswerInvalid
from cmsp_agent.plugin.api import CliPlatform
from cmsp_agent.services.backups.text import ConfigText, clean, implausible
from cmsp_agent.transports.ssh import CliClient, CliTarget

WITHIN = 180.0
"""Seconds for one reading, from connecting to hanging up."""

Progress = Callable[[int, str], None]
"""Called with the percentage and the step."""


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
        credential = component.credentials.ssh
        if credential is None:
            raise AuthenticationRejected(f"{component.name}: none of its credentials is for SSH")
        target = CliTarget(
            component.address,
            credential,
            port=component.ssh.port,
            platform=platform.driver,
            legacy=component.ssh.legacy,
            source=self._source(component) or None,
        )
        [output] = await self._client.commands(target, [platform.config], self._within)
        return output


async def read_believable(
    read: ConfigurationReader,
    component: Component,
    platform: CliPlatform,
    text: ConfigText,
    last_size: int | None,
    tell: Progress,
) -> str:
    """The configuration, whole and plausible.

    A size far from the last one's is believed where a second reading gives the same: somebody really changed it.

    Raises:
        CommandRejected: the device refused the command.
        DeviceAnswerInvalid: garbage, cut short, or two readings that differ.
        DeviceError: as the reader does.
    """
    tell(10, "reading the configuration")
    first = _whole(clean(await read(component, platform)), component, text)
    if not implausible(size_of(first), last_size):
        return first
    tell(50, "its size is unusual: reading it again")
    second = _whole(clean(await read(component, platform)), component, text)
    if text.stable(first) != text.stable(second):
        raise DeviceAnswerInvalid(
            f"{component.name}: {size_of(first)} bytes where the last one had {last_size}, "
            "and a second reading differs: not stored"
        )
    return second


def _whole(reading: str, component: Component, text: ConfigText) -> str:
    refusal = text.refusal(reading)
    if refusal:
        raise CommandRejected(f"{component.name}: the device said {refusal!r}")
    flaws = text.flaws(reading)
    if flaws:
        raise DeviceAnswerInvalid(f"{component.name}: {'; '.join(flaws)}: not stored")
    return reading


def size_of(text: str) -> int:
    """Bytes, as stored."""
    return len(to_bytes(text))


def to_bytes(text: str) -> bytes:
    """Text as the device sent it: bytes that are not UTF-8 were kept as surrogate escapes."""
    return text.encode("utf-8", "surrogateescape")


def to_text(content: bytes) -> str:
    """The inverse of `to_bytes`."""
    return content.decode("utf-8", "surrogateescape")
