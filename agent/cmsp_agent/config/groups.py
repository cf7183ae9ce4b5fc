"""Groups: finds the components of each, and adds the groups' defaults to a component's own values.

A component's own value wins, then the last group in the file that matches. Mappings merge by key, lists are replaced.
"""

import fnmatch
from collections.abc import Iterator

from cmsp_agent.config.tree import ListNode, MapNode, Node, Scalar, as_text, entries, find, overlay, with_origin, words

AUTO = "auto"


def effective_component(tree: Node, name: str, device_type: str = "") -> MapNode:
    """A component's entry with the groups applied.

    Args:
        tree: The whole file.
        name: The component's name.
        device_type: What the device was found to be, for groups that match on `type` where the file says `auto`.
    """
    own = find(tree, "components", name)
    entry = own if isinstance(own, MapNode) else MapNode({}, {}, own.line if own else tree.line)
    below: MapNode | None = None
    for number, group in group_nodes(tree):
        values = find(group, "set")
        if isinstance(values, MapNode) and matches(group, name, entry, device_type):
            labelled = with_origin(values, f"groups[{number}]")
            assert isinstance(labelled, MapNode)
            below = labelled if below is None else overlay(below, labelled)
    return entry if below is None else overlay(below, entry)


def group_nodes(tree: Node) -> Iterator[tuple[int, Node]]:
    """The groups with their indexes in the file."""
    groups = find(tree, "groups")
    nodes = groups.items if isinstance(groups, ListNode) else (groups,) if isinstance(groups, MapNode) else ()
    yield from enumerate(nodes)


def matches(group: Node, name: str, entry: MapNode, device_type: str = "") -> bool:
    """Whether a group matches a component: each key under `match` has a glob that fits."""
    of_type = _word(entry, "type", AUTO)
    facts = {
        "name": name,
        "site": _word(entry, "site", ""),
        "tier": _word(entry, "tier", "managed"),
        "type": device_type if device_type and of_type == AUTO else of_type,
    }
    return all(
        any(fnmatch.fnmatchcase(facts.get(key, ""), glob) for glob, _line in words(globs))
        for key, globs in entries(group, "match").items()
    )


def _word(entry: MapNode, key: str, default: str) -> str:
    node = entry.entries.get(key)
    return (as_text(node.value) if isinstance(node, Scalar) else "") or default
