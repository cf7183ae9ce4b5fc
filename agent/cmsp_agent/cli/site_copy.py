"""The site file of an agent elsewhere, with its rule files: fetched for as long as a command runs, and not kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from cmsp_agent.cli.daemon import Daemon, all_pages
from cmsp_agent.cli.output import items
from cmsp_agent.cli.session import file_meant
from cmsp_agent.config.site_path import DEFAULT_FILE


@dataclass(frozen=True, slots=True)
class SiteCopy:
    """A site file at hand."""

    config: Path
    rules: Sequence[Path] | None = None
    """The rule files that it names, where they don't lie where it says; None: they do."""


@contextmanager
def site_at_hand(daemon: Daemon, given: Path) -> Iterator[SiteCopy]:
    """The site file that is meant: that of the agent that answers, wherever it runs, unless another one is named.

    Raises:
        AgentError: it can't be had of the agent: to read it takes an admin.
    """
    if daemon.local or given != DEFAULT_FILE:
        yield SiteCopy(file_meant(daemon, given))
        return
    with TemporaryDirectory(prefix="cmsp-agent-") as name:  # nobody else may look into it
        yield _fetched(daemon, Path(name))


def _fetched(daemon: Daemon, folder: Path) -> SiteCopy:
    config = folder / "site.yaml"
    config.write_text(daemon.text("/v1/config/file"), encoding="utf-8")
    rules = []
    for place, row in enumerate(items(all_pages(daemon, "/v1/rules/files"))):
        file = folder / str(place) / PurePosixPath(str(row["file"])).name
        file.parent.mkdir()
        file.write_text(str(row["text"]), encoding="utf-8")
        rules.append(file)
    return SiteCopy(config, rules)
