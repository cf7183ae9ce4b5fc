"""How components depend on each other: the way to each, its site, its redundancy group."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from cmsp_agent.model.component import Component


class Topology:
    """The configuration's components, indexed once."""

    def __init__(self, components: Mapping[str, Component]) -> None:
        self.components = components
        self._children: dict[str, list[str]] = {}
        self._at_site: dict[str, list[Component]] = {}
        self._group: dict[str, list[Component]] = {}
        self._mattering: dict[str, frozenset[str]] = {}
        for component in components.values():
            self._at_site.setdefault(component.site, []).append(component)
            if component.parent:
                self._children.setdefault(component.parent, []).append(component.name)
            if component.redundancy:
                self._group.setdefault(component.redundancy, []).append(component)

    def above(self, name: str) -> Iterator[str]:
        """The components that one is reached through, the nearest first."""
        seen = {name}
        while (component := self.components.get(name)) is not None and component.parent not in seen | {""}:
            name = component.parent
            seen.add(name)
            yield name

    def tree(self, name: str) -> Iterator[str]:
        """The component itself and all that are reached through it."""
        waiting, seen = [name], set[str]()
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                yield current
                waiting.extend(self._children.get(current, ()))

    def children(self, name: str) -> Sequence[str]:
        """The components that are reached directly through one."""
        return self._children.get(name, ())

    def at_site(self, site: str) -> Sequence[Component]:
        """The components of a site."""
        return self._at_site.get(site, ())

    def group(self, component: Component) -> Sequence[Component]:
        """The components that back each other up with this one, itself among them; none where it stands alone."""
        return self._group.get(component.redundancy, ()) if component.redundancy else ()

    def mattering_at(self, site: str) -> Collection[str]:
        """The components of a site with a primary function; all of them where none has one."""
        if site not in self._mattering:
            there = self.at_site(site)
            primary = frozenset(each.name for each in there if each.primary_functions)
            self._mattering[site] = primary or frozenset(each.name for each in there)
        return self._mattering[site]

    def below(self, names: Iterable[str]) -> set[str]:
        """These components and all that are reached through them."""
        return {below for name in names for below in self.tree(name)}

    def around(self, names: Iterable[str], sites: Iterable[str]) -> set[str]:
        """These, what backs them up, all of these sites, and the components that any of them is reached through."""
        known = [self.components[name] for name in names if name in self.components]
        around = {*names, *(other.name for each in known for other in self.group(each))}
        around |= {other.name for site in sites for other in self.at_site(site)}
        return around | {upper for name in around for upper in self.above(name)}
