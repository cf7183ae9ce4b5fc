"""Kinds of faults, and what notifications mean: parts of `plugin.api`, which is where plugins import them from."""

from dataclasses import dataclass, field

from cmsp_agent.model.event import Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.source_line import written_here


def judge_value(value: int, raises: frozenset[int], clears: frozenset[int], bits: int = 0) -> bool | None:
    """Whether a fault holds at a value: True, False, or None where the value is in no list."""
    if bits:
        return bool(value & bits)
    if value in raises:
        return True
    return False if value in clears else None


def bits_in_words(value: int, words: tuple[tuple[int, str], ...]) -> str:
    """What the bits of a value say, joined; empty where none of them has a word."""
    return ", ".join(word for bit, word in words if value & bit)


@dataclass(frozen=True, slots=True)
class AlarmType:
    """A kind of fault, however it is reported."""

    type: str
    """Dotted name of the fault, such as `isdn.layer2.down`; a clear has the same type."""
    severity: Severity
    title: str
    """For people; `{component}` and `{object}` are filled in."""
    impairs: frozenset[str] = frozenset()
    """Functions of the component that the fault takes away (`pstn`, `emergency`); `*`: all of them."""
    incident: bool = True
    """Whether it opens an incident."""
    transient: bool = False
    """Nothing clears it: it is reported once, and no alarm is kept."""
    cause: int = 50
    """Of several faults on one port the lowest is the cause and names it: cable 10, layer 2 30, routing 40."""
    responsible: str = "provider"
    """Whose fault it is likely to be: provider, partner, customer, carrier, third-party."""
    recommendation: str = ""
    burst: "Burst | None" = None
    """When many reports of it weigh more than each alone, where it is transient."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)
    """File and line of the plugin that declares it."""


@dataclass(frozen=True, slots=True)
class Burst:
    """So many reports of one type, whatever their objects, within so many seconds have this severity."""

    count: int
    within: float
    severity: Severity = Severity.MAJOR


CONFIG_CHANGED = AlarmType(
    "config.changed", Severity.WARNING, "{component}: the configuration was changed", incident=False, transient=True
)
"""What a device says when somebody has changed it: a backup follows."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The threshold that a KPI has unless the configuration says otherwise; in the KPI's unit."""

    raise_at: float
    clear_at: float
    for_: float = 0.0
    """Seconds that it must last."""
    severity: Severity = Severity.WARNING

    @property
    def falling(self) -> bool:
        """Whether low figures are the bad ones: it clears above the level at which it raises."""
        return self.clear_at > self.raise_at


@dataclass(frozen=True, slots=True)
class ObjectFrom:
    """Where the object's name is found: `constant`, or in the varbind whose OID starts with `oid`.

    `take` is `value` (the varbind's value as text), `instance` (what follows `oid`), or `interface` (the name of the
    interface whose ifIndex is the instance, or the value where there is no instance).
    """

    oid: str = ""
    take: str = "constant"
    constant: str = ""
    also: str = ""
    """With `value`: the OID of a second varbind, whose value is part of the name (an entity and what ails it)."""


def trap_key(oid: str) -> str:
    """The OID without a penultimate `.0`: one key for both forms of a notification (RFC 3584, "no-zero")."""
    head, _, last = oid.rpartition(".")
    return f"{head.removesuffix('.0')}.{last}"


def mnemonic_key(mnemonic: str) -> str:
    """`LINK-3-UPDOWN` → `LINK-*-UPDOWN`: the severity in a mnemonic differs between releases. A family stays."""
    facility, _, rest = mnemonic.partition("-")
    parts = [facility, *rest.split("-")]
    if len(parts) >= 3 and len(parts[-2]) == 1 and parts[-1] != "*":
        parts[-2] = "*"
    return "-".join(parts)


@dataclass(frozen=True, slots=True)
class TrapRule:
    """A notification that means something. OIDs are matched without a penultimate `.0` (the "no-zero" traps)."""

    oid: str
    type: str
    state: Transition | None = None
    """What it does; None: decided by the value of the varbind `by`."""
    by: str = ""
    raises: frozenset[int] = frozenset()
    clears: frozenset[int] = frozenset()
    bits: int = 0
    """For a value that is a sum of bits (dsx1LineStatus): any of these set raises, none of them clears."""
    words: tuple[tuple[int, str], ...] = ()
    """(bit, word): what each bit of the value says; the event's text ends with those that are set."""
    object: ObjectFrom = ObjectFrom()
    text: str = ""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)
    """File and line of the rule."""

    def judge(self, value: int) -> Transition | None:
        """What a value of the varbind `by` does; None: nothing."""
        holds = judge_value(value, self.raises, self.clears, self.bits)
        if holds is None:
            return None
        return Transition.RAISE if holds else Transition.CLEAR
