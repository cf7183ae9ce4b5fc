"""Compares device types in the file with those of the plugins, which only the layers above know."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from cmsp_agent.config.configuration import Configuration, Note
from cmsp_agent.config.groups import AUTO, group_nodes
from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.tree import Node, Path, entries, find, shown, words
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import ConfigurationError, Problem

COMING = frozenset({"audiocodes"})
"""Types that the contract with partners names and no plugin brings yet: accepted, and treated as `auto`."""


GENERAL, REACHABILITY = "generic_snmp", "reachability"
"""What a component runs as while its own type is missing: with SNMP credentials, and without."""


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
    unknown = {name: each for name, each in configuration.components.items() if each.type not in {AUTO, *known}}
    missing = {name: each for name, each in unknown.items() if each.type not in COMING}
    if tolerated is not None:
        refused = [name for name, each in missing.items() if each.type not in tolerated]
        problems = [_problem(configuration, name, known) for name in refused]
        if problems:
            raise ConfigurationError(sorted(problems, key=lambda problem: problem.line))
    if not unknown:
        return configuration
    coming = {name: each for name, each in unknown.items() if name not in missing}
    instead = {**dict.fromkeys(coming, AUTO), **{name: _instead(each) for name, each in missing.items()}}
    typed = _with_types(configuration, instead, coming)
    return replace(typed, missing_types={name: each.type for name, each in missing.items()})


def _instead(component: Component) -> str:
    return GENERAL if component.credentials.snmp is not None else REACHABILITY


def _problem(configuration: Configuration, name: str, known: Collection[str]) -> Problem:
    text = _text(configuration.components[name].type, known)
    return Problem(str(configuration.file), configuration.type_lines[name], _path(name), text)


def _with_types(
    configuration: Configuration, instead: Mapping[str, str], coming: Mapping[str, Component]
) -> Configuration:
    replaced = {name: replace(configuration.components[name], type=kind) for name, kind in instead.items()}
    notes = [
        Note(_path(name), configuration.type_lines[name], f"no plugin brings '{each.type}' yet; taken as '{AUTO}'")
        for name, each in coming.items()
    ]
    components = MappingProxyType({**configuration.components, **replaced})
    return replace(configuration, components=components, notes=(*configuration.notes, *notes))


def type_problems(tree: Node, file: str, known: Collection[str]) -> list[Problem]:
    """A problem for each type under components and groups that there is not and that is not to come."""
    return [
        Problem(file, line, shown(path), _text(name, known))
        for path, node in _places(tree)
        for name, line in words(node)
        if name not in {AUTO, *known, *COMING}
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
