"""Only lines with a sign of a secret are looked at closely, and nothing is missed by that."""

import random
import re
import time
from collections.abc import Iterable
from re import _constants, _parser  # type: ignore[attr-defined, unused-ignore]
from typing import Any

import pytest

from cmsp_agent.model.redaction import hide
from cmsp_agent.services.backups.secret_lines import SIGNS, hidden
from cmsp_agent.services.backups.secret_sections import hide_in_sections
from cmsp_agent.services.backups.secrets import patterns

SECRETS = [
    "snmp-server community canary RO",
    "tacacs server one\n address ipv4 10.0.0.1\n timeout 3\n key 7 canary",
    "radius server one\n address ipv4 10.0.0.1\n\n key 63",
    "aaa group server x\n server 10.0.0.1\n key 64",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIcanary\ncanary\n-----END RSA PRIVATE KEY-----",
    "password\n   = canary",
    'password: "\n',
    '{"name": "password",\n\n "value": "canary"}',
    '<password\n  kind="x">canary</password>',
    'action 1 cli command "enable" pattern "assword"\naction 2 cli command "canary"',
    "archive\n path scp://noc:canary@10.0.0.1/x",
    "secret 9 $9$abcdefghijkl$canary",
    "PASSWORD=canary",
]
PLAIN = [
    "interface Gi0/0",
    " ip address 10.0.0.1 255.255.255.0",
    "!",
    "",
    " description to the pass",
    "end",
    "\tquit\r",
]


def needs(parsed: Iterable[Any]) -> set[str] | None:
    """Words of which one must be in what a pattern matches; None where there are none."""
    best: set[str] | None = None
    run = ""
    for kind, value in [*parsed, (None, None)]:
        if kind is _constants.LITERAL:
            run += chr(value).lower()
            continue
        if kind is _constants.MAX_REPEAT and value[0] and value[2][0][0] is _constants.LITERAL:
            run += chr(value[2][0][1]).lower()
        for found in ({run} if run else None, below(kind, value)):
            if found and all(signed(each) for each in found):
                best = found
        run = ""
    return best


def below(kind: Any, value: Any) -> set[str] | None:
    if kind is _constants.SUBPATTERN:
        return needs(value[3])
    if kind is _constants.ATOMIC_GROUP:
        return needs(value)
    if kind is _constants.MAX_REPEAT and value[0] > 0:
        return needs(value[2])
    if kind is _constants.BRANCH:
        each = [needs(branch) for branch in value[1]]
        return None if None in each else {word for words in each if words for word in words}
    return None


def signed(word: str) -> bool:
    return any(sign in word for sign in SIGNS)


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.pattern[-40:])
def test_no_form_of_a_secret_is_without_a_sign(pattern: re.Pattern[str]) -> None:
    assert needs(_parser.parse(pattern.pattern, pattern.flags))


def test_what_is_hidden_is_what_would_be_hidden_in_the_whole_text() -> None:
    chance = random.Random(5)
    for _ in range(60):
        lines = [chance.choice(SECRETS if chance.random() < 0.3 else PLAIN) for _ in range(12)]
        text = "\n".join(lines)
        assert hidden(text) == hide(patterns(), hide_in_sections(text)), text


@pytest.mark.parametrize("text", [each for each in SECRETS if "canary" in each])
def test_each_is_gone_wherever_it_stands(text: str) -> None:
    assert "canary" not in hidden(f"interface Gi0/0\n!\n{text}\n!\nend\n")


def test_a_text_with_a_nul_is_looked_at_as_a_whole() -> None:
    assert hidden("a\0b\npassword canary\n") == "a\0b\npassword <hidden>\n"


def test_what_a_terminal_wrapped_into_the_next_line_is_hidden() -> None:
    line = "username noc privilege 15 secret 9 $9$".ljust(80, "x")
    assert hidden(f"{line}\r\nxxCanary/.\r\n!\n") == f"{line[:35]}<hidden>\r\n<hidden>\r\n!\n"
    assert hidden(f"{line}\nend\n").endswith("<hidden>\nend\n")
    assert hidden(f"{line}x\nhostname\n").endswith("<hidden>\nhostname\n")


def test_a_word_of_many_hyphens_takes_no_time() -> None:
    """Such as a token in the alphabet for URLs: its length may not count twice."""
    began = time.process_time()
    assert hidden(f"authentication {'a-' * 5000}\n")
    assert time.process_time() - began < 2
