"""Where a kind of device keeps its model, serial number and release: data in a device type, read by a pure function."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cmsp_agent.model.signal import Value
from cmsp_agent.plugin.source_line import written_here

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
LONGEST = 255
"""Characters that are kept of one fact."""
LONGEST_LOOKED_AT = 1024
_XE_RELEASE = re.compile(r"(?:1[6-9]|[2-9]\d)\.\d{2}\.\d{2}[a-z]*\Z")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_NO_SERIAL = re.compile(
    r"(?i)(?:0+|x+|[-.?*]+|n/?a|none|null|nil|unknown|unspecified|invalid|default string"
    r"|not (?:available|applicable|specified|set|present)|system serial number|to be filled by o\.?e\.?m\.?)\.?\Z"
)
"""What makers write where no serial number is: two devices with the same of these are two."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One place where a fact is read."""

    oid: str = SYS_DESCR
    """An instance."""
    pattern: str = ""
    """Searched in the value; empty: the value as it is."""
    form: str = "{0}"
    """How the pattern's groups, or the values of `oid` and `also`, are put together."""
    also: str = ""
    """A second instance, which must answer too."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that a device shows and another, which looks like it, does not."""

    subtree: str
    """Without its last number, for an instance."""
    pattern: str = ""
    """Searched in its values (of `not_with` the first alone); empty: that there is any is enough."""
    unless: str = ""
    """A subtree: a device that has it shows by that what it is, and this is no sign (of `not_with`: not read)."""

    def is_on(self, rows: Mapping[str, Value]) -> bool:
        """Whether the device shows it, by what the subtree has."""
        return any(not self.pattern or re.search(self.pattern, text(value)) for value in rows.values())


@dataclass(frozen=True, slots=True)
class Identity:
    """What a kind of device is, and where it says the rest; of several places the first that answers and fits."""

    vendor: str = ""
    os: str = ""
    version: tuple[Fact, ...] = ()
    model: tuple[Fact, ...] = ()
    """Before ENTITY-MIB's chassis."""
    serial: tuple[Fact, ...] = ()
    """Before ENTITY-MIB's chassis."""
    chassis_tells_version: str = ""
    """A pattern: of a device whose sysDescr has it, entPhysicalSoftwareRev of the chassis comes before `version`."""
    systems: tuple[tuple[str, str], ...] = ()
    """(pattern in sysDescr, os), where some of the devices run another system than `os`."""
    products: tuple[tuple[str, str], ...] = ()
    """(sysObjectID, model): where neither `model` nor the chassis names it. Of these sysDescr may be empty."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)

    def system(self, sys_descr: str) -> str:
        """The system that a device runs."""
        seen = sys_descr[:LONGEST_LOOKED_AT]
        return next((os for pattern, os in self.systems if re.search(pattern, seen)), self.os)

    def in_chassis(self, sys_descr: str) -> bool:
        """Whether the chassis tells the release of a device."""
        wanted = self.chassis_tells_version
        return bool(wanted) and re.search(wanted, sys_descr[:LONGEST_LOOKED_AT]) is not None

    @property
    def oids(self) -> tuple[str, ...]:
        """Every instance that is asked for."""
        facts = (*self.version, *self.model, *self.serial)
        return tuple(dict.fromkeys(oid for fact in facts for oid in (fact.oid, fact.also) if oid))


UNIDENTIFIED = Identity()


def read(facts: tuple[Fact, ...], values: Mapping[str, Value]) -> str:
    """The first fact that the values contain; empty: none."""
    return next(_found(facts, values), "")


def model(declared: Identity, values: Mapping[str, Value], chassis: str, sys_object_id: str) -> str:
    """The model: where the kind of device says it, else the chassis's, else the product that sysObjectID names."""
    return read(declared.model, values) or chassis or dict(declared.products).get(sys_object_id, "")


def _found(facts: tuple[Fact, ...], values: Mapping[str, Value]) -> Iterator[str]:
    for fact in facts:
        parts = _parts(fact, values)
        if any(parts):
            yield fact.form.format(*parts).strip()[:LONGEST]


def _parts(fact: Fact, values: Mapping[str, Value]) -> tuple[str, ...]:
    value = text(values.get(fact.oid), LONGEST_LOOKED_AT)
    if fact.also:
        second = text(values.get(fact.also))
        return (value, second) if value and second else ()
    if not fact.pattern:
        return (value,)
    found = re.search(fact.pattern, value)
    return found.groups(default="") if found else ()


def serial_number(said: str) -> str:
    """A serial number; empty where what is said is none."""
    return "" if _NO_SERIAL.match(said) else said


def one_spelling(release: str) -> str:
    """IOS-XE 16 and later writes one release as `17.09.04a` and as `17.9.4a`: the short form it is. Others stay."""
    return _ZEROS.sub("", release) if _XE_RELEASE.match(release) else release


def text(value: Value | None, longest: int = LONGEST) -> str:
    """A value as text, without padding."""
    if value is None:
        return ""
    plain = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return plain.strip("\0 \r\n\t")[:longest]
