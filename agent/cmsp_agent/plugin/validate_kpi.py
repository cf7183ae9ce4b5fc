"""Whether a figure that SNMP has makes sense by itself: its objects, its kind, its limit."""

import math
from collections.abc import Iterator

from cmsp_agent.plugin.api import Kpi
from cmsp_agent.plugin.notation import OID, dotted, oids, one_of
from cmsp_agent.plugin.registry import OWN_UNITS

KINDS = ("gauge", "counter32", "counter64", "ratio")
PER = ("", "interface", "index", "first")
AGGREGATES = ("", "max", "sum", "mean")
OTHERWISE = {"%": "percent", "C": "°C"}
"""Units as some write them → as figures have them here: by its unit a figure is judged to be none (101 percent)."""


def kpi(path: str, figure: Kpi) -> Iterator[str]:
    """What is wrong with a figure that SNMP has."""
    yield from _called(path, figure)
    if not figure.oids:
        yield f"{path}.oids: empty"
    yield from _asked(path, figure)
    if figure.absent and figure.kind != "gauge":
        yield f"{path}.absent: only a gauge has values that mean none"
    if figure.limit is not None and figure.limit.raise_at == figure.limit.clear_at:
        yield f"{path}.limit: the levels must differ, or it never clears"
    if figure.limit is not None and figure.limit.for_ < 0:
        yield f"{path}.limit: how long it must last is no negative time ({figure.limit.for_:g})"
    if bool(figure.hourly) != (figure.kind == "ratio"):
        yield f"{path}.hourly: a ratio has it, and nothing else has"
    yield from _numbers(path, figure)
    yield from _rows(path, figure)
    yield from one_of(f"{path}.kind", figure.kind, KINDS)
    if not OID.match(figure.per):
        yield from one_of(f"{path}.per", figure.per, (*PER, "the OID of a label column"))
    if figure.oids and figure.per == "interface" and all(each.endswith(".0") for each in figure.oids):
        yield f"{path}.per: a scalar has no interface: per='' ({figure.oids[0]})"
    yield from one_of(f"{path}.aggregate", figure.aggregate, AGGREGATES)
    if figure.parts and figure.aggregate != "sum":
        yield f"{path}.parts: only a sum has parts"
    for part in figure.parts:
        if not part.endswith(".0"):
            yield f"{path}.parts: an instance, which ends with .0 ({part!r})"


def _numbers(path: str, figure: Kpi) -> Iterator[str]:
    """What is wrong with what a figure is multiplied by and compared with."""
    if not figure.scale or 0 in figure.scales:
        yield f"{path}.scale: every figure would be zero"
    limit = figure.limit
    levels = (limit.raise_at, limit.clear_at, limit.for_) if limit is not None else ()
    factors = tuple(each[1] for each in (figure.share_of, figure.at_most) if each is not None)
    if not all(map(math.isfinite, (figure.scale, *figure.scales, *levels, *factors))):
        yield f"{path}: not a number that figures can be multiplied by or compared with"
    if 0 in factors:
        yield f"{path}: a factor of 0 in share_of or at_most: there would never be a figure"
    if figure.least < 1:
        yield f"{path}.least: at least 1 (got {figure.least})"


def _rows(path: str, figure: Kpi) -> Iterator[str]:
    """What is wrong with the rows of a table that are meant, and with what is made of them."""
    if figure.per and figure.aggregate:
        yield f"{path}.per: one series for each row, or with aggregate={figure.aggregate!r} one of all: not both"
    if figure.counts and figure.aggregate != "sum":
        yield f"{path}.counts: rows are counted with aggregate='sum'"
    if figure.last and not figure.last.isdigit():
        yield f"{path}.last: the last number of an index ({figure.last!r})"
    for name, found in (("oids", figure.oids), ("rows", tuple(index for index, _ in figure.rows))):
        for twice in sorted({each for each in found if found.count(each) > 1}):
            yield f"{path}.{name}: {twice!r} twice"
    for name in ("only_if", "valid_if"):
        condition = getattr(figure, name)
        if condition is not None and condition[0].endswith(".0"):
            yield f"{path}.{name}: a column, of rows with an equal index ({condition[0]} is a scalar)"


def _called(path: str, figure: Kpi) -> Iterator[str]:
    yield from dotted(f"{path}.name", figure.name)
    if figure.name in OWN_UNITS:
        yield f"{path}.name: {figure.name!r} is what the agent measures itself of every component"
    if not figure.unit.strip():
        yield f"{path}.unit: empty: what the figure is in, such as percent, s or calls"
    if figure.unit in OTHERWISE:
        yield f"{path}.unit: {OTHERWISE[figure.unit]!r}, not {figure.unit!r}"


def _asked(path: str, figure: Kpi) -> Iterator[str]:
    """What is wrong with the objects of a KPI: how they are written, and how many there are."""
    members = {
        "oids": figure.oids,
        "free": figure.free,
        "hourly": figure.hourly,
        "parts": figure.parts,
        "precision": figure.precision or (),
        "share_of": figure.share_of[:1] if figure.share_of else (),
        "at_most": figure.at_most[:1] if figure.at_most else (),
        "only_if": figure.only_if[:1] if figure.only_if else (),
        "valid_if": figure.valid_if[:1] if figure.valid_if else (),
    }
    for name, asked in members.items():
        yield from oids(f"{path}.{name}", asked)
    for name, numbers in (("free", figure.free), ("scales", figure.scales)):
        if numbers and len(numbers) != len(figure.oids):
            yield f"{path}.{name}: as many as oids"
