"""Whom an access list lets in, by a saved configuration (Cisco IOS). Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

_NUMBERED = re.compile(r"access-list (?P<name>\d+) (?P<rest>(?:permit|deny) .*)")
_NAMED = re.compile(r"ip access-list (?P<kind>standard|extended) (?P<name>\S+)")
_ENTRY = re.compile(r" +(?:\d+ )?(?P<rest>(?:permit|deny) .*)")
OF_HOSTS = frozenset({"ip", "tcp", "udp"})
"""Protocols of an extended list that may carry SNMP or SSH."""


@dataclass(frozen=True, slots=True)
class AccessList:
    """A list as it is configured."""

    name: str
    extended: bool
    entries: tuple[str, ...]

    def permits(self, address: str) -> bool | None:
        """Whether it lets an address in; None: it can't be told, or the list has no entry."""
        try:
            asked = int(IPv4Address(address))
        except AddressValueError:
            return None
        for entry in self.entries:
            action, *words = entry.split()
            if self.extended:
                protocol, *words = words or [""]
                if protocol not in OF_HOSTS or (action == "deny" and " eq " in entry):
                    continue
            meant = _is_meant(words, asked)
            if meant is None:
                return None
            if meant:
                return action == "permit"
        return False if self.entries else None

    def opening(self, address: str) -> str:
        """The lines that let an address in before anything else."""
        entry = f"permit ip host {address} any" if self.extended else f"permit {address}"
        return f"ip access-list {'extended' if self.extended else 'standard'} {self.name}\n 1 {entry}"


def access_list(configuration: str, name: str) -> AccessList | None:
    """The list of that name or number; None: there is none, which lets everybody in."""
    found = [(extended, rest) for each, extended, rest in _entries(configuration.splitlines()) if each == name]
    return AccessList(name, found[0][0], tuple(rest for _, rest in found)) if found else None


def _entries(lines: Sequence[str]) -> Iterator[tuple[str, bool, str]]:
    """(list, whether it is an extended one, entry)."""
    name, extended = "", False
    for line in lines:
        if numbered := _NUMBERED.match(line):
            yield numbered["name"], _is_extended(int(numbered["name"])), numbered["rest"]
        elif named := _NAMED.match(line):
            name, extended = named["name"], named["kind"] == "extended"
        elif name and (entry := _ENTRY.match(line)):
            yield name, extended, entry["rest"]
        elif not line.startswith(" "):
            name = ""


def _is_extended(number: int) -> bool:
    return 100 <= number < 200 or 2000 <= number < 2700


def _is_meant(words: Sequence[str], asked: int) -> bool | None:
    """Whether an entry's source is the address; None: it is one of a group that stands elsewhere."""
    match words:
        case ["any", *_]:
            return True
        case ["host", address, *_]:
            return _as_number(address) == asked
        case ["object-group", *_] | []:
            return None
        case [address, *rest]:
            base, wildcard = _as_number(address), _as_number(rest[0]) if rest else 0
            return base is not None and (asked ^ base) & ~(wildcard or 0) == 0
    return None


def _as_number(address: str) -> int | None:
    try:
        return int(IPv4Address(address))
    except AddressValueError:
        return None
