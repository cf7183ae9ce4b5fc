"""With `--url`, each command asks the agent there, works on files that it is given, or says that it can't."""

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.cli import application
from cmsp_agent.cli.on_appliance import ON_THE_APPLIANCE
from cmsp_agent.cli.output import Output
from tests.lab.certificates import Authority
from tests.unit.cli.fakes import cmsp_agent

ON_FILES = {
    "backup recover",
    "backup recovery-key",
    "config schema",
    "plugin check",
    "plugin new",
    "plugin show",
    "plugin test",
    "plugin traps",
    "tool clean",
    "tool identify",
    "tool redact",
    "tool syslog",
    "tool trap",
}
"""Need no agent: they read what they are given, or what is installed beside them."""


def commands() -> dict[str, Callable[..., Any]]:
    app = application.application(Output())
    found = {str(each.name): each.callback for each in app.registered_commands}
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for each in group.typer_instance.registered_commands:
            found[f"{group.name} {each.name}"] = each.callback
    return {name: callback for name, callback in found.items() if callback is not None}


def asks_the_agent(command: Callable[..., Any]) -> bool:
    """Whether the command, or a function of its module that it calls, uses the daemon."""
    module = inspect.getmodule(command)
    assert module is not None
    wanted, seen = [command.__name__], set[str]()
    bodies = {
        node.name: node
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    while wanted:
        body = bodies.get(name := wanted.pop())
        if body is None or name in seen:
            continue
        seen.add(name)
        nodes = list(ast.walk(body))
        if any(isinstance(node, ast.Attribute) and node.attr == "daemon" for node in nodes):
            return True
        wanted += [node.id for node in nodes if isinstance(node, ast.Name)]
    return False


def test_each_command_is_one_of_three_kinds() -> None:
    every = commands()
    asking = {name for name, callback in every.items() if asks_the_agent(callback)}
    assert set(every) == ON_THE_APPLIANCE | ON_FILES | asking
    assert not ON_FILES & (ON_THE_APPLIANCE | asking)


@pytest.fixture(scope="module")
def noc(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    authority = Authority(tmp_path_factory.mktemp("ca"))
    caller = authority.client("noc", "urn:cmsp:noc:admin")
    files = ("--cert", str(caller.certificate), "--key", str(caller.key), "--ca", str(authority.path))
    return "--url", "https://127.0.0.1:1", *files


TYPE = {"name": "acme_box", "title": "Box", "kpis": 1, "states": 2, "traps": 3, "syslog": 4, "saved": True, "like": ""}
TYPE |= {"capabilities": [{"capability": "kpis", "label": "proven", "what": "box.load"}]}
RULE = {"kind": "filter", "rule": "quiet", "if": "type is x", "does": "drop", "where": "r.yaml:3"}


@pytest.mark.parametrize(
    ("command", "path", "answer", "said"),
    [
        ("type list", "/v1/types", {"items": [TYPE]}, "acme_box"),
        ("type show acme_box", "/v1/types/acme_box", TYPE, "box.load"),
        ("rules check", "/v1/rules", {"items": [RULE]}, "r.yaml:3"),
        ("secret list", "/v1/secrets", {"items": [{"name": "ro", "source": "vault", "lines": [3]}]}, "vault"),
    ],
)
def test_what_the_agent_there_has_is_asked_of_it(command: str, path: str, answer: dict[str, Any], said: str) -> None:
    assert said in cmsp_agent(*command.split(), answers={path: answer}).out


def test_rows_of_rules_go_by_their_names_not_by_their_order() -> None:
    swapped = dict(reversed(RULE.items())) | {"more": "of a later release"}
    out = cmsp_agent("rules", "check", answers={"/v1/rules": {"items": [swapped]}}, width=120).out
    assert out == cmsp_agent("rules", "check", answers={"/v1/rules": {"items": [RULE]}}, width=120).out


def test_rules_are_tried_by_the_files_of_the_agent_that_answers(tmp_path: Path) -> None:
    cases = tmp_path / "cases.yaml"
    cases.write_text("cases:\n  - {name: quiet, event: {site: lab, type: link.down}, expect: drop}\n")
    site = "appliance: {name: a}\nsites: {lab: {}}\nrules: {files: [/etc/cmsp-agent/rules/none-here.yaml]}\n"
    text = "filter:\n  - {name: lab, if: 'site == \"lab\"', do: drop}\n"
    answers: dict[str, Any] = {"/v1/config/file": site, "/v1/config": {"file": "/etc/s.yaml"}}
    answers |= {"/v1/rules/files": {"items": [{"file": "/etc/r/none-here.yaml", "text": text}]}}
    ending = cmsp_agent("rules", "test", str(cases), answers=answers)
    assert (ending.code, ending.out) == (0, "1 of 1 cases as expected\n"), ending.err
    answers["/v1/rules/files"] = {"items": [{"file": "/etc/r/none-here.yaml", "text": text.replace("drop", "drown")}]}
    wrong = cmsp_agent("rules", "test", str(cases), answers=answers)
    assert (wrong.code, "/etc/r/none-here.yaml:2" in wrong.err) == (2, True), wrong.err


def test_the_agent_elsewhere_checks_its_own_file() -> None:
    wrong = {"line": 3, "path": "sites", "text": "unknown key"}
    answers: dict[str, Any] = {"/v1/config": {"file": "/etc/cmsp-agent/site.yaml"}, "/v1/config/file": "x"}
    for valid, problems, code, said in ((True, [], 0, "site.yaml: good"), (False, [wrong], 2, "site.yaml:3: sites")):
        answers["POST /v1/config/check"] = {"valid": valid, "problems": problems, "notes": []}
        ending = cmsp_agent("config", "check", answers=answers)
        assert (ending.code, said in ending.out + ending.err) == (code, True), ending.err


def test_the_agent_elsewhere_checks_a_file_that_it_is_given(tmp_path: Path) -> None:
    file = tmp_path / "next.yaml"
    file.write_text("sites: {lab: {colour: red}}\n")
    wrong = {"line": 1, "path": "sites.lab.colour", "text": "unknown key"}
    answers: dict[str, Any] = {"POST /v1/config/check": {"valid": False, "problems": [wrong], "notes": []}}
    ending = cmsp_agent("config", "check", str(file), answers=answers)
    assert (ending.code, f"{file}:1: sites.lab.colour: unknown key" in ending.err) == (2, True), ending.err


def test_the_agent_elsewhere_tries_its_own_tunnel() -> None:
    found = {"headend": "https://h", "latency_ms": None, "up_mbit": 4.1, "unknown": [], "problems": ["4.1 Mbit/s up"]}
    job = {"id": "j1", "state": "done", "percent": 100, "result": found}
    ending = cmsp_agent("tunnel", "test", answers={"POST /v1/tunnel/test": job})
    assert (ending.code, "4.1 Mbit/s up" in ending.err, "up mbit" in ending.out) == (1, True, True), ending


@pytest.mark.parametrize("command", sorted(ON_THE_APPLIANCE))
def test_what_works_on_the_appliance_does_nothing_here(command: str, noc: tuple[str, ...]) -> None:
    words = {"backup restore-key": ["a", "--key", "b"], "enrol": ["--token", "t"]}
    words |= {name: ["x"] for name in ("secret set", "secret delete", "plugin clear")}
    ending = cmsp_agent(*noc, *command.split(), *words.get(command, []))
    assert (ending.code, ending.out) == (2, "")
    assert "nothing was done" in ending.err
