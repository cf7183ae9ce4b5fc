"""A file with anything anywhere either loads or is refused by line; nothing else comes out."""

import random
import re
from pathlib import Path

import pytest

from cmsp_agent.model.errors import ConfigurationError, Problem
from tests.unit.config.builders import Known, load_configuration, write

FILE = """\
appliance: {name: lab, next_hop: 10.1.0.254}
order: {effective: 2026-01-10, ends: 2027-01-09, components: 8}
sites:
  paris: {people: 100, hours: Mon-Fri 08:00-18:00, maintenance: [{name: weekly, when: "Sun 02:00-04:00"}]}
credentials:
  ro: {snmp: {version: 3, user: cmsp, auth: SHA-256, auth_key: !secret a, priv: AES-128, priv_key: !secret b}}
  cli: {ssh: {user: cmsp, password: !secret c}}
components:
  gw-1: {address: 10.1.0.1, site: paris, credentials: [ro, cli], parent: sw-1, functions: {pstn: primary}}
  sw-1: {address: [10.1.0.9, "2001:db8::9"], site: paris, services: {backup: false}, thresholds: {cpu: {raise: 9}}}
groups: [{match: {site: paris}, set: {poll: {every: 60s, timeout: 1s}}}]
notify: [{to: a@b, when: {priority: [P1]}, updates: {P1: 30m}}]
listen: {traps: 162, syslog: "127.0.0.1:514"}
"""
PIECE = re.compile(r"[^\s{}\[\],:]+|\{[^{}]*\}|\[[^\[\]]*\]|\n")
STRANGE = (
    *(
        "null",
        "true",
        "-1",
        "1.5",
        "9" * 30,
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "{null: 1}",
        "{a: {b: [c]}}",
        "- ",
        "? ",
        ": ",
    ),
    *(
        "!secret s",
        "!foo x",
        "*a",
        "&a",
        "<<: {a: 1}",
        '""',
        '"\\u202e"',
        "off",
        "5m",
        "'1:2:3'",
        "é",
        "x" * 300,
        "inf",
    ),
)


@pytest.mark.parametrize("seed", range(12))
def test_anything_anywhere(tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)
    for _ in range(12):
        text = FILE
        for _ in range(choose.choice((1, 1, 2, 4))):
            piece = choose.choice(list(PIECE.finditer(text)))
            text = text[: piece.start()] + choose.choice(STRANGE) + text[piece.end() :]
        problems = problems_of(write(tmp_path, text))
        assert all(problem.line for problem in problems)


def problems_of(path: Path) -> tuple[Problem, ...]:
    try:
        configuration = load_configuration(path, Known())
    except ConfigurationError as error:
        return error.problems
    for name in configuration.components:
        configuration.identified(name, "cisco_ios")
    return ()
