"""The parts of a device, by ENTITY-MIB (RFC 6933): what can be ordered, swapped and read on a label. Pure."""

from collections import Counter
from collections.abc import Iterator

from cmsp_agent.plugin.identity import serial_number
from cmsp_agent.services.devices.facts import Entity
from cmsp_agent.services.devices.table_cells import SnmpTables, cell, text

ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
ENT_DESCR, ENT_WITHIN, ENT_CLASS, ENT_NAME = (f"{ENTITY}.{n}" for n in (2, 4, 5, 7))
ENT_HARDWARE, ENT_FIRMWARE, ENT_SOFTWARE, ENT_SERIAL, ENT_MODEL = (f"{ENTITY}.{n}" for n in (8, 9, 10, 11, 13))
ENTITIES = (
    ENT_DESCR,
    ENT_WITHIN,
    ENT_CLASS,
    ENT_NAME,
    ENT_HARDWARE,
    ENT_FIRMWARE,
    ENT_SOFTWARE,
    ENT_SERIAL,
    ENT_MODEL,
)
CHASSIS, STACK = 3, 11
KINDS = {
    1: "other",
    3: "chassis",
    4: "backplane",
    5: "container",
    6: "power supply",
    7: "fan",
    8: "sensor",
    9: "module",
    10: "port",
    11: "stack",
    12: "cpu",
}
ALWAYS = frozenset({CHASSIS, STACK})
"""Classes that are listed without a model or a serial number, too."""
DEEPEST = 32
"""Parts within parts; a device may say that two sit in each other."""


def chassis(tables: SnmpTables) -> tuple[str, str, str]:
    """Serial number, model and release of the chassis, else of the stack, else of the first part that has both.

    A chassis that keeps its serial number to itself still names its model.
    """
    classes = tables.get(ENT_CLASS, {})
    serials = {index: serial_number(text(value)) for index, value in tables.get(ENT_SERIAL, {}).items()}
    models = {index: text(value) for index, value in tables.get(ENT_MODEL, {}).items()}
    numbered = [index for index, serial in serials.items() if serial]
    by_class = [index for wanted in (CHASSIS, STACK) for index in numbered if classes.get(index) == wanted]
    others = [] if classes else [index for index in numbered if models.get(index)]
    named = [
        index for wanted in (CHASSIS, STACK) for index, kind in classes.items() if kind == wanted and models.get(index)
    ]
    first = next(iter([*by_class, *others]), "")
    bare = first or next(iter(named), "")
    return serials.get(first, ""), models.get(bare, ""), text(tables.get(ENT_SOFTWARE, {}).get(bare))


def entities(tables: SnmpTables) -> tuple[Entity, ...]:
    """The parts that have a model or a serial number, and what holds them; each by a name of its own."""
    listed = [index for index in tables.get(ENT_CLASS, {}) if _is_listed(tables, index)]
    names = _names(tables, listed)
    return tuple(
        Entity(
            names[index],
            KINDS.get(_kind(tables, index), ""),
            next((names[above] for above in _above(tables, index) if above in names), ""),
            cell(tables, ENT_DESCR, index),
            cell(tables, ENT_MODEL, index),
            serial_number(cell(tables, ENT_SERIAL, index)),
            *(cell(tables, column, index) for column in (ENT_HARDWARE, ENT_FIRMWARE, ENT_SOFTWARE)),
        )
        for index in listed
    )


def _kind(tables: SnmpTables, index: str) -> int:
    kind = tables.get(ENT_CLASS, {}).get(index)
    return kind if isinstance(kind, int) else 0


def _is_listed(tables: SnmpTables, index: str) -> bool:
    named = cell(tables, ENT_MODEL, index) or serial_number(cell(tables, ENT_SERIAL, index))
    return bool(named) or _kind(tables, index) in ALWAYS


def _names(tables: SnmpTables, listed: list[str]) -> dict[str, str]:
    """An index changes at a restart, a name does not: the index is said only where names are not enough."""
    plain = {index: cell(tables, ENT_NAME, index) or cell(tables, ENT_DESCR, index) for index in listed}
    taken = Counter(plain.values())
    return {
        index: name if name and taken[name] == 1 else f"{name or KINDS.get(_kind(tables, index), 'part')} ({index})"
        for index, name in plain.items()
    }


def _above(tables: SnmpTables, index: str) -> Iterator[str]:
    """What it sits in, from the inside out."""
    for _ in range(DEEPEST):
        index = cell(tables, ENT_WITHIN, index)
        if not index or index == "0":
            return
        yield index
