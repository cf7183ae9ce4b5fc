"""YAML text into a tree with lines, by ruamel.yaml's events. Checks form only; the schema checks the content.

Builds the tree itself, so that depth and the expansion of aliases are bounded and all duplicate keys are found at once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cmsp_agent.config.load_scalars import (
    SECRET_NAME,
    SECRET_TAG,
    TWO_WORDS,
    TYPOGRAPHIC,
    in_typographic_quotes,
    resolve,
    syntax_text,
)
from cmsp_agent.config.tree import ListNode, MapNode, Node, Path, Scalar, SecretReference, shown
from cmsp_agent.model.errors import Problem

MOST_DEPTH = 32
MOST_NODES = 100_000
"""Values, aliases counted as often as they are used: a bomb of aliases stops here."""

DEEP_ENOUGH = 3
"""Steps to the place of a secret at least: nearer to the root, `secret` may be the name of a component."""
OPTIONS = ("options",)
"""Keys below which names are free."""
_NO_KEY = "\0"
"""Stands for a key that is none: the value after it is dropped."""
_ODD_INDENTATION = re.compile(r"^ *[\u00a0\u2000-\u200b\u202f\u205f\u3000]", re.MULTILINE)
"""Spaces that come with text pasted from a document or a web page."""
_LEADING_TAB = re.compile(r"^ *\t", re.MULTILINE)


class _TooMuch(Exception):
    """The file passes a bound; the problem is recorded already."""


@dataclass(slots=True)
class _Frame:
    """A mapping or list under construction."""

    line: int
    is_map: bool
    anchor: str | None
    at: Path
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: str | None = None
    merged: list[MapNode] = field(default_factory=list)
    size: int = 1
    column: int = 0

    def node(self) -> Node:
        if not self.is_map:
            return ListNode(tuple(self.items), self.line, column=self.column)
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for source in reversed(self.merged):
            entries.update(source.entries)
            lines.update(source.key_lines)
        return MapNode(entries | self.entries, lines | self.key_lines, self.line, column=self.column)


@dataclass(slots=True)
class _Builder:
    file: str
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    root: Node | None = None
    documents: int = 0
    total: int = 0
    column: int = 0
    """Of what is being taken."""

    def problem(self, line: int, text: str, path: Path = ()) -> None:
        self.problems.append(Problem(self.file, line, shown(path), text, self.column))

    def take(self, event: Event) -> None:
        line, self.column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self.open(event, line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.close()
        elif isinstance(event, ScalarEvent):
            self.scalar(event, line)
        elif isinstance(event, AliasEvent):
            self.alias(event, line)
        elif isinstance(event, DocumentStartEvent):
            self.document(line)

    def document(self, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            self.problem(line, "a second document starts here (---): one file holds one document")
            raise _TooMuch

    def open(self, event: MappingStartEvent | SequenceStartEvent, line: int) -> None:
        if len(self.stack) >= MOST_DEPTH:
            self.problem(line, f"nested deeper than {MOST_DEPTH} levels", self.here())
            raise _TooMuch
        if event.ctag and not str(event.ctag).startswith("tag:yaml.org,2002:"):
            self.problem(line, f"{_tag_text(str(event.ctag))}", self.here())
        is_map, column = isinstance(event, MappingStartEvent), event.start_mark.column + 1
        self.stack.append(_Frame(line, is_map, event.anchor, self.here(), column=column))

    def close(self) -> None:
        frame = self.stack.pop()
        node = _without_tag(frame.node(), frame.at)
        self.remember(frame.anchor, node, frame.size)
        self.place(node, frame.line, frame.size)

    def scalar(self, event: ScalarEvent, line: int) -> None:
        frame = self.stack[-1] if self.stack else None
        tag = str(event.ctag) if event.ctag else ""
        if frame and frame.is_map and frame.key is None and not tag:
            self.key(frame, event.value, line)
            return
        is_plain = bool(event.implicit[0]) and not event.style
        value, complaint = resolve(event.value, tag, is_plain=is_plain)
        if complaint:
            self.problem(line, complaint, self.here())
        quote = event.style in ("'", '"')
        node = Scalar(value, line, column=event.start_mark.column + 1 + quote)
        self.remember(event.anchor, node, 1)
        self.place(node, line, 1)

    def alias(self, event: AliasEvent, line: int) -> None:
        known = self.anchors.get(event.anchor)
        if known is None:
            self.problem(
                line,
                "an alias (*) to an anchor (&) that is not defined above; text that starts with * goes in quotes",
                self.here(),
            )
            self.place(Scalar(None, line), line, 1)
        else:
            self.place(known[0], line, known[1])

    def key(self, frame: _Frame, key: str, line: int) -> None:
        if in_typographic_quotes(key):
            self.problem(line, TYPOGRAPHIC, frame.at)
            key = key[1:-1]
        if key in frame.entries:
            first = frame.key_lines[key]
            self.problem(line, f"duplicate key (first on line {first}): one of the two would be lost", (*frame.at, key))
        frame.key = key
        if key not in frame.key_lines:
            frame.key_lines[key] = line

    def place(self, node: Node, line: int, size: int) -> None:
        self.total += size
        if self.total > MOST_NODES:
            self.problem(
                line, f"more than {MOST_NODES} values, aliases expanded: this is no configuration", self.here()
            )
            raise _TooMuch
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.size += size
        if not frame.is_map:
            frame.items.append(node)
        elif frame.key is None:
            self.problem(line, "a key must be plain text", frame.at)
            frame.key = _NO_KEY
        else:
            self.entry(frame, frame.key, node, line)
            frame.key = None

    def entry(self, frame: _Frame, key: str, node: Node, line: int) -> None:
        if key != "<<":
            if key != _NO_KEY:
                frame.entries.setdefault(key, node)
            return
        frame.key_lines.pop(key, None)
        sources = node.items if isinstance(node, ListNode) else (node,)
        frame.merged.extend(source for source in sources if isinstance(source, MapNode))
        if not all(isinstance(source, MapNode) for source in sources):
            self.problem(line, "only mappings can be merged by <<", (*frame.at, key))

    def remember(self, anchor: str | None, node: Node, size: int) -> None:
        if anchor:
            self.anchors[anchor] = (node, size)

    def here(self) -> Path:
        if not self.stack:
            return ()
        frame = self.stack[-1]
        if frame.is_map:
            return frame.at if frame.key is None else (*frame.at, frame.key)
        return (*frame.at, len(frame.items))


def _without_tag(node: Node, at: Path) -> Node:
    """`{secret: NAME}` is `!secret NAME`, for editors that know no tags; what has options of its own keeps them."""
    if not isinstance(node, MapNode) or [*node.entries] != ["secret"] or len(at) < DEEP_ENOUGH or at[-1] in OPTIONS:
        return node
    name = node.entries["secret"]
    if not isinstance(name, Scalar) or not isinstance(name.value, str) or not SECRET_NAME.fullmatch(name.value):
        return node
    return Scalar(SecretReference(name.value), node.line)


def parse_yaml(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Parse a whole file.

    Returns:
        The tree (None where the file is empty or broken off by an error of syntax) and all that is wrong with its form.
    """
    builder = _Builder(file)
    if odd := [_place(text, found.end()) for found in _ODD_INDENTATION.finditer(text)]:
        words = "a no-break or other odd space in the indentation: YAML wants plain spaces"
        return None, [Problem(file, line, "", words, column) for line, column in odd]
    try:
        for event in _events(text):
            builder.take(event)
    except _TooMuch:
        return None, builder.problems
    except MarkedYAMLError as error:
        builder.problems.extend(_syntax_problems(error, text, file))
        return None, builder.problems
    except YAMLError:
        builder.problems.append(Problem(file, 0, "", "not valid YAML"))
        return None, builder.problems
    return builder.root, builder.problems


