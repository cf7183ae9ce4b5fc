"""Compares the customer's totals with the sums of what the file names: a total may not be less than its parts."""

from collections.abc import Iterator

from cmsp_agent.config.schema.site_file import SiteFile
from cmsp_agent.config.tree import Node, Path, line_of, shown
from cmsp_agent.model.counted import counted
from cmsp_agent.model.errors import Problem


def total_problems(tree: Node, site_file: SiteFile, file: str) -> list[Problem]:
    """Every total that is less than its parts. The agent runs with it; its priorities would be too low."""
    return [Problem(file, line_of(tree, path), shown(path), text) for path, text in _found(site_file)]


def _found(site_file: SiteFile) -> Iterator[tuple[Path, str]]:
    said = site_file.customer
    people = sum(site.people for site in site_file.sites.values())
    for key, total, parts, noun, plural in (
        ("people", said.people, people, "people at its sites", "people at its sites"),
        ("sites", said.sites, len(site_file.sites), "site", ""),
        ("components", said.components, len(site_file.components), "component", ""),
    ):
        if total is not None and total < parts:
            yield (
                ("customer", key),
                f"{total}, but this file names {counted(parts, noun, plural)}: the total can't be less",
            )
    whole = people if said.people is None else said.people
    for name, entry in site_file.components.items():
        served = getattr(entry, "people", None) or 0
        if served > whole:
            yield ("components", name, "people"), f"{served}, but the customer has {whole} people"
