"""How OIDs, patterns and names are written in a plugin. Each check says what is wrong, as `path: what`."""

import re
from collections.abc import Iterable, Iterator

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z")
DOTTED = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\Z")
OID = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,9}))+\Z")
LARGEST = 2**32 - 1
_ATOM = r"(?:\\?[^\\\s()\[\]|]|\[[^\[\]]+\])"
_REPEATED_TWICE = re.compile(
    rf"(?<!\\)\((?:\?:|\?P<\w+>)?(?:{_ATOM}[?*])*{_ATOM}[+*](?:{_ATOM}[?*])*\)(?:[+*]|\{{\d*,\}})"
)
"""A group that need hold nothing but one repetition, and is repeated itself: `(a+)+`, `(\\w+\\s?)*`."""
_JOINED = re.compile(r"(?<!^)1\.3\.6\.1\.(?:2\.1|4\.1|6\.3)\.")
FUNCTION = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_])?\Z")


def oid(path: str, value: str) -> Iterator[str]:
    """What is wrong with an OID, and how it is written."""
    if OID.match(value):
        if any(int(number) > LARGEST for number in value.split(".")):
            yield f"{path}: not an OID ({value!r}): no number in it is over {LARGEST}"
        elif second := _JOINED.search(value):
            yield f"{path}: two OIDs in one ({value!r}): a comma is missing before {value[second.start() :]!r}"
        return
    hint = ": without the dot in front" if OID.match(value.lstrip(".")) else ": digits and dots, no names"
    yield f"{path}: not an OID ({value!r}){hint}"


def oids(path: str, values: Iterable[str]) -> Iterator[str]:
    """What is wrong with several OIDs."""
    for value in values:
        yield from oid(path, value)


def pattern(path: str, value: str) -> Iterator[str]:
    """Whether a pattern compiles, and ends."""
    try:
        re.compile(value)
    except re.error as error:
        yield f"{path}: not a pattern: {error} ({value!r})"
        return
    if endless := _REPEATED_TWICE.search(value):
        yield f"{path}: {endless.group()!r} repeats a repetition, which may take for ever: one of the two is enough"


def distinct_pattern(path: str, value: str) -> Iterator[str]:
    """What is wrong with a pattern that tells one text from others: by what is in it, or by what is not (`(?!`)."""
    wrong = list(pattern(path, value))
    yield from wrong
    if not wrong and not any(absent in value for absent in ("(?!", "(?<!")) and re.search(value, "\0"):
        yield f"{path}: {value!r} is found in every text: it tells no device from another"


def function(path: str, name: str) -> Iterator[str]:
    """What is wrong with the name of what a device is there for: `pstn`, `fax`."""
    if not FUNCTION.match(name):
        yield f"{path}: not a function's name ({name!r}): lower case, digits, dots and dashes"


def one_of(path: str, value: str, choices: Iterable[str]) -> Iterator[str]:
    """Whether a value is one of a few."""
    if value not in choices:
        yield f"{path}: one of {', '.join(repr(choice) for choice in choices)} (got {value!r})"


def dotted(path: str, name: str) -> Iterator[str]:
    """What is wrong with the name of an alarm type or a KPI."""
    if not DOTTED.match(name):
        yield f"{path}: not a dotted name in lower case ({name!r})"


def letters(path: str, words: Iterable[object]) -> Iterator[str]:
    """Whether somebody made a set of the letters of a word."""
    found = [word for word in words if isinstance(word, str)]
    if len(found) > 1 and all(len(word) == 1 and word.isalpha() for word in found):
        yield f"{path}: single letters ({', '.join(sorted(found))}): frozenset({{'word'}}), with braces"
