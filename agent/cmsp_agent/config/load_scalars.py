"""Turns YAML scalars into Python values by YAML 1.2's core schema, and YAML's errors into texts without content."""

import math
import re

from cmsp_agent.config.tree import SecretReference, WrittenFloat, WrittenInt

SECRET_TAG = "!secret"  # noqa: S105 - the tag, not a secret
SECRET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

_CORE = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

_SYNTAX = (
    (
        "mapping values are not allowed",
        "a ':' where no key can stand; text with ': ' in it goes in quotes, and keys of one mapping line up",
    ),
    ("expected ',' or ']'", "a '[' that is not closed by ']', or a comma missing between two items"),
    ("expected ',' or '}'", "a '{' that is not closed by '}', or a comma missing between two keys"),
    ("found unexpected end of stream", "a quote that is not closed"),
    ("expected <block end>", "indented otherwise than the lines above that it belongs with"),
    ("expected the node content", "a value is missing here"),
    ("expected chomping", "after | or > the text starts on the next line; text that starts with them goes in quotes"),
    ("mapping keys are not allowed", "a '?' where no key can stand; text that starts with ? goes in quotes"),
    (
        "found undefined tag handle",
        "unknown tag (a value that starts with '!'): other text than !secret NAME goes in quotes",
    ),
    (
        "found unknown escape character",
        "an escape in double quotes that YAML does not know: single quotes keep \\ as it is",
    ),
    ("sequence entries are not allowed", "a list item ('- ') where none can stand: put it on a line of its own"),
    ("could not find expected ':'", "a key without ':' after it"),
)
TWO_WORDS = "!secret and the secret's name are two words, in small letters: !secret NAME"
TYPOGRAPHIC = "typographic quotes are none in YAML: write \" or ' instead"
_TYPOGRAPHIC = frozenset("\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u201b\xab\xbb")
_QUOTED = re.compile(r"'[^']{2,}'|\"[^\"]*\"")


def resolve(text: str, tag: str, *, is_plain: bool) -> tuple[object, str]:
    """A scalar's value, and what is wrong with it (empty: nothing).

    Args:
        text: The scalar as written, without quotes.
        tag: The full tag; empty where the file has none.
        is_plain: Whether it stood without quotes; only then can it be a number, true, false or null.
    """
    if tag == SECRET_TAG:
        return _secret(text)
    if tag.lower().startswith("!secret"):
        return SecretReference(""), TWO_WORDS
    if tag == f"{_CORE}str":
        return text, ""
    if tag and not tag.startswith(_CORE):
        return SecretReference(
            ""
        ), "unknown tag (a value that starts with '!'): only !secret NAME is known; other text goes in quotes"
    if is_plain and in_typographic_quotes(text):
        return text[1:-1], TYPOGRAPHIC
    return (_plain(text) if is_plain or tag else text), ""


def in_typographic_quotes(text: str) -> bool:
    """Whether a word processor made other quotes of those around it."""
    return len(text) > 1 and {text[0], text[-1]} <= _TYPOGRAPHIC


def _secret(name: str) -> tuple[object, str]:
    if SECRET_NAME.fullmatch(name):
        return SecretReference(name), ""
    return SecretReference(
        ""
    ), "!secret wants the name of a secret (letters, digits, '.', '_', '-'), not the secret itself"


def _plain(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        whole = WrittenInt(text)
        whole.text = text
        return whole
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        number = WrittenFloat(text)
        number.text = text
        return number
    return text


def syntax_text(problem: str) -> str:
    """A parser's complaint in words of ours. What it quotes from the file is left out: it may be a secret."""
    for start, text in _SYNTAX:
        if problem.startswith(start):
            return text
    if match := re.match(r"found character '(.)' that cannot start any token", problem):
        return f"text that starts with {match[1]} goes in quotes"
    return "the structure breaks off here" if problem.startswith("expected") else _QUOTED.sub("…", problem)
