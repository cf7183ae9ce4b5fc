"""What is asked of one device, once probing has shown which of its type's objects it has. Pure data."""

from dataclasses import dataclass, replace
from functools import cached_property

from cmsp_agent.plugin.api import CallHistory, DeviceType, Kpi, StateRule

SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
ENGINE_BOOTS, ENGINE_TIME = "1.3.6.1.6.3.10.2.1.2.0", "1.3.6.1.6.3.10.2.1.3.0"
"""snmpEngineTime.0: distinguishes a wrap of sysUpTime after 497 days from a restart."""
ENTITY_CHANGED = "1.3.6.1.2.1.47.1.4.1.0"
"""entLastChangeTime.0: moves when modules change."""
INTERFACES_CHANGED = "1.3.6.1.2.1.31.1.5.0"
"""ifTableLastChange.0: moves when interfaces come or go."""
BASE = (SYS_UP_TIME, ENGINE_BOOTS, ENGINE_TIME, ENTITY_CHANGED, INTERFACES_CHANGED)

IF_DISCONTINUITY = "1.3.6.1.2.1.31.1.1.1.19"
"""ifCounterDiscontinuityTime: where it moved, the interface's counters started anew."""


@dataclass(frozen=True, slots=True)
class PlannedKpi:
    """A KPI with the objects that this device answers for it."""

    kpi: Kpi
    oid: str
    free: str = ""
    is_column: bool = False
    width: int = 32
    """Of a counter, in bits."""
    scale: float = 1.0
    """Beside the KPI's own."""
    spare: str = ""
    """The column of 32 bits for the rows that the one of 64 bits lacks."""

    @property
    def oids(self) -> tuple[str, ...]:
        """Everything that is read for it: instances end with `.0` or are no column, the others are columns."""
        return tuple(oid for oid in (self.oid, self.free, self.spare, *self.kpi.companions) if oid)


@dataclass(frozen=True)
class Plan:
    """Everything that is asked in one poll."""

    kpis: tuple[PlannedKpi, ...] = ()
    states: tuple[StateRule, ...] = ()
    has_discontinuity: bool = False
    times: tuple[str, ...] = ()
    """Instances that say when the configuration changed and was saved; empty: the device does not say."""
    calls: tuple[CallHistory, ...] = ()
    """The tables of calls that may have rows, best first; none: the device keeps no history."""
    unsupported: tuple[str, ...] = ()
    """KPIs for which the device has none of the objects: not supported here, and never zero."""
    base: tuple[str, ...] = BASE
    """What says how long it runs and what moved; by SNMPv1 as far as it is there: what is not costs a request each."""

    def is_bare(self, kind: DeviceType) -> bool:
        """Whether the device has nothing of its type: no fault can be seen, and no figure but its uptime.

        A type for any device has no such promise.
        """
        figures = [each for each in self.kpis if kind.fallback or each.kpi.name != "device.uptime"]
        return bool(self.unsupported) and not figures and not self.states

    @cached_property
    def scalars(self) -> tuple[str, ...]:
        """OIDs for GET."""
        asked = [oid for planned in self.kpis for oid in planned.oids if not _is_column(oid, planned)]
        states = [oid for rule in self.states for oid in rule.oids if oid.endswith(".0")]
        return tuple(dict.fromkeys((*self.base, *asked, *states, *self.times)))

    @cached_property
    def state_columns(self) -> tuple[str, ...]:
        """OIDs of the columns that tell of faults, with their conditions and labels."""
        return tuple(dict.fromkeys(oid for rule in self.states for oid in rule.oids if not oid.endswith(".0")))

    @cached_property
    def parts(self) -> "tuple[Plan, Plan]":
        """What tells of faults and what needs no table; and the tables of figures, which may be read apart."""
        tables = tuple(each for each in self.kpis if any(_is_column(oid, each) for oid in each.oids))
        others = tuple(each for each in self.kpis if each not in tables)
        return (
            replace(self, kpis=others, has_discontinuity=False),
            Plan(tables, has_discontinuity=self.has_discontinuity, base=self.base),
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """OIDs of columns, each once, those that others need for names and conditions included."""
        asked = [oid for planned in self.kpis for oid in planned.oids if _is_column(oid, planned)]
        if self.has_discontinuity:
            asked.append(IF_DISCONTINUITY)
        return tuple(dict.fromkeys((*asked, *self.state_columns)))


def _is_column(oid: str, planned: PlannedKpi) -> bool:
    return planned.is_column and not oid.endswith(".0")


def is_label(rule: StateRule) -> bool:
    """Whether the rule's objects are named by another column."""
    return rule.label != ""
