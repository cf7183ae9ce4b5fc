"""What `cmsp-agent rules …` does with the rules. Apart from the commands, which would be slower to start with it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from cmsp_agent.config.load import read_document
from cmsp_agent.config.rule_files import rule_files
from cmsp_agent.config.schema.site_file import SiteFile
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.pipeline.rules.load import load_rules
from cmsp_agent.pipeline.rules.rule import Rules


def load(
    config: Path, files: Sequence[Path] | None, named: Sequence[Path] | None = None
) -> tuple[Rules, list[Problem]]:
    """The rules of these files, or of those that the site file names.

    Args:
        config: the site file.
        files: those that are asked for; None: those of the site file.
        named: the files that the site file names, where they don't lie where it says.

    Raises:
        ConfigurationError: with every mistake of the files.
    """
    if files:
        return load_rules(files, _zones_or_none(config))
    site_file = read_document(config).site_file
    in_force = rule_files(site_file.rules.files, config.parent) if named is None else named
    return load_rules(in_force, _zones(site_file))


def _zones_or_none(config: Path) -> Mapping[str, ZoneInfo]:
    """As `_zones`; none where the site file can't be read."""
    try:
        return _zones(read_document(config).site_file)
    except ConfigurationError:
        return {}


def _zones(site_file: SiteFile) -> Mapping[str, ZoneInfo]:
    """The time zones of the sites, by which rules hold at certain hours."""
    return {name: ZoneInfo(site.timezone) for name, site in site_file.sites.items()}


def rows(rules: Rules) -> Iterator[tuple[object, ...]]:
    """The rules in the order in which they apply."""
    for kind, rule in rules.in_order():
        yield kind, rule.name, rule.condition.text, rule.action, rule.origin
