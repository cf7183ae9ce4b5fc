"""What the plugins bring that a file may name, and the notification channels in the file that nothing brings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.tree import ListNode, Node, Path, entries, find, line_of, shown, words
from cmsp_agent.model.errors import Problem


@dataclass(frozen=True, slots=True)
class Brought:
    """Names of device types, of notification channels, and of the KPIs of each device type; who brings each type.

    Attributes:
        refused: plugins that were not loaded, each with the reason.
    """

    types: Collection[str] = ()
    channels: Collection[str] = ()
    figures: Mapping[str, Collection[str]] = field(default_factory=dict)
    plugins: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def channel_problems(tree: Node, file: str, known: Collection[str]) -> list[Problem]:
    """A problem for each channel that a policy or the section of channels names and that there is not."""
    named = [
        *(((path, name, line) for path, node in _places(tree) for name, line in words(node))),
        *((("channels", name), name, line_of(tree, ("channels", name))) for name in entries(tree, "channels")),
    ]
    return [
        Problem(
            file,
            line,
            shown(path),
            f"no plugin brings this channel{did_you_mean(name, known, limit=6)} (got '{name[:64]}')",
        )
        for path, name, line in named
        if name not in known
    ]


def _places(tree: Node) -> list[tuple[Path, Node | None]]:
    policies = find(tree, "notify")
    if not isinstance(policies, ListNode):
        return [(("notify", "by"), find(policies, "by"))] if policies else []
    return [(("notify", index, "by"), find(each, "by")) for index, each in enumerate(policies.items)]
