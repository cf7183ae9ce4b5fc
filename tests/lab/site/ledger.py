"""What the site really did and what was really asked of it, so that a test can hold the agent's figures against it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How something left the site."""

    TRAP = "trap"
    INFORM = "inform"
    SYSLOG = "syslog"


@dataclass(frozen=True, slots=True)
class Emitted:
    """One notification or syslog line that was put on the wire."""

    device: str
    kind: Kind
    what: str
    """The notification's OID, or the syslog mnemonic."""


@dataclass(slots=True)
class Ledger:
    """Counts by device.

    Attributes:
        emitted: every notification and line, in order; floods are only counted.
        counts: (device, what) → how often, for ``snmp.asked``, ``snmp.answered``, ``snmp.refused``, ``ssh.accepted``,
            ``ssh.refused``, ``ssh.commands``, ``inform.acknowledged``, ``inform.given-up``, ``flooded``.
        commands: command lines, by device, in order.
    """

    emitted: list[Emitted] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    commands: dict[str, list[str]] = field(default_factory=dict)

    def sent(self, emitted: Emitted) -> None:
        """Note what was put on the wire."""
        self.emitted.append(emitted)

    def count(self, device: str, what: str, n: int = 1) -> None:
        """Note something that was asked of a device."""
        self.counts[device, what] += n

    def command(self, device: str, line: str) -> None:
        """Note a command line."""
        self.count(device, "ssh.commands")
        self.commands.setdefault(device, []).append(line)

    def total(self, what: str) -> int:
        """The sum over all devices."""
        return sum(n for (_, counted), n in self.counts.items() if counted == what)

    def emitted_of(self, *kinds: Kind, device: str = "") -> int:
        """How many notifications or lines of these kinds left, of one device or of all."""
        return sum(1 for one in self.emitted if one.kind in kinds and device in ("", one.device))
