"""Ports that the file asks for twice are refused, however they are written."""

from pathlib import Path

import pytest

from cmsp_agent.config.load import configure, read_document
from cmsp_agent.config.secrets import Secrets
from cmsp_agent.preflight.machine import machine_problems
from cmsp_agent.preflight.service_user import service_user

FILE = "appliance: {name: lab, storage: {state: STATE}}\nlisten: {syslog_tls: off, syslog_tcp: off, LISTEN}\n"
FREE = 47_162
"""Looked for as a port of UDP below; whether somebody else has it changes nothing here."""


def said(folder: Path, listen: str) -> list[str]:
    file = folder / "site.yaml"
    file.write_text(FILE.replace("STATE", str(folder / "s")).replace("LISTEN", listen))
    document = read_document(file)
    found = machine_problems(configure(document, Secrets(())), document.tree, service_user(folder / "s"), running=False)
    return [f"{problem.line}: {problem.path}: {problem.text}" for problem in found if "already" in problem.text]


@pytest.mark.parametrize(
    ("listen", "first", "second"),
    [
        (f"traps: {FREE}, syslog: {FREE}", "traps", "syslog"),
        (f'traps: [{FREE}, "127.0.0.1:{FREE}"], syslog: off', "traps", "traps"),
        (f'traps: "127.0.0.1:{FREE}", syslog: {FREE}', "traps", "syslog"),
        (f'traps: "[::1]:{FREE}", syslog: {FREE}', "traps", "syslog"),
    ],
)
def test_a_port_that_is_asked_for_twice_is_said_once(tmp_path: Path, listen: str, first: str, second: str) -> None:
    assert said(tmp_path, listen) == [f"2: listen.{second}: listen.{first} has port {FREE} already: write another one"]


@pytest.mark.parametrize(
    "listen",
    [
        f'traps: ["127.0.0.1:{FREE}", "[::1]:{FREE}"], syslog: off',
        f'traps: "127.0.0.1:{FREE}", syslog: "127.0.0.2:{FREE}"',
        f"traps: [{FREE}, {FREE}], syslog: off",
        "traps: 0, syslog: 0",
    ],
)
def test_ports_of_different_addresses_are_no_contradiction(tmp_path: Path, listen: str) -> None:
    assert said(tmp_path, listen) == []
