"""Secrets that are such by the section in which their line stands: elsewhere the same words name a number or a route.

A section is what stands deeper than the line that opens it, or all up to a line that ends it. The sources are the
makers' command references.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cmsp_agent.model.redaction import hide
from cmsp_agent.services.backups.secret_values import KIND, VALUE


@dataclass(frozen=True, slots=True)
class SecretSection:
    """A kind of section: how its first line begins, what stands before a secret in its lines, what ends it."""

    opens: str
    before: str
    ends: re.Pattern[str] | None = None
    """The line after its last one; without it, the first that is not deeper than the opening one."""


_SECTIONS = (
    SecretSection(  # in a key chain, `key 63` is a number
        r"(?:tacacs|radius|ldap|aaa-server|aaa group)\b", rf"^\s+key(?! +\w+ +(?:cipher|simple) ) +{KIND}"
    ),
    SecretSection(
        r"(?:ip(?:v6)? )?(?:vrrp|hsrp|glbp|standby)(?:v3|-group)?(?: (?:vrid|group))? \d+(?: |\r?$)",
        rf"^\s+authentication(?! +(?:md5|mode|order|priority)\b(?! +key-string))(?! +key-?chain\b) +"
        rf"(?:(?:text|string|md5 key-string) +)?{KIND}",
    ),
    SecretSection(
        r"(?:(?:create|modify|list) )?(?:sys snmp|[lg]tm monitor snmp)\b",
        rf"(?:^|\{{)\s*community(?:-name)? +(?!\{{){KIND}",
    ),
    SecretSection(r"config system snmp community\b", r"\bset name +", re.compile(r"^\s*end\b")),
    SecretSection(r"/snmp community\b", r"(?<![\w-])name=", re.compile(r"^/")),
    SecretSection(r"/system ntp key\b", r"(?<![\w-])key=", re.compile(r"^/")),
)
_OPENS = re.compile(
    "|".join(rf"(?P<_{number}>^[ \t]*{each.opens})" for number, each in enumerate(_SECTIONS)), re.MULTILINE
)
_SECRETS: Sequence[re.Pattern[str]] = [re.compile(each.before + VALUE) for each in _SECTIONS]


def hide_in_sections(text: str) -> str:
    """The text with every secret hidden that is one by its section."""
    if not _OPENS.search(text):
        return text
    shown, number, depth = list[str](), -1, 0
    for line in text.split("\n"):
        if number < 0 or _is_past(line, _SECTIONS[number], depth):
            opened = _OPENS.match(line)
            number = int((opened.lastgroup or "")[1:]) if opened is not None else -1
            depth = _depth(line)
        shown.append(line if number < 0 else hide([_SECRETS[number]], line))
    return "\n".join(shown)


def _is_past(line: str, section: SecretSection, depth: int) -> bool:
    """Whether a line is the first after a section that a line of this depth opened."""
    if section.ends is not None:
        return section.ends.match(line) is not None
    return bool(line.strip()) and _depth(line) <= depth


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
