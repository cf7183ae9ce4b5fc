"""`cmsp-agent plugin new|check|test|show` and `type show`: what a plugin writer works with."""

import io
import json
import re
from pathlib import Path

import pytest

from cmsp_agent.cli.application import run
from cmsp_agent.cli.output import Output
from cmsp_agent.cli.plugin import load


def reported(*arguments: str | Path) -> tuple[int, str]:
    """The exit code, and what was printed."""
    stream = io.StringIO()
    code = run([str(argument) for argument in arguments], Output(stream, stream, width=160))
    return code, stream.getvalue()


@pytest.fixture
def project(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A new plugin; each has its own name, since a module is imported once."""
    name = f"made_{abs(hash(request.node.name)) % 10**8}"
    assert reported("plugin", "new", name, "--into", tmp_path)[0] == 0
    return tmp_path / name.replace("_", "-")


def module(project: Path) -> Path:
    """The module of the plugin."""
    (found,) = project.glob("src/*/plugin.py")
    return found


def test_what_new_writes_is_sound_and_its_cases_come_true(project: Path) -> None:
    code, text = reported("plugin", "check", project)
    assert (code, "no mistakes" in text) == (0, True)
    assert reported("plugin", "test", project)[0] == 0
    assert "line.calls (calls), " in reported("plugin", "show", project)[1]


def test_new_overwrites_nothing(project: Path) -> None:
    code, text = reported("plugin", "new", project.name.replace("-", "_"), "--into", project.parent)
    assert code != 0
    assert "is there already" in text


@pytest.mark.parametrize("name", ["Acme", "9acme", "acme-gw", "../acme", ""])
def test_new_wants_a_name(tmp_path: Path, name: str) -> None:
    assert reported("plugin", "new", name, "--into", tmp_path)[0] != 0
    assert list(tmp_path.iterdir()) == []


def test_check_comes_back_from_a_plugin_that_does_not_and_names_the_line(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "LONGEST", 0.3)
    source = module(project).read_text()
    module(project).write_text(source.replace("    return [DEVICE]", "    while True:\n        pass"))
    code, text = reported("plugin", "check", project)
    assert code == 1
    at = source.count("\n", 0, source.index("    return [DEVICE]")) + 1
    assert re.search(rf"plugin\.py:{at}|plugin\.py:{at + 1}", text)
    assert "TimeoutError: it takes longer than 0.3 s" in text


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("while True:\n    pass\n", "TimeoutError: it takes longer than 0.5 s"),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
    ],
)
def test_the_check_of_a_file_names_an_installed_plugin_that_was_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, why: str
) -> None:
    name = f"stuck_{why[0].lower()}"
    (tmp_path / f"{name}.py").write_text(source)
    about = tmp_path / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[cmsp_agent.plugins]\n{name} = {name}\n")
    file = tmp_path / "site.yaml"
    file.write_text(
        f"appliance: {{name: x, storage: {{state: {tmp_path}/elsewhere}}}}\nsites: {{p: {{people: 1}}}}\n"
        "components: {gw: {address: 10.0.0.1, site: p, type: stuck}}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(load, "LONGEST", 0.5)
    code, text = reported("config", "check", file)
    assert code == 2
    assert f"{file}:3: components.gw.type: no plugin brings this device type" in text
    assert f"plugins that were not loaded, whatever they bring: {name} (import failed: {why}" in text


def test_check_names_each_mistake_with_its_line(project: Path) -> None:
    source = module(project).read_text()
    module(project).write_text(source.replace('"1.3.6.1.4.1.99999"', '"enterprises.99999"'))
    code, text = reported("plugin", "check", project, "--json")
    mistakes = json.loads(text)["mistakes"]
    assert code == 1
    assert len(mistakes) == 7
    lines = source.splitlines()
    state = next(number for number, line in enumerate(lines, 1) if "states=(StateRule" in line)
    assert any(f"plugin.py:{state}: states[0].column: not an OID" in mistake for mistake in mistakes)


def test_check_of_a_module_that_does_not_compile_names_the_line(project: Path) -> None:
    module(project).write_text("API_VERSION = 1\ndef (")
    code, text = reported("plugin", "check", module(project))
    assert code == 1
    assert "SyntaxError" in text
    assert "plugin.py:2" in text


def test_a_case_that_does_not_come_true_is_shown(project: Path) -> None:
    (polls,) = project.glob("src/*/cases/polls.toml")
    polls.write_text(polls.read_text().replace("12.0", "13.0"))
    code, text = reported("plugin", "test", project)
    assert code == 1
    assert "WRONG  polls.toml #1" in text
    assert "expected {'line.calls': 13.0}, found {'line.calls': 12.0}" in text


def test_a_case_of_no_kind_names_its_file(project: Path) -> None:
    (polls,) = project.glob("src/*/cases/polls.toml")
    polls.write_text("[[case]]\nname = 'nothing'\n")
    code, text = reported("plugin", "test", project)
    assert code == 1
    assert "polls.toml, case 1: " in text


def test_what_is_not_there_is_refused_with_what_is() -> None:
    code, text = reported("plugin", "check", "nope")
    assert code == 2
    assert "no plugin of that name; there are audiocodes" in text
    code, text = reported("type", "show", "nope")
    assert code == 2
    assert "there are: audiocodes" in text


def test_a_type_is_shown_with_what_it_supports() -> None:
    code, text = reported("type", "show", "cisco_iosxe")
    assert code == 0
    assert text.startswith("cisco_iosxe: ")
    assert "(like cisco_ios)" in text
    assert "show running-config (SSH, cisco_ios)" in text


@pytest.mark.parametrize(
    ("paper", "text", "expected"),
    [
        ("README.md", None, "README.md: missing"),
        ("README.md", " \n", "README.md:1: empty"),
        ("sample.yaml", None, "sample.yaml: missing"),
        (
            "sample.yaml",
            "components:\n  a: {address: 192.0.2.1, site: m, type: acme}\n",
            "sample.yaml:2: type: there is no",
        ),
        ("sample.yaml", "components:\n  a: {adress: 192.0.2.1, site: m, type: auto}\n", "sample.yaml:2:"),
        ("sample.yaml", "components: [\n", "sample.yaml:"),
        ("polls.toml", None, "cases: no cases"),
    ],
)
def test_check_names_what_is_missing_or_wrong_beside_the_module(
    project: Path, paper: str, text: str | None, expected: str
) -> None:
    if paper == "polls.toml":
        (project / "src" / module(project).parent.name / "cases" / "traps.toml").unlink()
    (file,) = project.rglob(paper)
    file.unlink() if text is None else file.write_text(text)
    code, shown = checked(project)
    assert code == 1
    assert expected in shown


def checked(project: Path) -> tuple[int, str]:
    """The exit code of a check, and the mistakes that it names."""
    code, text = reported("plugin", "check", project, "--json")
    return code, "\n".join(json.loads(text)["mistakes"])
