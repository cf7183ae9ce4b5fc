"""The dialogue by which a device takes a whole configuration: upload, check, replace, confirm or go back, save.

Each step is a session of its own: a configuration that is put back may cut the session it is put back through.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import AuthenticationRejected, CommandRejected
from cmsp_agent.plugin.api import CliPlatform, Replacement
from cmsp_agent.services.devices.login import command_line_of
from cmsp_agent.transports.ssh import CliClient, CliTarget

WITHIN = 600.0
"""Seconds for one step."""
LONGEST_SAID = 200


@dataclass(slots=True)
class ReplaceableDevice:
    """One device and the way in which it takes a configuration, through the steps of one restore."""

    client: CliClient
    target: CliTarget
    way: Replacement
    minutes: int
    """After which the device goes back by itself unless it is confirmed."""
    hide: Callable[[str], str]
    """What the device says may quote a line with a secret."""
    _begun: bool = False

    async def ready(self) -> bool:
        """Whether the way back works, where the configuration does not show it.

        Raises:
            DeviceError: it can't be asked.
        """
        return re.search(self.way.ready, await self._say(self.way.ask), re.MULTILINE) is not None

    async def upload(self, content: bytes) -> None:
        """Copy the file to the device and compare its hash there.

        Raises:
            CommandRejected: the device takes no file, or has another one than was sent.
            DeviceError: it can't be reached.
        """
        await self.client.upload(self.target, self.way.file, content, WITHIN)
        said = await self._say(self.way.hash)
        found = re.search(self.way.hash_shown, said, re.MULTILINE)
        if found is None:
            raise CommandRejected(f"{self.target}: it does not say the hash of the uploaded file: {self._short(said)}")
        # the devices know no better hash; it guards against a damaged copy, not against a forger
        if found["hash"].lower() != hashlib.md5(content, usedforsecurity=False).hexdigest():
            raise CommandRejected(f"{self.target}: the uploaded file is not what was sent; is its storage full?")

    async def apply(self) -> None:
        """Replace the running configuration; the device goes back by itself unless this is confirmed.

        Raises:
            CommandRejected: another change waits there already, or this was not applied, or not to its end.
            DeviceUnreachable: no word any more: it may be applied or not.
        """
        if self.way.waiting and re.search(self.way.waiting, await self._say(self.way.pending), re.MULTILINE):
            raise CommandRejected(
                f"{self.target}: a change waits there for its confirmation already: confirm it, or let it go back first"
            )
        self._begun = True
        self._judge(await self._say(self.way.apply), self.way.applied)

    async def merge(self) -> None:
        """Add the file's lines to the running configuration. Raises as `apply`."""
        self._judge(await self._say(self.way.merge), "")

    async def confirm(self) -> None:
        """Keep what was applied.

        Raises:
            CommandRejected: the device still means to go back.
        """
        await self._say(self.way.confirm)
        said = await self._say(self.way.pending)
        if not re.search(self.way.not_pending, said, re.MULTILINE):
            raise CommandRejected(f"{self.target}: the change could not be confirmed: {self._short(said)}")

    async def revert(self) -> None:
        """Go back now, where it was begun: what waits for its confirmation otherwise is somebody else's."""
        if self._begun:
            await self._say(self.way.revert)

    async def save(self) -> None:
        """Make the running configuration the one that the device starts with.

        Raises:
            CommandRejected: it was not saved.
        """
        said = await self._say(self.way.save)
        if not re.search(self.way.saved, said, re.MULTILINE):
            raise CommandRejected(f"{self.target}: the configuration runs, but was not saved: {self._short(said)}")

    async def remove(self) -> None:
        """Delete the uploaded file."""
        await self._say(self.way.remove)

    async def _say(self, command: str) -> str:
        filled = command.replace("{file}", self.way.file).replace("{minutes}", str(self.minutes))
        answers = [(re.compile(question), answer) for question, answer in self.way.answers]
        return await self.client.dialogue(self.target, lambda session: session.change(filled, answers), WITHIN)

    def _judge(self, said: str, applied: str) -> None:
        failure = self._short(_first(self.way.failed, said))
        if failure:
            raise CommandRejected(f"{self.target}: the device said {failure!r}")
        if applied and not re.search(applied, said, re.MULTILINE):
            raise CommandRejected(f"{self.target}: the device did not say that it was applied: {self._short(said)}")

    def _short(self, text: str) -> str:
        return " ".join(self.hide(text).split())[-LONGEST_SAID:]


def replaceable(
    client: CliClient, component: Component, platform: CliPlatform, minutes: int, hide: Callable[[str], str]
) -> ReplaceableDevice:
    """The device of a component whose platform has a way to replace its configuration.

    Raises:
        AuthenticationRejected: it has no SSH login.
    """
    credential, way = component.credentials.ssh, platform.replacement
    assert way is not None
    if credential is None:
        raise AuthenticationRejected(f"{component.name}: none of its credentials is for SSH")
    target = command_line_of(component, credential, way.driver or platform.driver, component.source)
    return ReplaceableDevice(client, target, way, minutes, hide)


def _first(patterns: Sequence[str], text: str) -> str:
    """What is found first, in the order of the patterns; the command that it quotes stands in a line of its own."""
    found = next((match for each in patterns if (match := re.search(each, text, re.MULTILINE))), None)
    if found is None:
        return ""
    quoted = found.groupdict().get("line")
    return f"{text[found.start() : found.start('line')]}\n{quoted}" if quoted else found[0]
