"""Whom an access list lets in, by a saved configuration (Cisco IOS and NX-OS). Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network

_NUMBERED = re.compile(r"access-list (?P<name>\d+) (?P<rest>(?:permit|deny) .*)")
_NAMED = re.compile(r"ip access-list (?:(?P<kind>standard|extended) )?(?P<name>\S+)")
"""NX-OS has extended lists alone, and does not say so."""
_ENTRY = re.compile(r" +(?:\d+ )?(?P<rest>(?:permit|deny) .*)")
STANDARD, EXTENDED = "standard", "extended"
OF_HOSTS = frozenset({"ip", "tcp", "udp"})
"""Protocols of an extended list that may carry SNMP or SSH."""


@dataclass(frozen=True, slots=True)
class AccessList:
    """A list as it is configured."""

    name: str
    kind: str
    """`standard`, `extended`, or nothing where the device does not say it: an extended one."""
    entries: tuple[str, ...]

    def permits(self, address: str) -> bool | None:
        """Whether it lets an address in; None: it can't be told, or the list has no entry."""
        try:
            asked = int(IPv4Address(address))
        except AddressValueError:
            return None
        for entry in self.entries:
            action, *words = entry.split()
            if self.kind != STANDARD:
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
        entry = f"permit {address}" if self.kind == STANDARD else f"permit ip host {address} any"
        return f"ip access-list {self.kind} {self.name}\n 1 {entry}".replace("  ", " ", 1)


def access_list(configuration: str, name: str) -> AccessList | None:
    """The list of that name or number; None: there is none, which lets everybody in."""
    found = [(kind, rest) for each, kind, rest in _entries(configuration.splitlines()) if each == name]
    return AccessList(name, found[0][0], tuple(rest for _, rest in found)) if found else None


def is_within(address: str, network: str, mask: str) -> bool:
    """Whether an address is in a network; False where one of them is none."""
    asked, base, bits = map(_as_number, (address, network, mask))
    return asked is not None and base is not None and bits is not None and (asked ^ base) & bits == 0


def is_between(address: str, first: str, last: str) -> bool:
    """Whether an address is in a range; False where one of them is none."""
    asked, lowest, highest = map(_as_number, (address, first, last))
    return asked is not None and lowest is not None and highest is not None and lowest <= asked <= highest


def _entries(lines: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(list, its kind, entry)."""
    name, kind = "", ""
    for line in lines:
        if numbered := _NUMBERED.match(line):
            yield numbered["name"], _kind_of(int(numbered["name"])), numbered["rest"]
        elif named := _NAMED.match(line):
            name, kind = named["name"], named["kind"] or ""
        elif name and (entry := _ENTRY.match(line)):
            yield name, kind, entry["rest"]
        elif not line.startswith(" "):
            name = ""


def _kind_of(number: int) -> str:
    return EXTENDED if 100 <= number < 200 or 2000 <= number < 2700 else STANDARD


def _is_meant(words: Sequence[str], asked: int) -> bool | None:
    """Whether an entry's source is the address; None: it is one of a group that stands elsewhere."""
    match words:
        case ["any", *_]:
            return True
        case ["host", address, *_]:
            return _as_number(address) == asked
        case ["object-group" | "addrgroup", *_] | []:
            return None
        case [prefix, *_] if "/" in prefix:
            return _in_prefix(prefix, asked)
        case [address, *rest]:
            base, wildcard = _as_number(address), _as_number(rest[0]) if rest else 0
            return base is not None and (asked ^ base) & ~(wildcard or 0) == 0
    return None


def _in_prefix(prefix: str, asked: int) -> bool | None:
    try:
        return IPv4Address(asked) in IPv4Network(prefix, strict=False)
    except ValueError:
        return None


def _as_number(address: str) -> int | None:
    try:
        return int(IPv4Address(address))
    except AddressValueError:
        return None
