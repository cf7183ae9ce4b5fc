"""Read the notifications of a maker's MIB file (SMIv1 and SMIv2). Reads what a rule needs and nothing else of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ROOTS = {
    "iso": "1",
    "org": "1.3",
    "dod": "1.3.6",
    "internet": "1.3.6.1",
    "mgmt": "1.3.6.1.2",
    "mib-2": "1.3.6.1.2.1",
    "interfaces": "1.3.6.1.2.1.2",
    "transmission": "1.3.6.1.2.1.10",
    "experimental": "1.3.6.1.3",
    "private": "1.3.6.1.4",
    "enterprises": "1.3.6.1.4.1",
    "snmpV2": "1.3.6.1.6",
    "snmpModules": "1.3.6.1.6.3",
    "snmpTraps": "1.3.6.1.6.3.1.1.5",
    "cisco": "1.3.6.1.4.1.9",
    "ciscoMgmt": "1.3.6.1.4.1.9.9",
    "ifIndex": "1.3.6.1.2.1.2.2.1.1",
    "ifName": "1.3.6.1.2.1.31.1.1.1.1",
    "ifDescr": "1.3.6.1.2.1.2.2.1.2",
    "ifAdminStatus": "1.3.6.1.2.1.2.2.1.7",
    "ifOperStatus": "1.3.6.1.2.1.2.2.1.8",
    "sysName": "1.3.6.1.2.1.1.5",
}
"""Names that files import from standard MIBs, which nobody should have to look for."""

GENERIC_TRAPS = "1.3.6.1.6.3.1.1.5"
_KINDS = (
    r"OBJECT\s+IDENTIFIER(?=\s*::=)|MODULE-IDENTITY|OBJECT-IDENTITY|OBJECT-TYPE|NOTIFICATION-TYPE|TRAP-TYPE|"
    "OBJECT-GROUP|NOTIFICATION-GROUP|MODULE-COMPLIANCE|AGENT-CAPABILITIES"
)
_DEFINITION = re.compile(rf"(?<![\w-])([a-z][\w-]*)\s+({_KINDS})\b(.*?)::=\s*(?:\{{([^}}]*)\}}|(\d+))", re.DOTALL)
_STRING = re.compile(r'"([^"]*)"')
_ASIDE = re.compile(r"\bIMPORTS\b.*?;|\bEXPORTS\b.*?;|[\w-]+\s+MACRO\s*::=\s*BEGIN.*?\bEND\b", re.DOTALL)
_COMMENT = re.compile(r'("[^"]*")|--(?:(?!--)[^\n])*(?:--)?')
_FROM = re.compile(r"([\w\s,-]+?)\sFROM\s+([\w-]+)")
_SEVERITY = re.compile(r"--#SEVERITY\s+(\w+)|DESCRIPTION\s*\"\s*([A-Z]+):")


class MibError(ValueError):
    """The file can't be used; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class MibNotification:
    """A notification as its MIB defines it."""

    name: str
    oid: str
    objects: tuple[str, ...]
    """OIDs of the objects that it carries, those that are known."""
    columns: frozenset[str] = frozenset()
    """Those of them that are columns of a table."""
    severity: str = ""
    """The maker's word, where the definition has one: `CRITICAL`, `SEVERE`, …"""


@dataclass(frozen=True, slots=True)
class _Definition:
    name: str
    kind: str
    body: str
    place: str
    severity: str


def notifications(text: str, others: Iterable[str] = ()) -> list[MibNotification]:
    """The notifications that a MIB file defines.

    Args:
        text: The file.
        others: Files that it imports names from, where those aren't standard.

    Raises:
        MibError: it defines none, or builds on a name that no file defines.
    """
    definitions = _definitions(text)
    places = {each.name: each for other in (*others, text) for each in _definitions(other).values()}
    found = [each for each in definitions.values() if each.kind in ("NOTIFICATION-TYPE", "TRAP-TYPE")]
    if not found:
        raise MibError("no NOTIFICATION-TYPE and no TRAP-TYPE is defined there")
    imported = {name: module for names, module in _FROM.findall(text) for name in re.findall(r"[\w-]+", names)}
    return [_notification(each, _Resolver(places, imported)) for each in found]


