"""What a gateway makes of a called number by its translation rules, and what they reject (Cisco IOS). Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from cmsp_agent.services.devices.voice_ports import Block

TranslationRule = tuple[str, str]
"""(what is looked for, what it is replaced with), as Python writes them."""

_RULE = re.compile(r"rule \d+ /((?:\\.|[^/\\])*)/ /((?:\\.|[^/\\])*)/")
_REJECT = re.compile(r"rule \d+ reject /((?:\\.|[^/\\])*)/")
_GROUPS = {r"\(": "(", r"\)": ")", "(": r"\(", ")": r"\)", r"\/": "/"}


def incoming_rules(blocks: Iterable[Block]) -> list[list[TranslationRule]]:
    """The rules for called numbers of each profile that is used for calls that come in."""
    blocks = list(blocks)
    profiles = rules_of_profiles(blocks)
    found = [profiles.get(name, []) for name in dict.fromkeys(_used(blocks, ["translation-profile", "incoming"]))]
    return [rules for place, rules in enumerate(found) if rules and rules not in found[:place]]


def rules_of_profiles(blocks: Iterable[Block]) -> dict[str, list[TranslationRule]]:
    """Profile → its rules for called numbers."""
    blocks = list(blocks)
    rules = {head[2]: list(_rules(below)) for head, below in blocks if _is(head, "translation-rule")}
    return {name: rules.get(number, []) for name, number in _called(blocks)}


def rejecting(blocks: Iterable[Block]) -> list[tuple[str, list[str]]]:
    """Each profile that blocks calls that come in, and what it rejects of called numbers, as Python writes it."""
    blocks = list(blocks)
    rules = {head[2]: list(_rejects(below)) for head, below in blocks if _is(head, "translation-rule")}
    used = set(_used(blocks, ["call-block", "translation-profile", "incoming"]))
    return [(name, rules[number]) for name, number in _called(blocks) if name in used and rules.get(number)]


def _used(blocks: Iterable[Block], words: list[str]) -> Iterator[str]:
    """What stands after these words at a line's beginning."""
    for head, below in blocks:
        yield from (line[len(words)] for line in (head, *below) if line[: len(words)] == words and line[len(words) :])


def _called(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """(profile, the number of its rule for called numbers)."""
    for head, below in blocks:
        if _is(head, "translation-profile"):
            yield from ((head[2], words[2]) for words in below if words[:2] == ["translate", "called"] and words[2:])


def translated(number: str, profiles: Sequence[Sequence[TranslationRule]]) -> Iterator[str]:
    """What each profile makes of a number that is dialled: its first rule that fits is carried out."""
    for rules in profiles:
        for sought, instead in rules:
            if re.search(sought, number):
                yield re.sub(sought, instead, number, count=1)
                break


def _is(head: Sequence[str], what: str) -> bool:
    return head[:2] == ["voice", what] and len(head) > 2


def _rules(below: Sequence[Sequence[str]]) -> Iterator[TranslationRule]:
    for words in below:
        found = _RULE.match(" ".join(words))
        if found is not None and (sought := _sought(found[1])):
            yield sought, found[2].replace(r"\0", r"\g<0>")


def _rejects(below: Sequence[Sequence[str]]) -> Iterator[str]:
    for words in below:
        found = _REJECT.match(" ".join(words))
        if found is not None and (sought := _sought(found[1])):
            yield sought


def _sought(said: str) -> str:
    """What is looked for, as Python writes it; empty where it can't be read."""
    sought = re.sub(r"\\.|[()]", lambda part: _GROUPS.get(part[0], part[0]), said)
    try:
        re.compile(sought)
    except re.error:
        return ""
    return sought
