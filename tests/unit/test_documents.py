"""What the documents show a reader works: the README's and the manual's smallest site files are good."""

import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from cmsp_agent.cli.complete import alarm_types
from cmsp_agent.cli.plugin.load import installed
from cmsp_agent.config.schema.site_file import SiteFile
from cmsp_agent.model.register import REGISTER
from cmsp_agent.plugin.registry import OWN_UNITS
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


def known(command: Command, words: list[str], options: frozenset[str] = frozenset({"--help"})) -> bool:
    """Whether the words call the command or one below it, and the options are its own or of one above it."""
    if words == ["--version", "--verbose"]:  # read before the commands are
        return True
    children = {child.path[-1]: child for child in command.children}
    options |= {name for parameter in command.options for name in parameter.names}
    named, *rest = words or [""]
    if children and re.fullmatch("[a-z][a-z-]*", named):
        return named in children and known(children[named], rest, options)
    if children and named.startswith("--"):
        return named in options and known(command, rest, options)
    return all(word.partition("=")[0].strip("[]") in options for word in words if word.startswith(("--", "[--")))


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


SAID_OF_THE_SOURCE = ["docs/architecture.md", *(page for page in PAGES if page.startswith("docs/decisions/"))]
OF_OTHERS = {"IP_PKTINFO", "SO_MEMINFO", "max_page_count", "PYTHONHASHSEED", "snmpwalk", "analyze"}
"""The kernel's, SQLite's, Python's and the tools' own names."""
WORD = re.compile(r"--[a-z][a-z-]*|[A-Za-z_]\w*")


@cache
def words_of_the_source() -> frozenset[str]:
    """Every name and switch of what ships and is built, and the tests' file names."""
    files = [ROOT / name for name in ("Makefile", "pyproject.toml", "setup.py")]
    files += [
        path
        for room in ("agent", "plugins", "packaging", "systemd")
        for path in (ROOT / room).rglob("*")
        if path.suffix in (".py", ".service", ".socket", ".timer", ".in")
    ]
    places = (file.relative_to(ROOT).parts for file in chain(files, (ROOT / "tests").rglob("*.py")))
    names = (word for parts in places for part in parts for word in (part, *WORD.findall(part)))
    return frozenset(chain(names, *(WORD.findall(file.read_text()) for file in files)))


def unknown_names(text: str) -> list[str]:
    """What stands in backticks and is no module of ours, or has a word that nothing in the repository says."""
    known = words_of_the_source() | OF_OTHERS
    return [
        name
        for name in re.findall(r"`([^`\n]+)`", text)
        if (name.endswith(".py") and name.rpartition("/")[2] not in known)
        or any(word not in known for word in WORD.findall(name))
    ]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("page", SAID_OF_THE_SOURCE)
def test_what_the_architecture_and_the_decisions_name_exists(page: str) -> None:
    assert unknown_names((ROOT / page).read_text()) == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "`snmp.answer_forms`",
        "with `--no-cluster`",
        "`Refuser.refuse_all` does it",
        "`frobs.done` counts",
        "`driver.py`",
    ],
)
def test_a_stale_name_is_found(text: str) -> None:
    assert unknown_names(text)


def test_every_room_is_in_the_architecture() -> None:
    agent = ROOT / "agent/cmsp_agent"
    rooms = [path.parent.name for each in (agent, agent / "services") for path in each.glob("*/__init__.py")]
    named = re.findall(r"`([a-z_]+)`", (ROOT / "docs/architecture.md").read_text())
    assert [room for room in rooms if room not in named] == []


@pytest.mark.parametrize(
    ("call", "exists"),
    [
        ("rules explain 7", True),
        ("component list", True),
        ("component cure", False),
        ("cure", False),
        ("--help", True),
        ("rules explain 7 --help", True),
        ("rules explain 7 --loud", False),
        ("status --frobs=1", False),
    ],
)
def test_a_command_is_known_by_all_its_words(call: str, exists: bool) -> None:
    assert known(tree(), call.split()) is exists


NO_COUNTERS = {"backups.rehearsed", "backups.not_saved_on_device", "outbox.forgotten"}
"""Members of the status, and a value of the database."""


@cache
def _alarm_types_and_kpis() -> set[str]:
    return {*alarm_types(), *(kpi.name for kind in installed().registry for kpi in kind.kpis)}


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("docs/reference/")])
def test_a_counter_that_is_named_is_declared(page: str) -> None:
    """Names of a family of counters or alarm types: each is one of these, or a KPI; modules are looked at above."""
    known = {each.name for each in REGISTER} | _alarm_types_and_kpis() | OWN_UNITS.keys() | NO_COUNTERS
    families = {each.partition(".")[0] for each in known} - {"pipeline", *SiteFile.model_fields}
    named = re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", (ROOT / page).read_text(encoding="utf-8"))
    of_a_family = [name for name in named if name.partition(".")[0] in families and not name.endswith((".py", ".toml"))]
    strange = [name for name in of_a_family if not any(fnmatchcase(name, form) for form in known)]
    assert strange == []
