"""Read the notifications of a maker's MIB file (SMIv1 and SMIv2). Reads what a rule needs and nothing else of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

ROOTS = {
    "iso": "1",
    "org": "1.3",
    "dod": "1.3.6",
    "internet": "1.3.6.1",
    "directory": "1.3.6.1.1",
    "mgmt": "1.3.6.1.2",
    "mib-2": "1.3.6.1.2.1",
    "system": "1.3.6.1.2.1.1",
    "interfaces": "1.3.6.1.2.1.2",
    "ip": "1.3.6.1.2.1.4",
    "transmission": "1.3.6.1.2.1.10",
    "snmp": "1.3.6.1.2.1.11",
    "rmon": "1.3.6.1.2.1.16",
    "dot1dBridge": "1.3.6.1.2.1.17",
    "host": "1.3.6.1.2.1.25",
    "ifMIB": "1.3.6.1.2.1.31",
    "entityMIB": "1.3.6.1.2.1.47",
    "experimental": "1.3.6.1.3",
    "private": "1.3.6.1.4",
    "enterprises": "1.3.6.1.4.1",
    "snmpV2": "1.3.6.1.6",
    "snmpModules": "1.3.6.1.6.3",
    "snmpTraps": "1.3.6.1.6.3.1.1.5",
    "cisco": "1.3.6.1.4.1.9",
    "ciscoProducts": "1.3.6.1.4.1.9.1",
    "ciscoMgmt": "1.3.6.1.4.1.9.9",
    "ciscoExperiment": "1.3.6.1.4.1.9.10",
    "ciscoModules": "1.3.6.1.4.1.9.12",
    "ifIndex": "1.3.6.1.2.1.2.2.1.1",
    "ifName": "1.3.6.1.2.1.31.1.1.1.1",
    "ifDescr": "1.3.6.1.2.1.2.2.1.2",
    "ifAlias": "1.3.6.1.2.1.31.1.1.1.18",
    "ifAdminStatus": "1.3.6.1.2.1.2.2.1.7",
    "ifOperStatus": "1.3.6.1.2.1.2.2.1.8",
    "entPhysicalName": "1.3.6.1.2.1.47.1.1.1.1.7",
    "entPhysicalDescr": "1.3.6.1.2.1.47.1.1.1.1.2",
    "sysDescr": "1.3.6.1.2.1.1.1",
    "sysObjectID": "1.3.6.1.2.1.1.2",
    "sysUpTime": "1.3.6.1.2.1.1.3",
    "sysContact": "1.3.6.1.2.1.1.4",
    "sysName": "1.3.6.1.2.1.1.5",
    "sysLocation": "1.3.6.1.2.1.1.6",
}
"""Names that files import from standard MIBs, which nobody should have to look for."""

GENERIC_TRAPS = "1.3.6.1.6.3.1.1.5"
_KINDS = (
    r"OBJECT\s+IDENTIFIER(?=\s*::=)|MODULE-IDENTITY|OBJECT-IDENTITY|OBJECT-TYPE|NOTIFICATION-TYPE|TRAP-TYPE|"
    "OBJECT-GROUP|NOTIFICATION-GROUP|MODULE-COMPLIANCE|AGENT-CAPABILITIES"
)
_DEFINITION = re.compile(rf"(?<![\w-])([A-Za-z][\w-]*)\s+({_KINDS})\b(.*?)::=\s*(?:\{{([^}}]*)\}}|(\d+))", re.DOTALL)
_STRING = re.compile(r'"([^"]*)"')
_IMPORTS = re.compile(r"\bIMPORTS\b((?:[\w\s,-]+?\sFROM\s+[\w-]+)*)\s*;?")
"""Its semicolon is missing in files that makers ship."""
_ASIDE = re.compile(r"\bEXPORTS\b.*?;|[\w-]+\s+MACRO\s*::=\s*BEGIN.*?\bEND\b", re.DOTALL)
_COMMENT = re.compile(r'("[^"]*")|-{3,}[^\n]*|--(?:(?!--)[^\n])*(?:--)?')
"""To the end of the line, or to the next two hyphens; a line drawn of hyphens holds nothing."""
_FROM = re.compile(r"([\w\s,-]+?)\sFROM\s+([\w-]+)")
_MODULE = re.compile(r"([A-Za-z][\w-]*)\s*(?:\{[^}]*\}\s*)?DEFINITIONS\s*(?:(?:IM|EX)PLICIT\s+TAGS\s*)?::=\s*BEGIN\b")
_NOTIFICATIONS = ("NOTIFICATION-TYPE", "TRAP-TYPE")
_ARC_WITH_NAME = re.compile(r"[\w-]+\s*\(\s*(\d+)\s*\)")
_MODULE_BEFORE_NAME = re.compile(r"\b[A-Z][\w-]*\.(?=[a-z])")
MOST_STEPS = 64
"""From a name to the root; more lead round in a circle."""
_SEVERITIES = (re.compile(r"--#SEVERITY\s+(\w+)"), re.compile(r"DESCRIPTION\s*\"\s*([A-Z]+):"))
"""Of a definition that has both, the annotation counts."""


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


@dataclass(frozen=True, slots=True)
class _Module:
    """A MIB: a name means what it says of it, or the module that it imports the name from."""

    name: str
    definitions: tuple[_Definition, ...]
    imports: dict[str, str]
    """Name → the module that it comes from."""

    def place(self, name: str) -> _Definition | None:
        """What the module defines by a name; a notification has none where something else is called so, too."""
        found = [each for each in self.definitions if each.name == name]
        return next((each for each in found if each.kind not in _NOTIFICATIONS), found[-1] if found else None)


def notifications(text: str, others: Iterable[str] = ()) -> list[MibNotification]:
    """The notifications that a MIB file defines.

    Args:
        text: The file; it may hold several modules.
        others: Files that it imports names from, where those aren't standard.

    Raises:
        MibError: it defines none, or builds on names that no file defines.
    """
    own = _modules(text)
    resolver = _Resolver([*own, *(module for other in others for module in _modules(other))])
    found = [(module, each) for module in own for each in module.definitions if each.kind in _NOTIFICATIONS]
    if not found:
        raise MibError("no NOTIFICATION-TYPE and no TRAP-TYPE is defined there")
    missing: dict[str, None] = {}
    read = []
    for module, each in found:
        try:
            read.append(_notification(each, module, resolver))
        except MibError as error:
            missing[str(error)] = None
    if missing:
        raise MibError("; ".join(missing))
    return read


def imported_modules(text: str) -> list[str]:
    """The names of the MIBs that a file imports from."""
    return list(dict.fromkeys(module for each in _modules(text) for module in each.imports.values()))


def _modules(text: str) -> list[_Module]:
    severities = dict(_severities(text))
    plain = _STRING.sub('""', _COMMENT.sub(lambda found: found.group(1) or " ", text))
    before, *parts = _MODULE.split(plain)
    named = list(zip(parts[::2], parts[1::2], strict=True)) or [("", before)]
    return [_Module(name, tuple(_definitions(body, severities)), dict(_imports(body))) for name, body in named]


def _imports(body: str) -> Iterator[tuple[str, str]]:
    for listed in _IMPORTS.findall(body):
        for names, module in _FROM.findall(listed):
            yield from ((name, module) for name in re.findall(r"[\w-]+", names))


def _definitions(body: str, severities: dict[str, str]) -> Iterator[_Definition]:
    for name, kind, inner, arcs, number in _DEFINITION.findall(_IMPORTS.sub(" ", _ASIDE.sub(" ", body))):
        yield _Definition(name, kind, inner, arcs or number, severities.get(name, ""))


def _severities(text: str) -> Iterable[tuple[str, str]]:
    parts = re.split(r"^\s*([A-Za-z][\w-]*)\s+(?:NOTIFICATION|TRAP)-TYPE\b", text, flags=re.MULTILINE)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        said = next(filter(None, (form.search(body) for form in _SEVERITIES)), None)
        if said:
            yield name, said[1].upper()


class _Resolver:
    """Names → OIDs, as each module means them."""

    def __init__(self, modules: Sequence[_Module]) -> None:
        self._modules = modules

    def oid(self, name: str, within: _Module, depth: int = 0) -> str:
        """The OID of a name, by what the files and the standard say.

        Raises:
            MibError: they don't.
        """
        place, module = self._find(name, within)
        if place is None and name in ROOTS:
            return ROOTS[name]
        if place is None or depth > MOST_STEPS:
            source = within.imports.get(name)
            where = f" (it is imported from {source}: name that file too)" if source else ""
            raise MibError(f"nothing defines '{name}'{where}")
        return self.of(place, module, depth)

    def of(self, place: _Definition, module: _Module, depth: int = 0) -> str:
        """The OID of a definition."""
        return (
            self._trap(place, module, depth) if place.kind == "TRAP-TYPE" else self._under(place.place, module, depth)
        )

    def known(self, name: str, within: _Module) -> str:
        """The OID, or empty where no file says it."""
        try:
            return self.oid(name, within)
        except MibError:
            return ""

    def is_column(self, name: str, within: _Module) -> bool:
        """Whether the object lies in a row that has an index."""
        place, module = self._find(name, within)
        if place is None:
            return name.startswith(("if", "entPhysical"))
        parent, _ = self._find(place.place.split()[0], module)
        return parent is not None and re.search(r"\b(?:INDEX|AUGMENTS)\b", parent.body) is not None

    def _find(self, name: str, within: _Module) -> tuple[_Definition | None, _Module]:
        """What a module means by a name, and where that is defined; makers forget to import, so any module serves."""
        source = within.imports.get(name, "")
        places = ((module.place(name), module) for module in self._in_order(within, source))
        return next(((place, module) for place, module in places if place is not None), (None, within))

    def _in_order(self, within: _Module, source: str) -> Iterator[_Module]:
        yield within
        yield from (module for module in self._modules if module.name == source)
        yield from (module for module in self._modules if module.name != source and module is not within)

    def _trap(self, trap: _Definition, module: _Module, depth: int) -> str:
        enterprise = re.search(r"ENTERPRISE\s+(?:\{([^}]*)\}|([\w-]+))", trap.body)
        arcs = (enterprise[1] or enterprise[2] or "").strip() if enterprise else ""
        if not arcs:
            raise MibError(f"{trap.name}: no ENTERPRISE")
        if arcs == "snmp":
            return f"{GENERIC_TRAPS}.{int(trap.place) + 1}"
        return f"{self._under(arcs, module, depth)}.0.{trap.place}"

    def _under(self, arcs: str, module: _Module, depth: int) -> str:
        first, *rest = _ARC_WITH_NAME.sub(r"\1", _MODULE_BEFORE_NAME.sub("", arcs)).split()
        start = first if first.isdigit() else self.oid(first, module, depth + 1)
        return ".".join([start, *(arc if arc.isdigit() else self.oid(arc, module, depth + 1) for arc in rest)])


def _notification(each: _Definition, module: _Module, resolver: _Resolver) -> MibNotification:
    carried = re.search(r"(?:OBJECTS|VARIABLES)\s*\{([^}]*)\}", each.body)
    names = re.findall(r"[\w-]+", carried.group(1)) if carried else []
    oids = {name: oid for name in names if (oid := resolver.known(name, module))}
    columns = frozenset(oid for name, oid in oids.items() if resolver.is_column(name, module))
    return MibNotification(each.name, resolver.of(each, module), tuple(oids.values()), columns, each.severity)
