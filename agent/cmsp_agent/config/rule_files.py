"""The rule files that a site's file names."""

from collections.abc import Iterable
from pathlib import Path

from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.file_kind import in_place_of_a_file, move_away
from cmsp_agent.model.errors import ConfigurationError, Problem


def rule_files(patterns: Iterable[str], beside: Path) -> list[Path]:
    """The files that the patterns mean, in the order of the patterns and then of their names.

    Raises:
        ConfigurationError: a name without a wildcard of which there is no file.
    """
    found: list[Path] = []
    problems = []
    for pattern in patterns:
        absolute = Path(pattern).is_absolute()
        root, relative = (Path("/"), pattern[1:]) if absolute else (beside, pattern)
        matching = sorted(path for path in root.glob(relative) if path.is_file())
        if not matching and not set(pattern) & set("*?["):
            kind = in_place_of_a_file(root / relative)
            why = f"{kind}, not a file: {move_away(root / relative)}" if kind else "there is no such file"
            problems.append(Problem(pattern, 0, "rules.files", why))
        found.extend(path for path in matching if path not in found)
    if problems:
        raise ConfigurationError(problems)
    return found


def rule_files_of(configuration: Configuration) -> list[Path]:
    """The rule files of a configuration.

    Raises:
        ConfigurationError: as `rule_files`.
    """
    return rule_files(configuration.rules, configuration.file.parent)
