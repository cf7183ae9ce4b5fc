"""The configuration as it is in force, with the origin of each value: a line of the file, a group, or the default.

Secrets are shown by name only: their values are never looked up here.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cmsp_agent.config.load import CheckedFile
from cmsp_agent.config.tree import FROM_FILE, ListNode, MapNode, Node, Path, find, line_of, shown

DEFAULT = "default"
_WIDTH = 80
_COMMENT = 22
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9 ./_@%+*-]*|[0-9]+[A-Za-z%/][A-Za-z/]*|!secret [A-Za-z0-9._-]+")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


@dataclass(frozen=True, slots=True)
class ValueInForce:
    """One value in force. `line` is 0 for a default."""

    path: Path
    value: object
    origin: str
    line: int

    @property
    def said_by(self) -> str:
        """The origin for people."""
        if self.origin == DEFAULT:
            return DEFAULT
        return f"line {self.line}" if self.origin == FROM_FILE else f"{self.origin}, line {self.line}"

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {"path": shown(self.path), "value": self.value, "origin": self.origin, "line": self.line or None}


def values_in_force(document: CheckedFile) -> Iterator[ValueInForce]:
    """Every value in force, in the order of the schema. A value that is neither written nor a default is left out."""
    dumped = document.site_file.model_dump(mode="json", by_alias=True, exclude={"components", "groups"})
    groups = document.site_file.model_dump(mode="json", by_alias=True, include={"groups"}, exclude_unset=True)
    components = {name: entry.model_dump(mode="json", by_alias=True) for name, entry in document.entries.items()}
    for key, section in dumped.items():
        yield from _walk(section, find(document.tree, key), (key,))
        if key == "credentials":
            for name, component in components.items():
                yield from _walk(component, document.component_trees[name], ("components", name))
            yield from _walk(groups.get("groups", []), find(document.tree, "groups"), ("groups",))


def _walk(value: Any, node: Node | None, path: Path, line: int = 0) -> Iterator[ValueInForce]:
    if value is None or value in ({}, []):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            child = find(node, key)
            at = line_of(node, (key,)) if isinstance(node, MapNode) else line
            # A value in short form stands for the whole mapping, so its parts come from where it stands.
            yield from _walk(inner, child if isinstance(node, MapNode) else node, (*path, key), at)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            child = find(node, index) if isinstance(node, ListNode) else node
            yield from _walk(item, child, (*path, index), child.line if child else 0)
    elif node is None:
        yield ValueInForce(path, value, DEFAULT, 0)
    else:
        yield ValueInForce(path, value, node.origin, line or node.line)


def as_yaml(values: Sequence[ValueInForce]) -> str:
    """The values as YAML, the origin of each in a comment, within 80 columns where the value allows."""
    lines: list[str] = []
    previous: Path = ()
    for each in values:
        lines.extend(_headings(previous, each.path))
        lines.extend(_entry(each))
        previous = each.path
    return "\n".join(lines)


def _headings(previous: Path, path: Path) -> Iterator[str]:
    """The lines that open the mappings and list items above a value and that are not open yet."""
    for depth, step in enumerate(path[:-1]):
        if path[: depth + 1] != previous[: depth + 1]:
            indent = "  " * depth
            yield f"{indent}- # {step}" if isinstance(step, int) else f"{indent}{_key(step)}:"


def _entry(each: ValueInForce) -> Iterator[str]:
    indent = "  " * (len(each.path) - 1)
    text = f"{indent}{_key(str(each.path[-1]))}: {_scalar(each.value)}"
    comment = f"# {each.said_by}"
    if len(text) + 2 + len(comment) > _WIDTH:
        yield f"{indent}{comment}"
        yield text
    else:
        yield f"{text:<{_WIDTH - _COMMENT}}  {comment}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*", key) and key.lower() not in _WORDS else json.dumps(key)


def _scalar(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_scalar(item) for item in value)}]"
    if isinstance(value, str):
        return (
            value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else json.dumps(value, ensure_ascii=False)
        )
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value)
