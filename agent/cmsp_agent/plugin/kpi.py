"""Figures that are polled, and those of sensor tables: parts of `plugin.api`, where plugins import them from."""

from dataclasses import dataclass, field

from cmsp_agent.plugin.rules import Limit
from cmsp_agent.plugin.source_line import written_here

NOT_AVAILABLE = (4294967295, 2147483647, 65535, -1, 18446744073709551615)
"""How agents say "not available" in a number: all bits set of 16, 32 or 64, the largest INTEGER, minus one."""
NO_COUNT = (4294967295, 2147483647, -1, 18446744073709551615)
"""The same where 65,535 may be a figure."""
NO_LEVEL = (4294967295, 2147483647, -2147483648, 18446744073709551615)
"""The same where minus one may be a figure, too: degrees, decibels."""
NEVER_A_FIGURE = (4294967295, 2147483647, 18446744073709551615)
"""What means none of every gauge that doesn't say that all values are figures."""
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
    only_if: tuple[str, int | str] | None = None
    """(column, value, which may be an OID): rows of equal index where that column has another value are left out (of
    all sensors those in degrees Celsius)."""
    valid_if: tuple[str, int] | None = None
    """(column, value): rows of equal index where that column has another value have no figure now (a sensor that is not
    operational); a device without the column says nothing of it."""
    counts: frozenset[int] = frozenset()
    """Not empty: a row counts 1 where its value is one of these, else 0 (channels in use); with `aggregate` sum."""
    share_of: tuple[str, float] | None = None
    """(OID, factor): the figure becomes percent of that object's value of equal index, times the factor (of the octets
    a second, ifHighSpeed times 125,000); none where that is zero."""
    at_most: tuple[str, float] | None = None
    """(OID, factor): what a counter can grow by in a second, as `share_of` says it; a wrap beyond that is none."""
    rows: tuple[tuple[str, str], ...] = ()
    """(index, name) of rows that the MIB numbers (1 is H.323, 2 is SIP)."""
    last: str = ""
    """The last number of the index of the rows that are meant: of a table of intervals, that which is over."""
    parts: tuple[str, ...] = ()
    """Of a sum: further instances that are added to the first (a counter for each answer of a class); those that the
    device has. A poll in which one of them has no rate has no sum."""
    hourly: tuple[str, ...] = ()
    """Of a ratio: columns of counters of equal index. The figure is by how much the KPI's own counter grew in the last
    hour, divided by how much all of these did."""
    least: int = 1
    """Of a ratio: by how much these must have grown; else there is no figure (one call that failed says little)."""
    precision: tuple[str, str] | None = None
    """(scale, precision): columns of a sensor MIB, by which the value is value · 10^(3·(scale - 9)) / 10^precision."""
    absent: tuple[int, ...] | None = None
    """Values by which the object says that it has none, beside those that no object has; None: those that are usual for
    the unit, of gauges; empty: all values are figures."""
    limit: Limit | None = None
    """Its threshold, unless the configuration has one."""
    where: str = field(default_factory=written_here, kw_only=True, compare=False, repr=False)

    @property
    def none(self) -> tuple[int, ...]:
        """The values that are no figure."""
        if self.absent == () or self.kind != "gauge" or self.counts:
            return self.absent or ()
        if self.unit == "percent" and not self.free and self.share_of is None and self.precision is None:
            return (*(self.absent or ()), *NOT_AVAILABLE)
        return NONE_BY_UNIT.get(self.unit, NO_COUNT) if self.absent is None else (*self.absent, *NEVER_A_FIGURE)

    @property
    def label(self) -> str:
        """The OID of the column that names the rows; empty where none does."""
        return self.per if self.per not in ("", "interface", "index", "first") else ""

    @property
    def companions(self) -> tuple[str, ...]:
        """What is read beside the figures: names, conditions, the whole of a share, precision."""
        others = (each[0] for each in (self.only_if, self.valid_if, self.share_of, self.at_most) if each is not None)
        asked = (self.label, *others, *(self.precision or ()), *self.hourly, *self.parts)
        return tuple(oid for oid in asked if oid)


SENSORS = (
    ("temperature", "°C", 8),
    ("power", "W", 6),
    ("voltage", "V", 4),
    ("voltage_ac", "V", 3),
    ("current", "A", 5),
    ("frequency", "Hz", 7),
    ("humidity", "percent", 9),
    ("fan", "rpm", 10),
    ("airflow", "m³/min", 11),
    ("optical", "dBm", 14),
)
"""Name, unit and SensorDataType of the sensors that are read; the last is Cisco's alone."""
NEVER_NEGATIVE = frozenset({"voltage_ac", "frequency", "humidity", "fan", "airflow"})
"""Sensors of which minus one is no figure; of the others it may be one."""
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"
"""entPhysicalName."""


def sensor_kpis(table: str, absent: tuple[int, ...]) -> tuple[Kpi, ...]:
    """The figures of a sensor table of ENTITY-SENSOR-MIB's form, each named by its entity and in whole units.

    Args:
        table: the OID of its rows: type .1, scale .2, precision .3, value .4, status .5.
        absent: values by which a sensor says that it has none.
    """
    return tuple(
        Kpi(
            f"sensor.{name}",
            unit,
            (f"{table}.4",),
            per=ENTITY_NAME,
            only_if=(f"{table}.1", kind),
            valid_if=(f"{table}.5", 1),
            precision=(f"{table}.2", f"{table}.3"),
            absent=(*absent, -1) if name in NEVER_NEGATIVE else absent,
        )
        for name, unit, kind in SENSORS
    )
