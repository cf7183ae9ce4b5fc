"""A device that takes its configuration as a file over HTTP(S): at once, as a whole, and without a way back of its own.

What it ran before is fetched first; going back is to send it that.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import CommandRejected, DeviceUnreachable
from cmsp_agent.plugin.api import CliPlatform, FileUpload
from cmsp_agent.services.backups.ssh_reading import QUOTING, without_secrets
from cmsp_agent.services.backups.web_reading import question_of, web_target
from cmsp_agent.transports.device_web import WebClient
from cmsp_agent.transports.web_questions import WebQuestion, WebTarget

WITHIN = 1800.0
"""Seconds for one file."""
LONGEST_SAID = 160


@dataclass(slots=True)
class UploadDevice:
    """One device, through the steps of a restore; those that it has no need of do nothing."""

    client: WebClient
    target: WebTarget
    fetch: WebQuestion
    way: FileUpload
    hide: Callable[[str], str]
    """What the device says may quote a line with a secret."""
    _before: bytes = field(default=b"", repr=False)
    _sent: bool = False

    async def ready(self) -> bool:
        """It never goes back by itself."""
        return False

    async def upload(self, content: bytes) -> None:
        """Fetch what it runs, then send the file, which it applies.

        A connection that ends meanwhile is no failure: the device may have started anew with the file.

        Raises:
            CommandRejected: it does not take the file.
            DeviceError: it can't be reached, or does something else now.
        """
        self._before = await self.client.ask(self.target, self.fetch, WITHIN)
        await self._send(content)

    async def _send(self, content: bytes) -> None:
        body, kind = multipart(self.way.field, self.way.name, content, self.way.more)
        question = WebQuestion(
            self.way.path, self.way.method, self.fetch.login, self.fetch.fields, self.fetch.denied, "", body, kind
        )
        try:
            said = await self.client.ask(self.target, question, WITHIN)
        except QUOTING as error:
            raise without_secrets(error, self.hide) from None
        except DeviceUnreachable:
            self._sent = True
            return
        text = said.decode(errors="replace")
        if self.way.failed and re.search(self.way.failed, text):
            raise CommandRejected(
                f"{self.target}: the file was refused: {' '.join(self.hide(text).split())[:LONGEST_SAID]}"
            )
        self._sent = True

    async def apply(self) -> None:
        """It has done so."""

    merge = confirm = save = remove = apply

    async def revert(self) -> None:
        """Send it what it ran before, unless it refused the other file. Raises as `upload`."""
        if self._sent:
            await self._send(self._before)


def uploading(
    client: WebClient, component: Component, platform: CliPlatform, source: str, hide: Callable[[str], str]
) -> UploadDevice:
    """The device of a component whose platform takes a file.

    Raises:
        AuthenticationRejected: it has no HTTP login.
    """
    fetch, way = platform.fetch, platform.upload
    assert fetch is not None
    assert way is not None
    return UploadDevice(client, web_target(component, fetch, source), question_of(component, fetch), way, hide)


def multipart(name: str, file: str, content: bytes, more: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
    """A form with a file in it (RFC 7578), and its content type."""
    boundary = f"cmsp-{secrets.token_hex(16)}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in more
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = b"".join([*parts, head.encode(), content, f"\r\n--{boundary}--\r\n".encode()])
    return body, f"multipart/form-data; boundary={boundary}"
