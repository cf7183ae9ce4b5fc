"""Which components a file calls otherwise than before. A device is known by the address that the file gives it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")
UNCHANGED: Mapping[str, str] = MappingProxyType({})
"""No component is called otherwise."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a component is: as the file has it, and where its host names led."""

    written: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()


def renamed(before: Mapping[str, Addressed], now: Mapping[str, Addressed]) -> dict[str, str]:
    """Name before → name now, of the devices that have another name; two that swap theirs included.

    Where a host name leads may change without the file: it tells only of a name that went and one that came.
    """
    found: dict[str, str] = {}
    at = {address: name for name, one in reversed([*now.items()]) for address in one.written}
    came = {each: name for name, one in reversed([*now.items()]) if name not in before for each in one.literal}
    for name, one in before.items():
        if name in now and not {*one.written}.isdisjoint(now[name].written):
            continue
        places = [at.get(address) for address in one.written]
        places += [came.get(address) for address in one.literal] if name not in now else []
        new = next((place for place in places if place is not None), None)
        if new is not None:
            found[name] = new
    return found


def under_new_names(known: Mapping[str, T], renamed: Mapping[str, str]) -> dict[str, T]:
    """What is known of components, by their names now: none keeps what was known of the device that had its name."""
    stay = {name: each for name, each in known.items() if name not in renamed and name not in renamed.values()}
    return stay | {new: known[name] for name, new in renamed.items() if name in known}
