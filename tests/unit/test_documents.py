"""What the documents show a reader works: the README's and the manual's smallest site files are good."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from docs.tools.commands import Command, tree
from tests.unit.config.builders import load_configuration

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/**/*.md"))]


def readme_example() -> str:
    """The first YAML block of the README."""
    match = re.search(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert match is not None
    return match.group(1)


def manual_example() -> str:
    """The example of cmsp-agent.yaml(5)."""
    page = (ROOT / "packaging/man/cmsp-agent.yaml.5").read_text()
    return page.partition(".SH EXAMPLE\n.nf\n")[2].partition("\n.fi")[0].replace("\\-", "-")


class AnySecret:
    """Has every secret that is asked for."""

    def find(self, name: str) -> str | None:
        """A value for any name."""
        return f"value of {name}"


@pytest.mark.parametrize("example", [readme_example, manual_example])
def test_an_example_is_a_good_site_file(example: Callable[[], str], tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(example())
    assert "gw-paris-1" in load_configuration(file, AnySecret()).components


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    file = ROOT / page
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", file.read_text())
    missing = [target for target in targets if "://" not in target and not (file.parent / target).exists()]
    assert missing == []


def known(command: Command, words: list[str]) -> bool:
    """Whether the words call the command or one below it; after a command without any, its arguments follow."""
    children = {child.path[-1]: child for child in command.children}
    if not children or not words or not re.fullmatch("[a-z][a-z-]*", words[0]):
        return True
    return words[0] in children and known(children[words[0]], words[1:])


@pytest.mark.parametrize("page", PAGES)
def test_a_command_that_is_named_exists(page: str) -> None:
    calls = re.findall(r"`(?:sudo )?cmsp-agent ([^`]*)`", (ROOT / page).read_text())
    assert [call for call in calls if not known(tree(), call.split())] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_module_that_is_named_exists(page: str) -> None:
    """`services/events/service` and `tests/fuzz`, from the source's root or the repository's."""
    named = re.findall(r"`((?:[a-z_]+/)+[a-z_.]*[a-z_])/?`", (ROOT / page).read_text())
    roots = {path.name for path in (ROOT / "agent/cmsp_agent").iterdir()} | {
        "agent",
        "docs",
        "packaging",
        "plugins",
        "tests",
    }
    places = [(ROOT / name, ROOT / "agent/cmsp_agent" / name) for name in named if name.partition("/")[0] in roots]
    missing = [near for near, far in places if not any(p.exists() for p in (near, far, far.with_suffix(".py")))]
    assert missing == []


@pytest.mark.parametrize(
    ("call", "exists"),
    [("rules explain 7", True), ("component list", True), ("component cure", False), ("cure", False)],
)
def test_a_command_is_known_by_all_its_words(call: str, exists: bool) -> None:
    assert known(tree(), call.split()) is exists
