"""All that a plugin may import: the data that device types are made of. Data first; code where data can't say it.

A plugin is a module named by an entry point of the group `cmsp_agent.plugins`. It declares `API_VERSION = 1` and
implements hooks of `cmsp_agent.plugin.hookspecs` with the marker `hook`, re-exported here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from cmsp_agent.model.event import Event, Transition
from cmsp_agent.model.interfaces import canonical as canonical_interface
from cmsp_agent.model.severity import Severity
from cmsp_agent.model.signal import AgentSignal, PollSignal, Signal, SyslogSignal, TrapSignal, Value
from cmsp_agent.plugin.command_line import CliPlatform, Lack, Redaction, Replacement, SetupLine, SetupStep, TextBlock
from cmsp_agent.plugin.identity import UNIDENTIFIED, Fact, Identity
from cmsp_agent.plugin.markers import hook
from cmsp_agent.plugin.place import written_here
from cmsp_agent.plugin.rules import CONFIG_CHANGED, AlarmType, Limit, ObjectFrom, TrapRule, judge_value
from cmsp_agent.plugin.shown import Cells, ShownKpi, ShownState, ShownTable, matches, named
from cmsp_agent.plugin.trap_table import read_traps

API_VERSION = 1

__all__ = [
    "API_VERSION",
    "CAPABILITIES",
    "CONFIG_CHANGED",
    "NOT_AVAILABLE",
    "NO_COUNT",
    "NO_LEVEL",
    "AgentSignal",
    "AlarmReport",
    "AlarmType",
    "Cells",
    "CliPlatform",
    "DeviceType",
    "Event",
    "Fact",
    "Identity",
    "Kpi",
    "Lack",
    "Limit",
    "ObjectFrom",
    "PollSignal",
    "Redaction",
    "Replacement",
    "SetupLine",
    "SetupStep",
    "Severity",
    "ShownKpi",
    "ShownState",
    "ShownTable",
    "Signal",
    "StateRule",
    "SyslogRule",
    "SyslogSignal",
    "TextBlock",
    "Transition",
    "TrapRule",
    "TrapSignal",
    "Value",
    "canonical_interface",
    "hook",
    "matches",
    "named",
    "read_traps",
    "sensor_kpis",
]


@dataclass(frozen=True, slots=True)
class SyslogRule:
    """A message that means something.

    `pattern` is searched in the text (bounded to 1 KiB); its group `object` names the object, its group `state` is
    looked up in `raises` and `clears` (lower case) where `state` is None.
    """

    mnemonic: str
    """`FACILITY-SEVERITY-MNEMONIC`, or with a `*` for the severity digit: `LINK-*-UPDOWN`."""
    type: str
    pattern: str = ""
    state: Transition | None = None
    raises: frozenset[str] = frozenset()
    clears: frozenset[str] = frozenset()
    interface: bool = False
    """The object is an interface's name: it is written in its long form."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)
    """File and line of the rule, as all parts have it."""


