"""Voice ports that a gateway's configuration takes out of service, or takes out while an interface is down. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Block = tuple[list[str], list[list[str]]]
"""A line that begins at the margin, and those indented below it, all as words."""

SHUT, BUSIED_OUT = "{0} is shut down in the configuration", "{0} is busied out in the configuration"


@dataclass(frozen=True, slots=True)
class VoicePorts:
    """What the configuration says of the places of voice ports (`0/1/0`, `0/1/0:15`)."""

    out: Mapping[str, str] = field(default_factory=dict)
    """Place → why no call leaves by it."""
    monitored: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Place → the interfaces with all of which it is busied out (`busyout monitor interface`)."""


def voice_ports(blocks: Iterable[Block]) -> VoicePorts:
    """Those of a configuration."""
    out: dict[str, str] = {}
    monitored: dict[str, tuple[str, ...]] = {}
    for head, below in blocks:
        if head[0] not in ("voice-port", "controller", "interface") or len(head) < 2:
            continue
        place = head[-1] if head[0] != "interface" else head[-1].removeprefix("Serial").removeprefix("BRI")
        if why := _why_out(head, below):
            out.setdefault(place, why)
        if interfaces := tuple(_monitored(below)):
            monitored[place] = interfaces
    return VoicePorts(out, monitored)


def _why_out(head: Sequence[str], below: Sequence[Sequence[str]]) -> str:
    name = " ".join(head)
    if ["shutdown"] in below:
        return SHUT.format(name)
    return BUSIED_OUT.format(name) if ["busyout", "forced"] in below else ""


def _monitored(below: Sequence[Sequence[str]]) -> Iterator[str]:
    for words in below:
        if words[:2] == ["busyout", "monitor"] and len(words) > 2:
            yield "".join(words[3:] if words[2] == "interface" else words[2:])
