"""`configure replace` of a simulated IOS device: files, the change that goes back by itself, and ways to fail."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from tests.lab.site.ios_config import IosConfig

PENDING = (
    "Time configured(or reconfigured): 10:00:00 UTC Fri Nov 27 2026\nTimer type: absolute timer\nTimer value: 5 min\n"
)
NOT_PENDING = "%No Rollback Confirmed Change pending\n"
ARCHIVE_OFF = "%Please turn config archive on before using Rollback Confirmed Change\n"
ABORTED = (
    "Rollback aborted after 5 passes\nThe following commands are failed to apply to the IOS image.\n********\n"
    " pri-group timeslots 1-31\nsnmp-server community canary-secret RO\n********\n"
)


class ReplaceFault(Enum):
    """How the device can fail the one who puts a configuration back."""

    NONE = "none"
    NO_SCP = "takes no file"
    DAMAGED_FILE = "keeps another file than was sent"
    INVALID_FILE = "finds the file invalid"
    ABORTED = "gives up after five passes, and has changed something"
    REFUSED_LINE = "refuses a line, and says it in full"
    LEFT_OUT = "says that it is done, and leaves a line out"
    CUT = "cuts the management link with what it applied"
    NEVER_BACK = "cuts the management link, and does not go back by itself"
    NOT_CONFIRMED = "takes no confirmation"
    NOT_SAVED = "has no room for the startup configuration"
    LOST_BEFORE_CONFIRM = "ends the session at the confirmation, and did not hear it"
    LOST_AFTER_CONFIRM = "ends the session at the confirmation, and heard it"
    EXPIRED = "goes back before it is confirmed"


ONCE = (ReplaceFault.LOST_BEFORE_CONFIRM, ReplaceFault.LOST_AFTER_CONFIRM)
"""Faults that happen once."""


def as_read(file: bytes) -> str:
    """A file as the device reads it: the control character is shown as `^C`, a circumflex alone ends a banner too."""
    return file.decode(errors="surrogateescape").replace("^C", "^CC").replace("\x03", "^C")


@dataclass(slots=True)
class Rollback:
    """Files and the change that waits for its confirmation.

    Attributes:
        config: of the device.
        minute: seconds that the device takes for a minute.
        fault: how it fails.
        cut: called with True when the management link goes, with False when it is back.
        replaced: how often it was told to replace its configuration.
        reverted: how often it was told to go back.
    """

    config: IosConfig
    minute: float = 60.0
    fault: ReplaceFault = ReplaceFault.NONE
    cut: Callable[[bool], None] = lambda gone: None
    files: dict[str, bytes] = field(default_factory=dict)
    replaced: int = 0
    reverted: int = 0
    _before: str = ""
    _timer: asyncio.TimerHandle | None = None

    @property
    def pending(self) -> bool:
        """Whether a change waits for its confirmation."""
        return self._timer is not None

    def store(self, name: str, content: bytes) -> str:
        """Take a file; the reason where it is not taken."""
        if self.fault is ReplaceFault.NO_SCP:
            return "Privilege denied."
        self.files[name] = content[:-1] if self.fault is ReplaceFault.DAMAGED_FILE else content
        return ""

    def verify(self, command: str) -> str:
        """`verify /md5 flash:file`."""
        name = command.rsplit(maxsplit=1)[-1]
        if name not in self.files:
            return f"%Error verifying {name} (No such file or directory)\n"
        # the hash that the device's own command shows
        return f"..Done!\nverify /md5 ({name}) = {hashlib.md5(self.files[name], usedforsecurity=False).hexdigest()}\n"

    def delete(self, command: str) -> str:
        """`delete /force flash:file`."""
        self.files.pop(command.rsplit(maxsplit=1)[-1], None)
        return ""

    def replace(self, command: str) -> str:
        """`configure replace flash:file force revert trigger error timer 5`."""
        name, minutes = command.split()[2], re.search(r"timer (\d+)", command)
        self.replaced += 1
        if name not in self.files or minutes is None:
            return "% Invalid input detected at '^' marker.\n"
        wanted = as_read(self.files[name])
        if not any(block.line == "archive" for block in self.config.blocks):
            return ARCHIVE_OFF
        if self.fault is ReplaceFault.INVALID_FILE or not wanted.rstrip().endswith("\nend"):
            return "%The input file is not a valid config file.\n"
        if self.fault is ReplaceFault.REFUSED_LINE:
            return "Failed to apply command snmp-server community canary-secret RO\nAborting Rollback.\n"
        self._before = self.config.text()
        self._timer = asyncio.get_running_loop().call_later(int(minutes[1]) * self.minute, self._late)
        if self.fault in (ReplaceFault.LEFT_OUT, ReplaceFault.ABORTED):
            wanted = wanted.replace(" description uplink\n", "")
        self._become(wanted)
        if self.fault is ReplaceFault.ABORTED:
            return ABORTED
        if self.fault in (ReplaceFault.CUT, ReplaceFault.NEVER_BACK):
            self.cut(True)
        return "Total number of passes: 1\nRollback Done\n\n"

    def users_removed(self, command: str) -> int:
        """How many of its users the file of `configure replace` does not have: it asks of each."""
        has, wanted = (
            {line for line in text.splitlines() if line.startswith("username ")}
            for text in (self.config.text(), as_read(self.files.get(command.split()[2], b"")))
        )
        return len(has - wanted)

    def merge(self, name: str) -> str:
        """`copy flash:file running-config`: adds lines."""
        inside = None
        for line in as_read(self.files[name]).splitlines():
            if line.startswith(" ") and inside is not None:
                self.config.apply(line.strip(), inside)
            elif line.strip() not in ("", "end", "!"):
                inside = self.config.block(line) if self.config.opens_block(line) else None
                if inside is None:
                    self.config.apply(line)
        return "512 bytes copied in 0.5 secs (1024 bytes/sec)\n"

    def confirm(self) -> str:
        """`configure confirm`."""
        fault, self.fault = self.fault, ReplaceFault.NONE if self.fault in ONCE else self.fault
        if fault is ReplaceFault.EXPIRED:
            self._go_back()
            return NOT_PENDING
        if fault in ONCE:
            self.cut(True)
            asyncio.get_running_loop().call_later(self.minute / 10, self.cut, False)
        if fault is ReplaceFault.LOST_BEFORE_CONFIRM:
            return ""
        if self.fault is not ReplaceFault.NOT_CONFIRMED:
            self._stop()
        return ""

    def revert(self) -> str:
        """`configure revert now`."""
        self.reverted += 1
        if not self.pending:
            return NOT_PENDING
        self._go_back()
        return "Total number of passes: 1\nRollback Done\n\n"

    def _late(self) -> None:
        if self.fault is not ReplaceFault.NEVER_BACK:
            self._go_back()

    def _go_back(self) -> None:
        self._stop()
        self._become(self._before)
        self.cut(False)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _become(self, text: str) -> None:
        saved = self.config.saved
        kept = [line for line in text.splitlines() if line.strip() != "!"]  # comments are not kept
        self.config.blocks[:] = IosConfig.parse("\n".join(kept)).blocks
        self.config.saved = saved
