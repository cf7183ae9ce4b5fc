"""The site file of an agent elsewhere, with its rule files: fetched for as long as a command runs, and not kept."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from cmsp_agent.cli.daemon import Daemon, all_pages
from cmsp_agent.cli.output import items
from cmsp_agent.cli.session import file_meant
from cmsp_agent.config.site_path import DEFAULT_FILE
from cmsp_agent.model.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class SiteCopy:
    """A site file at hand."""

    config: Path
    rules: Sequence[Path] | None = None
    """The rule files that it names, where they don't lie where it says; None: they do."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The paths of fetched files → what they are called where they come from."""

    def named(self, text: str) -> str:
        """A text with the files called as they are where they come from."""
        for path, name in self.names.items():
            text = text.replace(path, name)
        return text


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
        copy = _fetched(daemon, Path(name))
        try:
            yield copy
        except ConfigurationError as error:
            problems = [replace(each, file=copy.named(each.file)) for each in error.problems]
            raise ConfigurationError(problems) from error


def _fetched(daemon: Daemon, folder: Path) -> SiteCopy:
    config = folder / "site.yaml"
    config.write_text(daemon.text("/v1/config/file"), encoding="utf-8")
    names = {str(config): str(daemon.get("/v1/config").get("file"))}
    rules = []
    for place, row in enumerate(items(all_pages(daemon, "/v1/rules/files"))):
        file = folder / str(place) / PurePosixPath(str(row["file"])).name
        file.parent.mkdir()
        file.write_text(str(row["text"]), encoding="utf-8")
        rules.append(file)
        names[str(file)] = str(row["file"])
    return SiteCopy(config, rules, names)
