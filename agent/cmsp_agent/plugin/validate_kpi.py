"""Whether a figure that SNMP has makes sense by itself: its objects, its kind, its limit."""

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
    if not figure.scale:
        yield f"{path}.scale: every figure would be zero"
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


def _called(path: str, figure: Kpi) -> Iterator[str]:
    yield from dotted(f"{path}.name", figure.name)
    if figure.name in OWN_UNITS:
        yield f"{path}.name: {figure.name!r} is what the agent measures itself of every component"
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
