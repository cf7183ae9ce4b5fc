"""What holds for every figure, however it is read: its name, its unit, its threshold."""

import math
import re
from collections.abc import Iterator

from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.notation import dotted
from cmsp_agent.plugin.registry import OWN_UNITS
from cmsp_agent.plugin.rules import Limit

SPELT = {
    "percent": ("%", "pct", "per cent"),
    "°C": ("c", "degc", "celsius", "℃", "deg c", "degrees"),
    "s": ("sec", "secs", "second", "seconds"),
    "ms": ("msec", "millisecond", "milliseconds"),
    "min": ("minute", "minutes", "mins"),
    "V": ("volt", "volts"),
    "A": ("amp", "amps", "ampere", "amperes"),
    "W": ("watt", "watts"),
    "Hz": ("hertz",),
    "octets": ("byte", "bytes", "octet"),
    "octets/s": ("bytes/s", "bytes/sec"),
    "bit/s": ("bps", "bits/s"),
    "Mbit/s": ("mbps",),
    "rpm": ("r/min",),
    "dBm": (),
}
"""Unit → other ways of writing it: by its unit a figure is scaled for people, and judged to be none (101 percent)."""
_RIGHT = {other: unit for unit, others in SPELT.items() for other in (unit.lower(), *others)}
_LOOKS_LIKE_A_NAME = re.compile(r"[a-z]\w*\.\w")


def figure(path: str, name: str, unit: str, limit: Limit | None) -> Iterator[str]:
    """What is wrong with a figure's name, unit and threshold."""
    yield from dotted(f"{path}.name", name)
    if name in OWN_UNITS:
        yield f"{path}.name: {name!r} is what the agent measures itself of every component"
    yield from _unit(f"{path}.unit", unit)
    if limit is not None:
        yield from _limit(f"{path}.limit", limit, unit)


def _unit(path: str, unit: str) -> Iterator[str]:
    right = _RIGHT.get(unit.strip().lower(), unit.strip())
    if not unit.strip():
        yield f"{path}: empty: what the figure is in, such as percent, s or calls"
    elif _LOOKS_LIKE_A_NAME.match(unit):
        yield f"{path}: {unit!r} looks like a figure's name: the name comes first, then the unit"
    elif right != unit:
        yield f"{path}: {right!r}, not {unit!r}"


def _limit(path: str, limit: Limit, unit: str) -> Iterator[str]:
    levels = (limit.raise_at, limit.clear_at, limit.for_)
    if not all(map(math.isfinite, levels)):
        yield f"{path}: not a number that figures can be compared with"
    if limit.raise_at == limit.clear_at:
        yield f"{path}: the levels must differ, or it never clears"
    if limit.for_ < 0:
        yield f"{path}: how long it must last is no negative time ({limit.for_:g})"
    if unit == "percent" and min(limit.raise_at, limit.clear_at) < 0:
        yield f"{path}: no share is below 0 percent"
    yield from severity(f"{path}.severity", limit.severity)


def severity(path: str, value: Severity | None) -> Iterator[str]:
    """Whether a severity is one that a fault has."""
    if value is Severity.CLEARED:
        yield f"{path}: 'cleared' is no severity of a fault: the transition says that it is over"
