"""Compares the KPIs that thresholds name with those that there are, which only the plugins know."""

import difflib
from collections.abc import Collection, Iterator, Mapping

from cmsp_agent.config.configuration import Note
from cmsp_agent.config.groups import AUTO, group_nodes
from cmsp_agent.config.tree import MapNode, Node, Path, entries, find, line_of, shown
from cmsp_agent.model.component import Component
from cmsp_agent.model.errors import Problem
from cmsp_agent.model.natural import natural

MOST_NEAR = 3
"""Names that are suggested."""
Figures = Mapping[str, Collection[str]]
"""Device type → the names of the KPIs that its components may have."""


def figure_problems(tree: Node, file: str, figures: Figures) -> list[Problem]:
    """A problem for each threshold of a KPI that no device type has."""
    known = {name for names in figures.values() for name in names}
    return [
        Problem(
            file,
            line_of(tree, (*path, kpi)),
            shown((*path, kpi)),
            f"no device type has this KPI{_near(of_kpi(kpi), known)} (got '{kpi[:64]}')",
        )
        for path, kpi in _thresholds(tree)
        if known and of_kpi(kpi) not in known
    ]


def idle_thresholds(tree: Node, components: Mapping[str, Component], figures: Figures) -> Iterator[Note]:
    """A note for each threshold of a KPI that the component's type does not have, while others do."""
    for name, component in components.items():
        own = figures.get(component.type, ()) if component.type != AUTO else ()
        for kpi in [each.kpi for each in component.thresholds if own and of_kpi(each.kpi) not in own]:
            path = ("components", name, "thresholds", kpi)
            text = f"a component of the type '{component.type}' has no such KPI{_near(of_kpi(kpi), own)}"
            yield Note(shown(path), line_of(tree, path), text)


def of_kpi(series: str) -> str:
    """The KPI of a series: `if.in.errors` of `if.in.errors[Gi0/0]`."""
    return series.partition("[")[0]


def _near(kpi: str, known: Collection[str]) -> str:
    """A half sentence with the names that look most like this one, or that go on where it ends."""
    longer = sorted((name for name in known if name.startswith(f"{kpi}.")), key=natural)
    near = list(dict.fromkeys([*difflib.get_close_matches(kpi, sorted(known), n=MOST_NEAR), *longer]))[:MOST_NEAR]
    if not near:
        return "; `cmsp-agent type show TYPE` names what a type measures"
    return f"; did you mean {' or '.join(repr(name) for name in near)}?"


def _thresholds(tree: Node) -> Iterator[tuple[Path, str]]:
    """Where the file has a threshold, and of which KPI."""
    places: list[tuple[Path, Node | None]] = [
        (("components", name), entry) for name, entry in entries(tree, "components").items()
    ]
    places += [(("groups", index, "set"), find(group, "set")) for index, group in group_nodes(tree)]
    for path, entry in places:
        named = find(entry, "thresholds") if entry is not None else None
        if isinstance(named, MapNode):
            yield from (((*path, "thresholds"), kpi) for kpi in named.entries)
