"""Which interfaces are the same under another name: a person renamed them, or moved their module. Pure.

An ifIndex is a row's for as long as the device runs (RFC 2863): who has it is the same interface, be its new name that
of another one until now, which moved on likewise. Names that only change places are rows that were numbered anew.
After a restart an ifIndex may be another's; then only one of the same kind is taken for the same. Of a module that was
moved all ports go, and as many of their kinds come: they are the same in this order.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from cmsp_agent.model.natural import natural

_PLACE = re.compile(r"\d+(?:/\d+)+")


def renames(before: Mapping[int, str], now: Mapping[int, str], *, restarted: bool) -> dict[str, str]:
    """Name before → name now, of interfaces of which the one has gone and the other was not there.

    Args:
        before: names by ifIndex.
        now: the same, as they are now.
        restarted: whether the device started anew in between.
    """
    went, came = {*before.values()} - {*now.values()}, {*now.values()} - {*before.values()}
    rows = {old: now[index] for index, old in before.items() if index in now and now[index] != old}
    if restarted:
        found = {old: new for old, new in rows.items() if old in went and new in came and _kind(old) == _kind(new)}
    else:
        found = {old: new for name in went for old, new in _chain(name, rows, came)}
    left, right = _by_kind(went - found.keys()), _by_kind(came - {*found.values()})
    for kind, names in left.items():
        if len(names) == len(right.get(kind, ())):
            found |= dict(zip(names, right[kind], strict=True))
    return found


def _chain(name: str, rows: Mapping[str, str], came: Collection[str]) -> list[tuple[str, str]]:
    """Each step from a name that went to one that came, by the rows; none where the way ends elsewhere."""
    steps = []
    while name in rows:
        steps.append((name, rows[name]))
        name = rows[name]
    return steps if name in came else []


def _kind(name: str) -> str:
    """The name without its place: `Serial/:15` of `Serial0/1/0:15`."""
    return _PLACE.sub("/", name)


def _by_kind(names: Iterable[str]) -> dict[str, list[str]]:
    """The physical ports, by their kind and in order; tunnels and sessions come and go, and are never the same."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=natural):
        if _PLACE.search(name):
            found.setdefault(_kind(name), []).append(name)
    return found