def _events(text: str) -> Iterator[Event]:
    yield from YAML(typ="safe", pure=True).parse(text)


def _tag_text(tag: str) -> str:
    if tag == SECRET_TAG:
        return "!secret wants the name of one secret: !secret NAME"
    return "unknown tag (a value that starts with '!'): only !secret NAME is known; other text goes in quotes"


def _syntax_problems(error: MarkedYAMLError, text: str, file: str) -> list[Problem]:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    problem = error.problem or ""
    if "'\\t'" in problem:
        tabs = [_place(text, found.end()) for found in _LEADING_TAB.finditer(text)] or [(line, column)]
        return [Problem(file, each, "", "a tab in the indentation: YAML wants spaces", at) for each, at in tabs]
    near = "\n".join(text.splitlines()[max(0, line - 2) : line])
    hint = f" ({TWO_WORDS})" if re.search(r"!secret[^\s]|!secret\s*[,}\]]", near, re.IGNORECASE) else ""
    return [Problem(file, line, "", f"not valid YAML: {syntax_text(problem)}{hint}", column)]


def _place(text: str, end: int) -> tuple[int, int]:
    """Line and column of the character before a position."""
    return text.count("\n", 0, end - 1) + 1, end - 1 - text.rfind("\n", 0, end - 1)
