"""The running configuration of a simulated IOS device, as blocks of lines. Knows nothing about sessions or prompts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_ONE_OF_A_KIND = frozenset({"hostname", "description", "bandwidth", "speed", "duplex", "version", "isdn", "clock"})
"""First words of commands of which a block holds one: a new one takes the old one's place."""
_OPENS_BLOCK = (
    "interface ",
    "controller ",
    "router ",
    "dial-peer ",
    "line ",
    "voice ",
    "sip-ua",
    "card ",
    "policy-map ",
)


@dataclass(slots=True)
class Block:
    """A top-level line with the lines that stand below it."""

    line: str
    children: list[str] = field(default_factory=list)


@dataclass(slots=True)
class IosConfig:
    """A configuration that can be shown and changed line by line.

    Attributes:
        blocks: top-level lines in the order of `show running-config`; ``!`` separates.
        changed_by: what `show running-config` says about the last change, empty before the first.
        saved: text of the startup configuration.
    """

    blocks: list[Block] = field(default_factory=list)
    changed_by: str = ""
    saved: str = ""

    @classmethod
    def parse(cls, text: str) -> IosConfig:
        """Read configuration text as `show running-config` prints it."""
        config = cls()
        for line in text.splitlines():
            if not line.strip() or line.strip() == "end":
                continue
            if line.startswith(" ") and config.blocks:
                config.blocks[-1].children.append(line[1:].rstrip())
            else:
                config.blocks.append(Block(line.rstrip()))
        config.saved = config.text()
        return config

    @property
    def hostname(self) -> str:
        """The name that the prompt shows."""
        names = [block.line.split()[1] for block in self.blocks if block.line.startswith("hostname ")]
        return names[0] if names else "Router"

    def text(self) -> str:
        """The configuration from its first line to ``end``."""
        return "\n".join([*self._lines(), "end"])

    def _lines(self) -> Iterator[str]:
        for block in self.blocks:
            yield block.line
            yield from (f" {child}" for child in block.children)

    def shown(self) -> str:
        """What `show running-config` prints."""
        body = self.text()
        head = ["Building configuration...", "", f"Current configuration : {len(body)} bytes", "!"]
        if self.changed_by:
            head.append(f"! Last configuration change at {self.changed_by}")
        return "\n".join([*head, body])

    def opens_block(self, line: str) -> bool:
        """Whether `line` leads into a sub-mode of its own."""
        return line.startswith(_OPENS_BLOCK)

    def block(self, line: str) -> Block:
        """The block that starts with `line`, made before the last ``!`` if there is none."""
        for block in self.blocks:
            if block.line == line:
                return block
        made = Block(line)
        self.blocks += [made, Block("!")]
        return made

    def apply(self, line: str, inside: Block | None = None) -> None:
        """Carry out one configuration command, ``no`` included, at the top or inside a block."""
        lines = [block.line for block in self.blocks] if inside is None else inside.children
        if line.startswith("no "):
            self._remove(line.removeprefix("no "), inside)
        elif line in lines:
            return
        elif (first := line.split(maxsplit=1)[0]) in _ONE_OF_A_KIND and (old := _first_with(lines, first)) is not None:
            self._replace(old, line, inside)
        elif inside is None:
            self.blocks.append(Block(line))
        else:
            inside.children.append(line)

    def _remove(self, start: str, inside: Block | None) -> None:
        if inside is None:
            self.blocks = [block for block in self.blocks if not block.line.startswith(start)]
        else:
            inside.children[:] = [child for child in inside.children if not child.startswith(start)]

    def _replace(self, position: int, line: str, inside: Block | None) -> None:
        if inside is None:
            self.blocks[position].line = line
        else:
            inside.children[position] = line


def _first_with(lines: list[str], word: str) -> int | None:
    return next((position for position, line in enumerate(lines) if line.split()[:1] == [word]), None)
