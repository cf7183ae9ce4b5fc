"""Checks references: each name exists, no component is its own ancestor, no address has two owners.

Works on the tree as written, so that these errors are found together with errors of form elsewhere in the file.
"""

import fnmatch
from collections.abc import Iterable, Iterator, Mapping

from cmsp_agent.config.addresses import is_ip_address, parse_address
from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.config.tree import ListNode, MapNode, Node, Path, Scalar, as_text, entries, find, line_of, shown, words
from cmsp_agent.model.component import Tier
from cmsp_agent.model.errors import Problem


def reference_problems(tree: Node, file: str) -> list[Problem]:
    """Every dangling reference, loop of parents and address with two owners in the file."""
    found = [
        *_components(tree),
        *_groups(tree),
        *_others(tree),
        *_loops(entries(tree, "components")),
        *_addresses(entries(tree, "components")),
    ]
    return [Problem(file, line, shown(path), text) for path, line, text in found]


_Found = tuple[Path, int, str]


def _dangling(node: Node | None, path: Path, known: Iterable[str], what: str, where: str) -> Iterator[_Found]:
    """A problem for each name under `node` that is not among the known ones."""
    names = list(known)
    for name, line in words(node):
        if name not in names:
            hint = did_you_mean(name, names, limit=6) or f"; {where} has none"
            yield path, line, f"there is no {what} '{name[:64]}' under {where}{hint}"


def _components(tree: Node) -> Iterator[_Found]:
    for name in entries(tree, "components"):
        yield from _settings(tree, ("components", name))
        path: Path = ("components", name, "site")
        yield from _dangling(find(tree, *path), path, entries(tree, "sites"), "site", "sites")


def _settings(tree: Node, at: Path) -> Iterator[_Found]:
    """What a component and a group's `set` have in common."""
    for key, section, what in (("credentials", "credentials", "credential"), ("parent", "components", "component")):
        yield from _dangling(find(tree, *at, key), (*at, key), entries(tree, section), what, section)


def _groups(tree: Node) -> Iterator[_Found]:
    groups = find(tree, "groups")
    indexes: list[Path] = (
        [("groups", index) for index in range(len(groups.items))] if isinstance(groups, ListNode) else []
    )
    if isinstance(groups, MapNode):
        indexes = [("groups",)]
    for at in indexes:
        yield from _settings(tree, (*at, "set"))
        known: dict[str, Iterable[str]] = {
            "site": entries(tree, "sites"),
            "name": entries(tree, "components"),
            "tier": [tier.value for tier in Tier],
        }
        for key, names in known.items():
            path = (*at, "match", key)
            yield from _unmatched(find(tree, *path), path, list(names), key)


def _unmatched(node: Node | None, path: Path, names: list[str], what: str) -> Iterator[_Found]:
    for glob, line in words(node):
        if not any(fnmatch.fnmatchcase(name, glob) for name in names):
            yield path, line, f"matches no {what}{did_you_mean(glob, names, limit=6)} (got '{glob[:64]}')"


def _others(tree: Node) -> Iterator[_Found]:
    seeds = find(tree, "discovery", "seeds")
    components = entries(tree, "components")
    for name, line in words(seeds):
        if name not in components and not is_ip_address(name):
            hint = did_you_mean(name, components, limit=6)
            yield ("discovery", "seeds"), line, f"neither a component nor an address{hint} (got '{name[:64]}')"
    for name, line in words(find(tree, "discovery", "credentials")):
        if name not in (known := entries(tree, "credentials")):
            hint = did_you_mean(name, known, limit=6)
            yield ("discovery", "credentials"), line, f"no such credential{hint} (got '{name[:64]}')"
    notify = find(tree, "notify")
    contacts = entries(tree, "contacts")
    if not isinstance(notify, ListNode):
        yield from _recipients(find(notify, "to"), ("notify", "to"), contacts)
        return
    for index, item in enumerate(notify.items):
        yield from _recipients(find(item, "to"), ("notify", index, "to"), contacts)


def _recipients(node: Node | None, path: Path, contacts: Mapping[str, Node]) -> Iterator[_Found]:
    for name, line in words(node):
        if name not in contacts and "@" not in name:
            hint = did_you_mean(name, contacts, limit=6)
            yield path, line, f"neither a contact nor a mail address{hint} (got '{name[:64]}')"


def _loops(components: Mapping[str, Node]) -> Iterator[_Found]:
    """Each loop of parents once, reported at the member that the file names first."""
    parents = {
        name: as_text(node.value)
        for name, entry in components.items()
        if isinstance(node := find(entry, "parent"), Scalar)
    }
    settled: set[str] = set()
    for start in parents:
        chain: list[str] = []
        name = start
        while name in parents and name not in settled and name not in chain:
            chain.append(name)
            name = parents[name]
        if name in chain:
            loop = [*chain[chain.index(name) :], name]
            named = loop if len(loop) <= 10 else [*loop[:9], "…", name]
            entry = components[name]
            yield ("components", name, "parent"), line_of(entry, ("parent",)), f"a loop of parents: {' → '.join(named)}"
        settled.update(chain)


def _addresses(components: Mapping[str, Node]) -> Iterator[_Found]:
    owners: dict[str, tuple[str, int]] = {}
    for name, entry in components.items():
        for text, line in words(find(entry, "address")):
            address = _canonical(text)
            if not address:
                continue
            if address not in owners:
                owners[address] = (name, line)
            else:
                owner, first = owners[address]
                whose = "twice in this list" if owner == name else f"the address of '{owner}' too (line {first})"
                yield ("components", name, "address"), line, f"{address} is {whose}"


def _canonical(text: str) -> str:
    """The address in its one form, or nothing where the schema will complain anyway."""
    try:
        return parse_address(text)
    except ValueError:
        return ""
