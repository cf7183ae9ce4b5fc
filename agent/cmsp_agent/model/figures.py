"""Figures for people, in a scale that is read at a glance: 47 µs, 1.2 Gbit/s, 12.5 %. JSON has them as they are."""

from collections.abc import Mapping

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_OCTETS = (("TiB", 2.0**40), ("GiB", 2.0**30), ("MiB", 2.0**20), ("KiB", 2.0**10))
_SECONDS = (("d", 86_400), ("h", 3_600), ("min", 60))
_TIMES: Mapping[str, float] = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "min": 60.0}
_SCALED: Mapping[str, tuple[str, float]] = {
    "octets/s": ("bit/s", 8.0),
    "bit/s": ("bit/s", 1.0),
    "kbit/s": ("bit/s", 1e3),
    "Mbit/s": ("bit/s", 1e6),
    "W": ("W", 1.0),
    "VA": ("VA", 1.0),
    "V": ("V", 1.0),
    "Hz": ("Hz", 1.0),
}
"""Units that take a prefix: the unit that is shown, and how many of it one is."""


def figure(value: float | None, unit: str) -> str:
    """A figure with its unit.

    Args:
        value: in that unit; None: not measured.
        unit: as the KPI has it.
    """
    if value is None:
        return "-"
    if unit in _TIMES:
        return _duration(value * _TIMES[unit])
    if unit == "percent":
        return f"{_rounded(value)} %"
    if unit == "octets":
        return next(
            (f"{_rounded(value / size)} {name}" for name, size in _OCTETS if abs(value) >= size), f"{value:g} B"
        )
    if unit in _SCALED:
        name, factor = _SCALED[unit]
        return _prefixed(value * factor, name)
    return f"{_rounded(value)} {unit}".rstrip()


def _prefixed(value: float, unit: str) -> str:
    size, prefix = next(((size, prefix) for size, prefix in _PREFIXES if abs(value) >= size), (1.0, ""))
    return f"{_rounded(value / size)} {prefix}{unit}"


def _duration(seconds: float) -> str:
    if abs(seconds) >= 60:
        return _long(round(seconds))
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(seconds) >= size:
            return f"{_rounded(seconds / size)} {unit}"
    return f"{_rounded(seconds * 1e6)} µs" if seconds else "0 s"


def _long(seconds: int) -> str:
    sign, left = ("-" if seconds < 0 else ""), abs(seconds)
    parts = []
    for unit, size in (*_SECONDS, ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return sign + " ".join(parts[:2])


def _rounded(value: float) -> str:
    """Three digits that count; whole numbers whole."""
    if abs(value) >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"
