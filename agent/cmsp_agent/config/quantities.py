"""Durations, sizes, rates and shares as partners write them (`5m`, `4GiB`, `50/s`, `25%`). Knows no YAML."""

import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_PERIODS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}
_BITS = {"bit/s": 1, "kbit/s": 10**3, "Mbit/s": 10**6, "Gbit/s": 10**9}

_DURATION_PART = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?(ms|s|m|h|d|w)", re.ASCII)
_DURATION = re.compile(rf"{_DURATION_PART.pattern}(?: ?{_DURATION_PART.pattern}){{0,5}}", re.ASCII)
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,3})?) ?([A-Za-z]{1,3})", re.ASCII)
_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?/ ?(s|min|m|h)", re.ASCII)
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?) ?%", re.ASCII)
_BANDWIDTH = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([A-Za-z]{1,4}/s)", re.ASCII)


def parse_duration(text: str) -> float:
    """Read `30s`, `5m`, `2h`, `7d`, `500ms` or `1h30m`.

    Returns:
        Seconds.

    Raises:
        ValueError: the text is not a duration.
    """
    if not _DURATION.fullmatch(text):
        raise ValueError("not a duration: write 30s, 5m, 2h or 7d")
    return sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(text))


def format_duration(seconds: float) -> str:
    """Write a duration in the largest unit that leaves no remainder: 300.0 → `5m`."""
    if seconds and seconds < 1:
        return f"{seconds * 1000:g}ms"
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds / _SECONDS[unit]:g}{unit}"
    return f"{seconds:g}s"


def parse_size(text: str) -> int:
    """Read `4GiB`, `500 MB` or `64KiB`.

    Returns:
        Bytes.

    Raises:
        ValueError: no size, or a unit that leaves open whether 1000 or 1024 is meant.
    """
    match = _SIZE.fullmatch(text)
    if not match:
        raise ValueError("not a size: write 4GiB or 500MB")
    number, unit = match.groups()
    if unit not in _BYTES:
        raise ValueError(f"not a unit of size: {unit}; the units are {', '.join(_BYTES)}")
    return int(float(number) * _BYTES[unit])


def format_size(count: int) -> str:
    """Write bytes in the largest unit that leaves no remainder: 4294967296 → `4GiB`."""
    for unit in ("TiB", "GiB", "MiB", "KiB", "TB", "GB", "MB", "kB"):
        if count and count % _BYTES[unit] == 0:
            return f"{count // _BYTES[unit]}{unit}"
    return f"{count}B"


def parse_rate(text: str) -> float:
    """Read `50/s`, `3000/min` or `100/h`.

    Returns:
        How many each second.

    Raises:
        ValueError: the text is not a rate.
    """
    match = _RATE.fullmatch(text)
    if not match:
        raise ValueError("not a rate: write 50/s or 3000/min")
    return float(match[1]) / _PERIODS[match[2]]


def format_rate(per_second: float) -> str:
    """Write a rate: 50.0 → `50/s`."""
    return f"{per_second:g}/s" if per_second >= 1 or not per_second else f"{per_second * 3600:g}/h"


def parse_share(text: str) -> float:
    """Read `25%`.

    Returns:
        A share from 0 to 1.

    Raises:
        ValueError: not a percentage, or over 100 %.
    """
    match = _SHARE.fullmatch(text)
    if not match or float(match[1]) > 100:
        raise ValueError("not a percentage from 0% to 100%")
    return float(match[1]) / 100


def parse_bandwidth(text: str) -> float:
    """Read `2Mbit/s` or `250kB/s`.

    Returns:
        Bytes each second.

    Raises:
        ValueError: the text is not a bandwidth.
    """
    match = _BANDWIDTH.fullmatch(text)
    unit = match[2] if match else ""
    if match and unit in _BITS:
        return float(match[1]) * _BITS[unit] / 8
    if match and unit.removesuffix("/s") in _BYTES:
        return float(match[1]) * _BYTES[unit.removesuffix("/s")]
    raise ValueError("not a bandwidth: write 2Mbit/s or 250kB/s")
