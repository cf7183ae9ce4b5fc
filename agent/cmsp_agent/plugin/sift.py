"""Parts that have members of their own: each member is judged alone, so that one bad line costs that line only."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args, get_type_hints

from cmsp_agent.plugin import validate_cli, validate_identity, validate_shown
from cmsp_agent.plugin.command_kpis import ShownTable
from cmsp_agent.plugin.command_line import CliPlatform
from cmsp_agent.plugin.identity import Identity
from cmsp_agent.plugin.type_check import misfits

Judge = Callable[[str, Any], Iterator[str]]
Fault = tuple[object, list[str]]
"""A member, and what is wrong with it."""

MEMBERS: Mapping[type, Mapping[str, Judge]] = {
    ShownTable: {"kpis": validate_shown.kpi, "states": validate_shown.state},
    Identity: {
        "version": validate_identity.fact,
        "model": validate_identity.fact,
        "serial": validate_identity.fact,
        "systems": validate_identity.system,
        "products": validate_identity.product,
    },
    CliPlatform: {
        "must_have": validate_cli.marker,
        "invalid": validate_cli.marker,
        "volatile": validate_cli.line,
        "read_only": validate_cli.command,
        "blocks": validate_cli.block,
        "lacks": validate_cli.lack,
    },
}
"""What a redaction hides is no such member: without one of them people would see a secret, so all is left out."""


def sifted(path: str, part: object) -> tuple[object, list[Fault]]:
    """The part with the members that make sense, and what is wrong with the others; itself where all do."""
    kept: dict[str, tuple[object, ...]] = {}
    faults: list[Fault] = []
    for name, judge in MEMBERS.get(type(part), {}).items():
        value = getattr(part, name)
        if type(value) is not tuple:
            continue  # the whole part is refused for that
        hint = get_args(get_type_hints(type(part))[name])[0]
        bad = [*_faults(f"{path}.{name}", value, hint, judge)]
        faults += [(value[place], texts) for place, texts in bad]
        if bad:
            left_out = {place for place, _ in bad}
            kept[name] = tuple(member for place, member in enumerate(value) if place not in left_out)
    return (dataclasses.replace(part, **kept) if kept else part), faults  # type: ignore[type-var]


def emptied(kept: object, part: object) -> bool:
    """Whether nothing is left of a table."""
    return kept is not part and isinstance(kept, ShownTable) and not kept.kpis and not kept.states


def _faults(path: str, members: tuple[object, ...], hint: object, judge: Judge) -> Iterator[tuple[int, list[str]]]:
    """(place, what is wrong) of each member that makes no sense."""
    for place, member in enumerate(members):
        here = f"{path}[{place}]"
        if wrong := misfits(member, hint, here) or list(judge(here, member)):
            yield place, wrong
