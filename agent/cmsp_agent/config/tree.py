"""The YAML file as a tree whose every value knows its line, column and origin. The schema checks its content."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

FROM_FILE = "file"

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SecretReference:
    """`!secret name`: where a secret is meant. The value is not in the file."""

    name: str

    def __str__(self) -> str:
        return f"!secret {self.name}"


class WrittenInt(int):
    """A whole number that remembers how it was written, for keys where text is wanted (`contract: 0042`)."""

    text: str


class WrittenFloat(float):
    """A number that remembers how it was written."""

    text: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `value` is None, bool, WrittenInt, WrittenFloat, str or SecretReference."""

    value: object
    line: int
    origin: str = FROM_FILE
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ListNode:
    """A sequence of values."""

    items: tuple["Node", ...]
    line: int
    origin: str = FROM_FILE
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping; `key_lines` says where each key stands."""

    entries: Mapping[str, "Node"]
    key_lines: Mapping[str, int]
    line: int
    origin: str = FROM_FILE
    column: int = field(default=0, compare=False)


Node = Scalar | ListNode | MapNode


def plain(node: Node) -> object:
    """The tree as dicts, lists and scalars, for the schema."""
    if isinstance(node, MapNode):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, ListNode):
        return [plain(item) for item in node.items]
    return node.value


def find(node: Node | None, *path: str | int) -> Node | None:
    """The node at a path, or None where the path leads nowhere."""
    for step in path:
        if isinstance(node, MapNode) and isinstance(step, str):
            node = node.entries.get(step)
        elif isinstance(node, ListNode) and isinstance(step, int) and 0 <= step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def entries(node: Node | None, *path: str | int) -> Mapping[str, Node]:
    """The entries of the mapping at a path; none where there is no mapping."""
    found = find(node, *path)
    return found.entries if isinstance(found, MapNode) else {}


def line_of(root: Node, path: Path) -> int:
    """The line of the key at a path, or of the nearest thing above it that the file has."""
    line, node = root.line, root
    for step in path:
        child = find(node, step)
        if child is None:
            break
        line = node.key_lines.get(str(step), child.line) if isinstance(node, MapNode) else child.line
        node = child
    return line


def words(node: Node | None) -> Iterator[tuple[str, int]]:
    """Each text of a value that may be one text or a list of them, with its line. Else nothing."""
    parts = node.items if isinstance(node, ListNode) else (node,)
    for part in parts:
        if isinstance(part, Scalar) and (text := as_text(part.value)):
            yield text, part.line


def as_text(value: object) -> str:
    """A scalar as it was written; empty for what is no text (null, true, a secret)."""
    if isinstance(value, WrittenInt | WrittenFloat):
        return value.text
    return value if isinstance(value, str) else ""


def with_origin(node: Node, origin: str) -> Node:
    """The same tree, all of it said to come from `origin`."""
    if isinstance(node, MapNode):
        inner = {key: with_origin(value, origin) for key, value in node.entries.items()}
        return replace(node, entries=inner, origin=origin)
    if isinstance(node, ListNode):
        return replace(node, items=tuple(with_origin(item, origin) for item in node.items), origin=origin)
    return replace(node, origin=origin)


def overlay(below: MapNode, above: MapNode) -> MapNode:
    """Lay one mapping over another: mappings merge key by key, everything else is replaced by what lies above."""
    merged: dict[str, Node] = dict(below.entries)
    for key, value in above.entries.items():
        under = merged.get(key)
        merged[key] = overlay(under, value) if isinstance(under, MapNode) and isinstance(value, MapNode) else value
    return replace(above, entries=merged, key_lines={**below.key_lines, **above.key_lines})


def shown(path: Sequence[str | int]) -> str:
    """A path for people: `notify[0].when.priority`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