def imported_modules(text: str) -> list[str]:
    """The names of the MIBs that a file imports from."""
    return list(dict.fromkeys(module for _, module in _FROM.findall(_COMMENT.sub(" ", text))))


def _definitions(text: str) -> dict[str, _Definition]:
    severities = dict(_severities(text))
    plain = _COMMENT.sub(lambda found: found.group(1) or " ", text)
    plain = _ASIDE.sub(" ", _STRING.sub('""', plain))
    return {
        name: _Definition(name, kind, body, arcs or number, severities.get(name, ""))
        for name, kind, body, arcs, number in _DEFINITION.findall(plain)
    }


def _severities(text: str) -> Iterable[tuple[str, str]]:
    parts = re.split(r"^\s*([a-z][\w-]*)\s+(?:NOTIFICATION|TRAP)-TYPE\b", text, flags=re.MULTILINE)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        said = _SEVERITY.search(body)
        if said:
            yield name, (said.group(1) or said.group(2)).upper()


class _Resolver:
    """Names → OIDs."""

    def __init__(self, places: Mapping[str, _Definition], imported: Mapping[str, str]) -> None:
        self._places = places
        self._imported = imported

    def oid(self, name: str, depth: int = 0) -> str:
        """The OID of a name, by what the files and the standard say."""
        if name in ROOTS and name not in self._places:
            return ROOTS[name]
        place = self._places.get(name)
        if place is None or depth > 64:
            module = self._imported.get(name)
            where = f" (it is imported from {module}: name that file too)" if module else ""
            raise MibError(f"nothing defines '{name}'{where}")
        if place.kind == "TRAP-TYPE":
            return self._trap(place, depth)
        return self._under(place.place, depth)

    def known(self, name: str) -> str:
        """The OID, or empty where no file says it."""
        try:
            return self.oid(name)
        except MibError:
            return ""

    def is_column(self, name: str) -> bool:
        """Whether the object lies in a row that has an index."""
        place = self._places.get(name)
        if place is None:
            return name.startswith("if")
        parent = self._places.get(place.place.split()[0])
        return parent is not None and re.search(r"\b(?:INDEX|AUGMENTS)\b", parent.body) is not None

    def _trap(self, trap: _Definition, depth: int) -> str:
        enterprise = re.search(r"ENTERPRISE\s+(?:\{([^}]*)\}|([\w-]+))", trap.body)
        arcs = (enterprise[1] or enterprise[2] or "").strip() if enterprise else ""
        if not arcs:
            raise MibError(f"{trap.name}: no ENTERPRISE")
        if arcs == "snmp":
            return f"{GENERIC_TRAPS}.{int(trap.place) + 1}"
        return f"{self._under(arcs, depth)}.0.{trap.place}"

    def _under(self, arcs: str, depth: int) -> str:
        first, *rest = re.sub(r"[\w-]+\s*\(\s*(\d+)\s*\)", r"\1", arcs).split()
        start = first if first.isdigit() else self.oid(first, depth + 1)
        return ".".join([start, *(arc if arc.isdigit() else self.oid(arc, depth + 1) for arc in rest)])


def _notification(each: _Definition, resolver: _Resolver) -> MibNotification:
    carried = re.search(r"(?:OBJECTS|VARIABLES)\s*\{([^}]*)\}", each.body)
    names = re.findall(r"[\w-]+", carried.group(1)) if carried else []
    oids = {name: oid for name in names if (oid := resolver.known(name))}
    columns = frozenset(oid for name, oid in oids.items() if resolver.is_column(name))
    return MibNotification(each.name, resolver.oid(each.name), tuple(oids.values()), columns, each.severity)
