"""What a gateway makes of a called number on its way in, by its translation rules (Cisco IOS). Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from cmsp_agent.services.devices.voice_ports import Block

TranslationRule = tuple[str, str]
"""(what is looked for, what it is replaced with), as Python writes them."""

_RULE = re.compile(r"rule \d+ /((?:\\.|[^/\\])*)/ /((?:\\.|[^/\\])*)/")
_GROUPS = {r"\(": "(", r"\)": ")", "(": r"\(", ")": r"\)", r"\/": "/"}


def incoming_rules(blocks: Iterable[Block]) -> list[list[TranslationRule]]:
    """The rules for called numbers of each profile that is used for calls that come in."""
    blocks = list(blocks)
    used = {
        words[2]
        for head, below in blocks
        for words in (head, *below)
        if words[:2] == ["translation-profile", "incoming"] and len(words) > 2
    }
    rules = {head[2]: list(_rules(below)) for head, below in blocks if _is(head, "translation-rule")}
    called = [
        words[2]
        for head, below in blocks
        if _is(head, "translation-profile") and head[2] in used
        for words in below
        if words[:2] == ["translate", "called"] and len(words) > 2
    ]
    return [rules[number] for number in dict.fromkeys(called) if rules.get(number)]


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
        if found is not None:
            sought = re.sub(r"\\.|[()]", lambda part: _GROUPS.get(part[0], part[0]), found[1])
            instead = found[2].replace(r"\0", r"\g<0>")
            try:
                re.compile(sought)
            except re.error:
                continue
            yield sought, instead