@dataclass(frozen=True, slots=True)
class StateRule:
    """An object that is polled for faults: value in `raises` → the alarm holds, in `clears` → it does not."""

    column: str
    """A table's column, or one instance of a scalar, which ends with `.0`."""
    type: str
    raises: frozenset[int]
    clears: frozenset[int]
    object: str = "interface"
    """`interface`: the index is an ifIndex; `index`: the index itself; empty: none, the device as a whole; else the OID
    of a label column of equal index."""
    only_if: tuple[str, int] | None = None
    """(column, value): in rows of equal index where that column has another value the alarm does not hold (a port that
    somebody shut down is no fault: ifAdminStatus up)."""
    bits: int = 0
    """For a value that is a sum of bits (dsx1LineStatus): any of these set, and the alarm holds; none, and not."""

    once_clear: bool = False
    """Only an object that was seen without the alarm can raise it: a port that was never in use is no fault."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)

    @property
    def label(self) -> str:
        """The OID of the column that names the objects; empty where none does."""
        return self.object if self.object not in ("", "index", "interface") else ""

    @property
    def oids(self) -> tuple[str, ...]:
        """Everything that is asked for it: the object, its condition, its label."""
        asked = (self.column, self.only_if[0] if self.only_if else "", self.label)
        return tuple(oid for oid in asked if oid)

    def judge(self, value: int) -> bool | None:
        """Whether the alarm holds at this value; None: the value says nothing."""
        return judge_value(value, self.raises, self.clears, self.bits)


CAPABILITIES = ("identity", "kpis", "tables", "states", "traps", "syslog", "backup")
"""What a device type can do; each is *proven* or *documented*."""

NOT_AVAILABLE = (4294967295, 2147483647, 65535, -1)
"""How agents say "not available" in a number: all bits set of 32 or 16, the largest INTEGER, minus one."""
NO_COUNT = (4294967295, 2147483647, -1)
"""The same where 65,535 may be a figure."""
NO_LEVEL = (4294967295, 2147483647, -2147483648)
"""The same where minus one may be a figure, too: degrees, decibels."""
NONE_BY_UNIT = {"percent": NOT_AVAILABLE, "°C": NO_LEVEL, "dB": NO_LEVEL, "dBm": NO_LEVEL}
"""What means none where the KPI does not say; `NO_COUNT` for all other units."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure that is polled. The first OID that the device answers is used: probe, never assume."""

    name: str
    unit: str
    oids: tuple[str, ...]
    """Scalars, instances or columns, best first; probing finds out which of them the device has."""
    free: tuple[str, ...] = ()
    """For a share in percent: the OIDs of what is left, one for each of `oids`; then 100 · used / (used + free)."""
    kind: str = "gauge"
    """`gauge`; `counter32` or `counter64`, of which the rate per second is kept; `ratio` (see `hourly`). Any OID of a
    counter64 but the first is a fallback of 32 bits."""
    per: str = ""
    """For columns, what names a row: `interface`, `index`, `first` (the first number of the index), the OID of a label
    column of equal index; or empty with `aggregate`."""
    aggregate: str = ""
    """`max`, `sum` or `mean` over a column's rows; empty: one series for each row."""
    scale: float = 1.0
    """What every figure is multiplied by."""
    scales: tuple[float, ...] = ()
    """The same for each of `oids`, where they differ (seconds in one MIB, hundredths in another)."""
    only_if: tuple[str, int] | None = None
    """(column, value): rows of equal index where that column has another value are left out (of all sensors those in
    degrees Celsius)."""
    counts: frozenset[int] = frozenset()
    """Not empty: a row counts 1 where its value is one of these, else 0 (channels in use); with `aggregate` sum."""
    share_of: tuple[str, float] | None = None
    """(OID, factor): the figure becomes percent of that object's value of equal index, times the factor (of the octets
    a second, ifHighSpeed times 125,000); none where that is zero."""
    rows: tuple[tuple[str, str], ...] = ()
    """(index, name) of rows that the MIB numbers (1 is H.323, 2 is SIP)."""
    hourly: tuple[str, ...] = ()
    """Of a ratio: columns of counters of equal index. The figure is by how much the KPI's own counter grew in the last
    hour, divided by how much all of these did."""
    least: int = 1
    """Of a ratio: by how much these must have grown; else there is no figure (one call that failed says little)."""
    precision: tuple[str, str] | None = None
    """(scale, precision): columns of a sensor MIB, by which the value is value · 10^(3·(scale - 9)) / 10^precision."""
    absent: tuple[int, ...] | None = None
    """Values by which the object says that it has none; None: those that are usual for the unit, of gauges."""
    limit: Limit | None = None
    """Its threshold, unless the configuration has one."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)

    @property
    def none(self) -> tuple[int, ...]:
        """The values that are no figure."""
        if self.absent is not None or self.kind != "gauge" or self.counts:
            return self.absent or ()
        return NONE_BY_UNIT.get(self.unit, NO_COUNT)

    @property
    def label(self) -> str:
        """The OID of the column that names the rows; empty where none does."""
        return self.per if self.per not in ("", "interface", "index", "first") else ""

    @property
    def companions(self) -> tuple[str, ...]:
        """What is read beside the figures: names, conditions, the whole of a share, precision."""
        others = (each[0] for each in (self.only_if, self.share_of) if each is not None)
        asked = (self.label, *others, *(self.precision or ()), *self.hourly)
        return tuple(oid for oid in asked if oid)


SENSORS = (("temperature", "°C", 8), ("power", "W", 6), ("voltage", "V", 4), ("current", "A", 5), ("fan", "rpm", 10))
"""Name, unit and SensorDataType of the sensors that are read."""
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"
"""entPhysicalName."""


def sensor_kpis(table: str, absent: tuple[int, ...]) -> tuple[Kpi, ...]:
    """The figures of a sensor table of ENTITY-SENSOR-MIB's form, each named by its entity and in whole units.

    Args:
        table: the OID of its rows: type .1, scale .2, precision .3, value .4.
        absent: values by which a sensor says that it has none.
    """
    return tuple(
        Kpi(
            f"sensor.{name}",
            unit,
            (f"{table}.4",),
            per=ENTITY_NAME,
            only_if=(f"{table}.1", kind),
            precision=(f"{table}.2", f"{table}.3"),
            absent=absent,
        )
        for name, unit, kind in SENSORS
    )


@dataclass(frozen=True, slots=True)
class AlarmReport:
    """What a rule or a plugin's code reads out of a signal."""

    type: str
    object: str
    state: Transition
    text: str = ""
    severity: Severity | None = None
    """None: the alarm type's."""
    attributes: Mapping[str, str] | None = None


NormaliseFunction: TypeAlias = Callable[[Signal], Iterable[AlarmReport] | None]
"""Plugin code that reads a signal; None: nothing to say, the rules decide. Isolated and timed by the host."""


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A kind of device: how to know it, what to ask, what its messages mean, how to save it."""

    name: str
    title: str
    like: str = ""
    """Another device type, of any plugin, whose parts this one has too (see plugin.inherit)."""
    snmp: bool = True
    """False: only up or down (ICMP, TCP)."""
    sys_object_ids: tuple[str, ...] = ()
    """Prefixes of sysObjectID; the longest match over all device types wins."""
    sys_descr: str = ""
    """A pattern that sysDescr must match too; empty: any."""
    identity: Identity = UNIDENTIFIED
    """Maker and system, and where model, serial number and release are read."""
    fallback: bool = False
    """Takes a device that answers SNMP and that no other type knows."""
    functions: tuple[str, ...] = ()
    """Functions that a device of this kind has unless the YAML says otherwise."""
    alarms: tuple[AlarmType, ...] = ()
    traps: tuple[TrapRule, ...] = ()
    syslog: tuple[SyslogRule, ...] = ()
    states: tuple[StateRule, ...] = ()
    kpis: tuple[Kpi, ...] = ()
    tables: tuple[ShownTable, ...] = ()
    """Show commands that are read where SNMP has no such figure."""
    cli: CliPlatform | None = None
    setup: tuple[SetupStep, ...] = ()
    """The device's own commands for what the agent needs of it."""
    personal: tuple[Redaction, ...] = ()
    """Where messages carry personal data (numbers, user names): masked in what leaves the site."""
    normalise: NormaliseFunction | None = None
    proven: tuple[str, ...] = ()
    """Of `CAPABILITIES` those that a capture of somebody else's device, or a real peer in the tests, has shown."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)
