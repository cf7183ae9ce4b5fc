"""Whether a figure that SNMP has makes sense by itself: its objects, its kind, its limit."""

import math
from collections.abc import Iterator

from cmsp_agent.plugin.api import Kpi
from cmsp_agent.plugin.notation import OID, oids, one_of
from cmsp_agent.plugin.validate_figure import figure as named_figure

KINDS = ("gauge", "counter32", "counter64", "ratio")
PER = ("", "interface", "index", "first")
AGGREGATES = ("", "max", "sum", "mean")


def kpi(path: str, figure: Kpi) -> Iterator[str]:
    """What is wrong with a figure that SNMP has."""
    yield from named_figure(path, figure.name, figure.unit, figure.limit)
    if not figure.oids:
        yield f"{path}.oids: empty"
    yield from _asked(path, figure)
    if figure.absent and figure.kind != "gauge":
        yield f"{path}.absent: only a gauge has values that mean none"
    if bool(figure.hourly) != (figure.kind == "ratio"):
        yield f"{path}.hourly: a ratio has it, and nothing else has"
    yield from _numbers(path, figure)
    yield from _rows(path, figure)
    yield from one_of(f"{path}.kind", figure.kind, KINDS)
    if not OID.match(figure.per):
        yield from one_of(f"{path}.per", figure.per, (*PER, "the OID of a label column"))
    if figure.per == "interface" and (scalars := [each for each in figure.oids if each.endswith(".0")]):
        yield f"{path}.per: a scalar has no interface: per='' ({scalars[0]})"
    yield from _beside(path, figure)
    yield from _in_vain(path, figure)
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
    factors = tuple(each[1] for each in (figure.share_of, figure.at_most) if each is not None)
    if not all(map(math.isfinite, (figure.scale, *figure.scales, *factors))):
        yield f"{path}: not a number that figures can be multiplied by"
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


def _beside(path: str, figure: Kpi) -> Iterator[str]:
    """What is read beside a figure and is the figure itself: it would say nothing of it."""
    themselves = {
        "share_of": figure.share_of[:1] if figure.share_of else (),
        "only_if": figure.only_if[:1] if figure.only_if else (),
        "valid_if": figure.valid_if[:1] if figure.valid_if else (),
        "per": (figure.label,) if figure.label else (),
        "free": tuple(left for left, used in zip(figure.free, figure.oids, strict=False) if left == used),
        "hourly": figure.hourly if len(figure.hourly) == 1 else (),
    }
    for name, asked in themselves.items():
        for same in sorted({*asked} & {*figure.oids}):
            yield f"{path}.{name}: {same} is the figure itself"
    if figure.label.endswith(".0"):
        yield f"{path}.per: a column, of rows with an equal index ({figure.label} is a scalar)"
    if figure.precision and figure.precision[0] == figure.precision[1]:
        yield f"{path}.precision: one column for the scale, another for the precision"


def _in_vain(path: str, figure: Kpi) -> Iterator[str]:
    """What a figure says of itself and another part of it rules out."""
    counted = figure.kind.startswith("counter")
    if figure.unit != "percent":
        for name in ("free", "share_of"):
            if getattr(figure, name):
                yield f"{path}.unit: with {name} the figure is in percent, not in {figure.unit!r}"
    if counted and figure.share_of is None and figure.unit and not figure.unit.endswith("/s"):
        yield f"{path}.unit: of a counter the rate is kept: {f'{figure.unit}/s'!r}"
    if figure.at_most is not None and not counted:
        yield f"{path}.at_most: only a counter has what it can grow by"
    if figure.rows and figure.per in ("", "interface"):
        yield f"{path}.rows: rows are named by their index: per='index'"
