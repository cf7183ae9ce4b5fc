"""Names, labels and units of MIBs, from a generated table that is loaded when it is first needed. Gives no meaning.

`mib.tsv` is written by `docs/tools/mib_table.py`. It holds the notifications of the makers whose devices are watched,
the objects that they carry, and the objects of the standard MIBs.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from sys import intern
from typing import NamedTuple

from cmsp_agent.model.signal import Value
from cmsp_agent.plugin.rules import trap_key
from cmsp_agent.transports.syslog.legacy_text import decode_other

DATE_LENGTHS = (8, 11)
ADDRESS_LENGTHS = (4, 16)
FORMS = frozenset({"ticks", "date", "hex", "address", "bits", "text"})
LONGEST_VALUE = 256
"""Characters of one value in an event."""


class MibEntry(NamedTuple):
    """What the table says of an OID."""

    name: str
    form: str
    """A unit, or how octets and numbers are shown, one of `FORMS`."""
    labels: str
    """`1=up,2=down` of a number, or of the bits of octets; or empty."""


class MibTable:
    """Looks OIDs up: notifications in both forms (a penultimate `.0` or none), objects with their instance."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._objects: dict[str, MibEntry] = {}
        self._notifications: dict[str, str] = {}
        for line in lines:
            oid, kind, name, form, labels = line.split("\t")
            if kind == "n":
                self._notifications[trap_key(oid)] = name
            else:
                self._objects[oid] = MibEntry(name, intern(form), intern(labels))

    def notification(self, oid: str) -> str:
        """The notification's name, or empty where the table has none."""
        return self._notifications.get(trap_key(oid), "")

    def binding(self, oid: str, value: Value) -> tuple[str, str]:
        """A binding for people: `ifOperStatus.3` and `down(2)`. An object that the table lacks keeps its OID."""
        entry, instance = self._find(oid)
        if entry is None:
            return oid, _plain(value, self)
        return entry.name + instance, _shown(value, entry, self)[:LONGEST_VALUE]

    def entry(self, oid: str) -> MibEntry:
        """What the table says of the object that the OID is or is an instance of; empty fields where nothing."""
        return self._find(oid)[0] or MibEntry(oid, "", "")

    def name(self, oid: str) -> str:
        """An OID by its name: a notification's, or an object's with the instance; itself where it has none."""
        entry, instance = self._find(oid)
        return self.notification(oid) or (entry.name + instance if entry else oid)

    def _find(self, oid: str) -> tuple[MibEntry | None, str]:
        head = oid
        while head:
            entry = self._objects.get(head)
            if entry is not None:
                return entry, oid[len(head) :]
            head = head.rpartition(".")[0]
        return None, ""


@cache
def mib_table() -> MibTable:
    """The generated table, loaded once."""
    return MibTable((files("cmsp_agent.pipeline") / "mib.tsv").read_text("utf-8").splitlines())


def _shown(value: Value, entry: MibEntry, table: MibTable) -> str:
    if isinstance(value, bytes):
        return _octets(value, entry, table)
    if isinstance(value, int):
        label = _label(value, entry.labels)
        if label and entry.form != "bits":
            return f"{label}({value})"
        if entry.form == "ticks":
            return f"{value / 100:g} s"
        if entry.form and entry.form not in FORMS:
            return f"{value} {entry.form}"
    return _plain(value, table)


def _octets(value: bytes, entry: MibEntry, table: MibTable) -> str:
    match entry.form:
        case "date":
            return _date(value)
        case "hex":
            return value.hex(":")
        case "address" if len(value) in ADDRESS_LENGTHS:
            return str(ip_address(value))
        case "bits":
            return _bits(value, entry.labels) or value.hex(":")
        case "text":
            return _text(value)
    return _plain(value, table)


def _text(value: bytes) -> str:
    octets = value.rstrip(b"\0")
    try:
        text = octets.decode()
    except UnicodeDecodeError as error:
        text = decode_other(octets, error)
    return text if all(map(_readable, text)) else value.hex(":")


def _bits(octets: bytes, labels: str) -> str:
    """The names of the bits that are set (RFC 2578 section 7.1.4); the first bit is the highest of the first octet."""
    number, size = int.from_bytes(octets, "big"), 8 * len(octets)
    places = [place for place in range(size) if number >> (size - 1 - place) & 1]
    named = [(_label(place, labels), place) for place in places]
    return " ".join(f"{label}({place})" for label, place in named) if all(label for label, _ in named) else ""


def _label(value: int, labels: str) -> str:
    start = f",{labels}".find(f",{value}=")
    return labels[start:].partition("=")[2].partition(",")[0] if start >= 0 else ""


def _plain(value: Value, table: MibTable) -> str:
    if isinstance(value, bytes):
        text = value.rstrip(b"\0").decode("utf-8", "replace")
        return text if all(map(_readable, text)) else value.hex(":")
    if isinstance(value, str) and value.startswith("1.3.6.1."):
        return table.name(value)
    return str(value)


def _readable(character: str) -> bool:
    return (character.isprintable() and character != "\ufffd") or character in "\r\n\t"


def _date(octets: bytes) -> str:
    """DateAndTime (RFC 2579)."""
    if len(octets) not in DATE_LENGTHS:
        return octets.hex(":")
    year = int.from_bytes(octets[:2], "big")
    month, day, hour, minute, second = octets[2:7]
    zone = f"{chr(octets[8])}{octets[9]:02}:{octets[10]:02}" if len(octets) == 11 else ""
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"
