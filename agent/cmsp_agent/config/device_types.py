"""Device types in the file against those that the plugins brought, which only the layers above know."""

from collections.abc import Collection, Iterator
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


def check_types(configuration: Configuration, known: Collection[str]) -> Configuration:
    """Compare the device types of a configuration with those that there are.

    Returns:
        The configuration; components of a type that is yet to come are of type `auto` in it, with a note.

    Raises:
        ConfigurationError: a problem for each component of a type that no plugin brings.
    """
    unknown = {name: each for name, each in configuration.components.items() if each.type not in {AUTO, *known}}
    problems = [
        Problem(str(configuration.file), configuration.type_lines[name], _path(name), _text(each.type, known))
        for name, each in unknown.items()
        if each.type not in COMING
    ]
    if problems:
        raise ConfigurationError(sorted(problems, key=lambda problem: problem.line))
    return _with_auto(configuration, unknown) if unknown else configuration


def _with_auto(configuration: Configuration, coming: dict[str, Component]) -> Configuration:
    components = {**configuration.components, **{name: replace(each, type=AUTO) for name, each in coming.items()}}
    notes = [
        Note(_path(name), configuration.type_lines[name], f"no plugin brings '{each.type}' yet; taken as '{AUTO}'")
        for name, each in coming.items()
    ]
    return replace(configuration, components=MappingProxyType(components), notes=(*configuration.notes, *notes))


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
