"""What the documents show a reader works: the README's and the manual's smallest site files are good."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cmsp_agent.config.load import load_configuration

ROOT = Path(__file__).resolve().parents[2]


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


@pytest.mark.parametrize(
    "page", ["README.md", *sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/**/*.md"))]
)
def test_links_lead_somewhere(page: str) -> None:
    file = ROOT / page
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", file.read_text())
    missing = [target for target in targets if "://" not in target and not (file.parent / target).exists()]
    assert missing == []
