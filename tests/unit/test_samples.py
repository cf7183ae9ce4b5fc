"""Every command and every sample of the file that README, documents and manual show is taken as it is written."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from cmsp_agent.cli.application import application, run
from cmsp_agent.cli.examples import EXAMPLES
from cmsp_agent.cli.output import Output
from cmsp_agent.cli.site_file import brought
from cmsp_agent.config.load_yaml import parse_yaml
from cmsp_agent.config.schema.site_file import SiteFile
from cmsp_agent.config.schema.validate import validate_file
from cmsp_agent.config.secrets import Secrets
from cmsp_agent.config.tree import MapNode
from cmsp_agent.pipeline.built_in import BUILT_IN
from cmsp_agent.preflight.checking import check_file
from tests.conftest import ROOT

PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md"))]
MANUALS = ["packaging/man/cmsp-agent.8", "packaging/man/cmsp-agent.yaml.5"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(page: str) -> Iterator[str]:
    """The calls of the program in the blocks of a page, without comments and output."""
    text = (ROOT / page).read_text()
    if page.endswith(".md"):
        lines = [line for _, block in FENCE.findall(text) for line in block.splitlines()]
    else:
        lines = [line.replace("\\-", "-").replace("\\(dq", '"') for line in text.splitlines()]
    for line in lines:
        called = re.match(r"\$? ?(?:sudo )?(cmsp-agent (?:[a-z]|-[a-z-]).*)", line)
        if called and "…" not in line and not line.startswith("cmsp-agent (") and "[" not in line:
            yield re.split(r"\s+#|\s[|>]\s?|\s&&", called[1])[0].strip()


WRITTEN = [page for page in PAGES if not page.startswith("docs/reference/")]
"""Pages that people write; the others are made from the program itself."""
CALLS = sorted({(page, call) for page in (*WRITTEN, *MANUALS) for call in commands(page)})


def taken(command: Any, words: list[str], parent: Any = None) -> None:
    """Let the program's own parser read a call; nothing is carried out.

    Raises:
        click.UsageError: there is no such command, option or argument, or one is missing.
    """
    with command.make_context("cmsp-agent", list(words), parent=parent) as context:
        if getattr(command, "commands", None):
            rest = [*context._protected_args, *context.args]
            _, child, rest = command.resolve_command(context, rest)
            taken(child, rest, context)


def test_there_are_calls_to_try() -> None:
    assert len(CALLS) > 20


@pytest.mark.parametrize(("page", "call"), CALLS)
def test_a_command_is_taken_as_it_is_written(page: str, call: str) -> None:
    del page
    words = shlex.split(call)[1:]
    if "--version" not in words:
        taken(typer.main.get_command(application(Output())), words)


def test_an_example_of_the_help_is_taken() -> None:
    program = typer.main.get_command(application(Output()))
    for command, examples in EXAMPLES.items():
        for example in examples:
            words = shlex.split(example.rpartition("cmsp-agent ")[2])
            assert words[: len(command.split())] == command.split()
            taken(program, words)


@pytest.mark.parametrize("command", ["status", "silence add"])
def test_the_help_shows_its_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command.split(), "-h"]) == 0
    shown = capsys.readouterr().out
    assert all(f"cmsp-agent {example}\n" in shown for example in EXAMPLES[command])


def samples() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for language, block in FENCE.findall((ROOT / page).read_text()):
            if language == "yaml":
                yield page, block


@pytest.mark.parametrize(("page", "sample"), list(samples()))
def test_a_sample_of_the_file_has_no_mistake_of_form(page: str, sample: str) -> None:
    tree, problems = parse_yaml(sample, page)
    assert problems == []
    if isinstance(tree, MapNode) and set(tree.entries) <= set(SiteFile.model_fields):
        found = [str(each) for each in validate_file(tree, page)[1]]
        assert [each for each in found if "required key" not in each] == []


COMPLETED = {
    "appliance": "appliance: {name: sample}\n",
    "sites": "sites: {paris: {people: 60}}\n",
    "credentials": "credentials:\n  ro: {snmp: {version: 2c, community: !secret a}}\n"
    "  cli: {ssh: {user: a, password: !secret b}}\n",
}
"""What a sample leaves out that a whole file has."""


@pytest.mark.parametrize(("page", "sample"), list(samples()))
def test_a_sample_of_the_file_passes_its_check(page: str, sample: str, tmp_path: Path) -> None:
    tree, _ = parse_yaml(sample, page)
    if not isinstance(tree, MapNode) or not set(tree.entries) <= set(SiteFile.model_fields):
        return  # of a rule file, or of a plugin: tests/unit/pipeline/rules and tests/unit/plugin run those
    named = re.sub(r"^appliance:\n(?!  name)", "appliance:\n  name: sample\n", sample, flags=re.MULTILINE)
    file = tmp_path / "site.yaml"
    file.write_text("".join(text for key, text in COMPLETED.items() if key not in tree.entries) + named)
    checked = check_file(file, Secrets(()), brought(), None, here=False)
    assert set(tree.entries) <= set(checked.document.tree.entries)


def test_each_alarm_of_ours_has_cause_and_remedy_in_troubleshooting() -> None:
    page = (ROOT / "docs/user/troubleshooting.md").read_text()
    for alarm in BUILT_IN:
        part = page.partition(f"\n## {alarm.type}\n")[2].partition("\n## ")[0]
        assert "**Cause.** " in part, alarm.type
        assert "**Remedy.** " in part, alarm.type


def test_the_html_has_no_link_that_leads_nowhere(tmp_path: Path) -> None:
    into = tmp_path / "doc"
    subprocess.run([ROOT / "packaging/install-docs", sys.executable, ROOT / "docs", into], check=True)
    pages = list((into / "html").rglob("*.html"))
    assert {"index.html", "troubleshooting.html", "device-types.html", "operation.html"} <= {
        each.name for each in pages
    }
    for page in pages:
        for target in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)
