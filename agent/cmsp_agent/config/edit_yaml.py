"""Changes a YAML text to say what another says, and keeps its comments: they are the partner's."""

import re
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.error import YAMLError

WIDEST = 4096
_STEP = re.compile(r"^[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( +)[^\s#-]", re.MULTILINE)
"""The first entry below a key: how far it is set in."""
_DASH = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)-( +)\S", re.MULTILINE)
"""The first entry of a list below a key."""


def comments(text: str) -> set[str]:
    """What people have written into it beside the values; a `#` inside a word does not begin a comment."""
    found = (line.lstrip() if line.lstrip().startswith("#") else line.partition(" #")[2] for line in text.splitlines())
    return {words for comment in found if (words := comment.strip("# -=\t"))}


def merged(present: str, wanted: str) -> str:
    """The present text, changed to the content of the wanted one.

    Raises:
        ValueError: one of them is not YAML, or is no mapping.
    """
    yaml = _round_trip(present)
    before, after = _mapping(yaml, present), _mapping(yaml, wanted)
    _follow(before, after)
    return _written(yaml, before)


def added(present: str, more: str) -> str:
    """The present text with the entries of another one added to its mappings; what it has stays as it is.

    A mapping in braces becomes one of lines. What is empty, or has comments alone, gets the other text after it.

    Raises:
        ValueError: one of them is not YAML, or is no mapping, or a comment would be lost.
    """
    if all(not line.strip() or line.startswith("#") for line in present.splitlines()):
        _mapping(_round_trip(more), more)
        return f"{present.rstrip()}\n{more}" if present.strip() else more
    yaml = _round_trip(present)
    before, new = _mapping(yaml, present), _mapping(yaml, more)
    for key, entries in new.items():
        if before.get(key) is None:
            before[key] = CommentedMap()
        known = before[key]
        if not isinstance(known, CommentedMap) or not isinstance(entries, CommentedMap):
            raise ValueError(f"{key} is no mapping")
        if any(name not in known for name in entries):
            known.fa.set_block_style()
        for name, entry in entries.items():
            known.setdefault(name, entry)
    text = _written(yaml, before)
    if lost := sorted(comments(present) - comments(text)):
        raise ValueError(f"the comment {lost[0]!r} stands inside braces and would be lost: add the lines by hand")
    return text


def _round_trip(text: str) -> YAML:
    """Keeps comments, quotes, long lines and indentation as they are in this text."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = WIDEST
    step = len(found[1]) if (found := _STEP.search(text)) else 2
    dash = len(found[2]) - len(found[1]) if (found := _DASH.search(text)) else 0
    after_dash = len(found[3]) if found else 1
    yaml.indent(mapping=step, sequence=dash + 1 + after_dash, offset=dash)
    return yaml


def _mapping(yaml: YAML, text: str) -> CommentedMap:
    try:
        content = yaml.load(text)
    except YAMLError as error:
        raise ValueError(str(error)) from error
    if not isinstance(content, CommentedMap):
        raise ValueError("not a mapping")
    return content


def _written(yaml: YAML, content: CommentedMap) -> str:
    written = StringIO()
    yaml.dump(content, written)
    return written.getvalue()


def _follow(before: CommentedMap, after: CommentedMap) -> None:
    for key in [key for key in before if key not in after]:
        del before[key]
    for key, value in after.items():
        if key not in before or not _merge_into(before[key], value):
            before[key] = value


def _merge_into(before: Any, after: Any) -> bool:
    """Whether the one says the same as the other now; else it is to be replaced."""
    if isinstance(before, CommentedMap) and isinstance(after, CommentedMap):
        _follow(before, after)
        return True
    if isinstance(before, CommentedSeq) and isinstance(after, CommentedSeq):
        if len(before) != len(after):
            return False
        for index, value in enumerate(after):
            if not _merge_into(before[index], value):
                before[index] = value
        return True
    if isinstance(before, TaggedScalar) and isinstance(after, TaggedScalar):
        return bool(before.tag.value == after.tag.value and before.value == after.value)
    return type(before) is type(after) and bool(before == after)
