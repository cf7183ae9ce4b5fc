"""Compares device types in the file with those of the plugins, which only the layers above know."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from cmsp_agent.config.brought import Brought
from cmsp_agent.config.configuration import Configuration
from cmsp_agent.config.groups import AUTO, group_nodes
from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.tree import Node, Path, entries, find, shown, words
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import ConfigurationError, Problem

GENERAL, REACHABILITY = "generic_snmp", "reachability"
"""What a component runs as while its own type is missing: with SNMP credentials, and without."""
MOST_REFUSED = 5
"""Plugins that were not loaded and are named in one sentence."""


def check_types(
    configuration: Configuration, known: Collection[str], tolerated: Collection[str] | None = None
) -> Configuration:
    """Compare the device types of a configuration with those that there are.

    A type that is missing costs its components that type: they run as a more general one until it is back, and
    `missing_types` of what is returned names them.

    Args:
        configuration: as the file says.
        known: the types that plugins brought.
        tolerated: types that may be missing; None: any, as at a start, when a person may be far away.

    Raises:
        ConfigurationError: a problem for each component of a type that is missing and not tolerated.
    """
    missing = {name: each for name, each in configuration.components.items() if each.type not in {AUTO, *known}}
    if tolerated is not None:
        refused = [name for name, each in missing.items() if each.type not in tolerated]
        problems = [_problem(configuration, name, known) for name in refused]
        if problems:
            raise ConfigurationError(sorted(problems, key=lambda problem: problem.line))
    if not missing:
        return configuration
    replaced = {name: replace(each, type=_instead(each)) for name, each in missing.items()}
    return replace(
        configuration,
        components=MappingProxyType({**configuration.components, **replaced}),
        missing_types={name: each.type for name, each in missing.items()},
    )


def _instead(component: Component) -> str:
    return GENERAL if component.credentials.snmp is not None else REACHABILITY


def _problem(configuration: Configuration, name: str, known: Collection[str]) -> Problem:
    text = _text(configuration.components[name].type, known)
    return Problem(str(configuration.file), configuration.type_lines[name], _path(name), text)


def type_problems(tree: Node, file: str, brought: Brought) -> list[Problem]:
    """A problem for each type under components and groups that no plugin brings."""
    listed = (f"{name} ({reason})" for name, reason in islice(brought.refused.items(), MOST_REFUSED))
    also = f"; plugins that were not loaded, whatever they bring: {', '.join(listed)}" if brought.refused else ""
    return [
        Problem(file, line, shown(path), _text(name, brought.types) + also)
        for path, node in _places(tree)
        for name, line in words(node)
        if name not in {AUTO, *brought.types}
    ]


def _places(tree: Node) -> Iterator[tuple[Path, Node | None]]:
    for name, entry in entries(tree, "components").items():
        yield ("components", name, "type"), find(entry, "type")
    for index, group in group_nodes(tree):
        yield ("groups", index, "set", "type"), find(group, "set", "type")


def _path(name: str) -> str:
    return shown(("components", name, "type"))


def _text(name: str, known: Collection[str]) -> str:
    return f"no plugin brings this device type{did_you_mean(name, [AUTO, *known], limit=20)} (got '{name[:64]}')"
