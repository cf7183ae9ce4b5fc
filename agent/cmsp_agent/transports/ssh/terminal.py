"""The characters of a shell: sent, received, kept until somebody read them. Waits by silence, never by the whole."""

import codecs
from collections.abc import Callable

import paramiko

CHUNK = 65536
TAIL = 1024
"""Characters at the end among which the last line is looked for."""


class Silent(Exception):
    """Nothing came for as long as the device may be silent. Its argument is what came last."""


class HungUp(Exception):
    """The device closed the session. Its argument is what came last."""


class Terminal:
    """One open shell. Bytes that are not UTF-8 are kept as surrogate escapes."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._parts: list[str] = []
        self.tail = ""

    def send(self, text: str) -> None:
        """Type the text."""
        self._channel.sendall(text.encode("utf-8", "surrogateescape"))

    def text(self) -> str:
        """What came since it was last taken."""
        return "".join(self._parts)

    def take(self) -> str:
        """The same, and forget it."""
        text = self.text()
        self.replace("")
        return text

    def replace(self, text: str) -> None:
        """Go on as if this had come."""
        self._parts = [text]
        self.tail = text[-TAIL:]

    def wait(self, judge: Callable[[], float | None], silence: float) -> None:
        """Receive until `judge` is content.

        Args:
            judge: looked at after whatever came: seconds of quiet after which it is enough, None for go on.
            silence: seconds that the device may say nothing.

        Raises:
            Silent: it said nothing for so long.
            HungUp: it closed the session.
        """
        while (quiet := judge()) != 0:
            if not self._receive(silence if quiet is None else min(quiet, silence)):
                if quiet is None:
                    raise Silent(self.tail)
                return

    def _receive(self, within: float) -> bool:
        """Whether something came."""
        self._channel.settimeout(within)
        try:
            data = self._channel.recv(CHUNK)
        except TimeoutError:
            return False
        if not data:
            raise HungUp(self.tail)
        text = self._decoder.decode(data)
        self._parts.append(text)
        self.tail = (self.tail + text)[-TAIL:]
        return True
