"""Finds out which objects of its type a device has. Asks once, and again after a change; assumes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from cmsp_agent.model.component import Component
from cmsp_agent.model.signal import Unreadable, Value
from cmsp_agent.plugin.api import DeviceType, Kpi
from cmsp_agent.services.devices.facts import DeviceFacts
from cmsp_agent.services.devices.reading import ReadingSession
from cmsp_agent.services.polling.call_history import FAILED_CALLS
from cmsp_agent.services.polling.plan import BASE, IF_DISCONTINUITY, SYS_UP_TIME, Plan, PlannedKpi
from cmsp_agent.services.polling.samples import says_none
from cmsp_agent.transports.snmp.target import Quirks

Answered = Mapping[str, Value | Unreadable | None]
"""OID → the value that came with it."""


class PollSession(ReadingSession, Protocol):
    """What polling needs of an SNMP session beside that."""

    @property
    def is_v1(self) -> bool:
        """Whether SNMPv1 is spoken, where each object that is not there costs a request."""
        ...

    async def get_next(self, *oids: str) -> Mapping[str, tuple[str, Value | Unreadable]]:
        """Read what follows each OID."""
        ...


class DeviceSession(PollSession, Protocol):
    """A session that reports the peculiarities that it found."""

    @property
    def quirks(self) -> Quirks:
        """To be kept, and handed in again."""
        ...

    async def probe(self) -> None:
        """Ask for the uptime, once: whether a device that was silent answers again."""
        ...

    def take_unreadable(self) -> Mapping[str, Unreadable]:
        """The values that could not be decoded since this was last called, by OID."""
        ...


MakeSession = Callable[[Component, DeviceFacts | None], DeviceSession]
"""Opens a session with a component, given what is known of it.

Raises:
    ValueError, ConfigurationError: its credentials can't be used.
    NotPermittedHere: its source address is not ours.
"""


async def probe(session: PollSession, device_type: DeviceType) -> Plan:
    """Ask for every candidate of every KPI and state, and plan with the first of each that is there.

    Raises:
        DeviceError: the device does not answer, or answers nonsense.
    """
    figures = [oid for kpi in device_type.kpis for oid in (*kpi.oids, *kpi.free)]
    conditions = [rule.column for rule in device_type.states]
    histories = [table.there for table in device_type.calls]
    states = [oid for oid in conditions if oid.endswith(".0")]
    candidates = _unique((*figures, *histories, *states, *_times(device_type)))
    wanted = _unique((*BASE, *candidates))
    instances = await (_met_on_the_way(session, wanted) if session.is_v1 else session.get(*wanted))
    roots = _unique(
        (
            *(oid for oid in candidates if oid not in instances and not oid.endswith(".0")),
            *(oid for oid in conditions if not oid.endswith(".0")),
            IF_DISCONTINUITY,
        )
    )
    following = await session.get_next(*roots)
    columns = {root: value for root, (oid, value) in following.items() if oid.startswith(root + ".")}
    base = tuple(oid for oid in BASE if oid == SYS_UP_TIME or oid in instances) if session.is_v1 else BASE
    return make_plan(device_type, base, instances, columns)


async def _met_on_the_way(session: PollSession, oids: Sequence[str]) -> dict[str, Value]:
    """Those instances that are there, found by GETNEXT from just before them.

    In SNMPv1 an object that is not there costs a GET a request, and a GETNEXT nothing.
    """
    following = await session.get_next(*_unique(map(_just_before, oids)))
    met = dict(following.values())
    return {oid: value for oid in oids if (value := met.get(oid)) is not None and not isinstance(value, Unreadable)}


def _just_before(oid: str) -> str:
    head, _, last = oid.rpartition(".")
    return head if last == "0" else f"{head}.{int(last) - 1}"


def make_plan(device_type: DeviceType, base: tuple[str, ...], instances: Answered, columns: Answered) -> Plan:
    """The plan for a device that has these instances and columns.

    Args:
        device_type: what is asked.
        base: what says how long the device runs and what moved.
        instances: instances that were answered, with their values.
        columns: columns that have rows, with the value of the first.
    """
    found = {
        kpi.name: _choose(kpi, _available(kpi, instances), _available(kpi, columns)) or _choose(kpi, instances, columns)
        for kpi in device_type.kpis
    }
    planned = tuple(choice for choice in found.values() if choice is not None)
    return Plan(
        kpis=planned,
        states=tuple(rule for rule in device_type.states if rule.column in columns or rule.column in instances),
        base=base,
        has_discontinuity=IF_DISCONTINUITY in columns and any(_counts(choice) for choice in planned),
        times=times if set(times := _times(device_type)) <= instances.keys() else (),
        calls=(kept := tuple(table for table in device_type.calls if table.there in instances)),
        unsupported=(
            *(name for name, choice in found.items() if choice is None),
            *((FAILED_CALLS,) if device_type.calls and not kept else ()),
        ),
    )


def _times(device_type: DeviceType) -> tuple[str, ...]:
    """What says when the configuration changed and when it was saved."""
    cli = device_type.cli
    return (cli.changed_at, *cli.saved_at) if cli is not None and cli.changed_at else ()


def _available(kpi: Kpi, answered: Answered) -> Answered:
    """Those of a KPI's objects that do not say "not available": where another source has a figure, it is preferred."""
    return {
        oid: answered[oid] for oid in (*kpi.oids, *kpi.free) if oid in answered and not says_none(kpi, answered[oid])
    }


def _choose(kpi: Kpi, instances: Answered, columns: Answered) -> PlannedKpi | None:
    for place, oid in enumerate(kpi.oids):
        free = kpi.free[place] if kpi.free else ""
        for there, is_column in ((instances, False), (columns, True)):
            if oid in there and (not free or free in there):
                width = 64 if kpi.kind == "counter64" and place == 0 else 32
                scale = kpi.scales[place] if kpi.scales else 1.0
                return PlannedKpi(kpi, oid, free, is_column, width, scale)
    return None


def _counts(planned: PlannedKpi) -> bool:
    return planned.kpi.per == "interface" and planned.kpi.kind != "gauge"


def _unique(oids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(oids))
