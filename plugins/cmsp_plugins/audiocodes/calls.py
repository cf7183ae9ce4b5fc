"""Calls that an AudioCodes gateway counts, each way, of the last quarter of an hour that is over. Data only.

Source: AC-PM-Control-MIB. The index is the way (to IP, to the telephone side) and the interval (1: the last one).
"""

from collections.abc import Iterator

from cmsp_agent.plugin.api import NO_COUNT, Kpi, Limit, Severity

PM = "1.3.6.1.4.1.5003.10.8.2.52"
LAST = 1
WAYS = (("to_ip", 0), ("to_pstn", 1))
ATTEMPTED, ESTABLISHED, DURATION = 1, 8, 2
FAILED = (("busy", 4), ("no_answer", 5), ("no_route", 6), ("no_match", 3), ("no_resources", 12), ("other", 7))
"""Q.850 says 17, 19, 3, 1 and 47 of these; what the last one is the device does not count."""


def _value(table: int, way: int, column: int = 3) -> str:
    return f"{PM}.{table}.1.{column}.{way}.{LAST}"


def _way(name: str, way: int) -> Iterator[Kpi]:
    yield Kpi(f"calls.{name}.attempted", "calls", (_value(ATTEMPTED, way),))
    yield Kpi(f"calls.{name}.answered", "calls", (_value(ESTABLISHED, way),))
    yield Kpi(
        f"calls.{name}.asr",
        "percent",
        (_value(ESTABLISHED, way),),
        share_of=(_value(ATTEMPTED, way), 1.0),
        absent=NO_COUNT,
        limit=Limit(30, 40, 0),
    )
    yield Kpi(f"calls.{name}.acd", "s", (_value(DURATION, way, 4),))
    yield from (Kpi(f"calls.{name}.failed.{cause}", "calls", (_value(table, way),)) for cause, table in FAILED)


def _group(name: str, unit: str, table: int, column: int, limit: Limit | None = None) -> Kpi:
    return Kpi(f"trunk_group.{name}", unit, (f"{PM}.{table}.1.{column}",), per="first", last=f"{LAST}", limit=limit)


TRUNK_GROUPS = (
    _group("channels.mean", "channels", 26, 7),
    _group("channels.most", "channels", 26, 8),
    _group("used", "percent", 27, 8, Limit(95, 85, 0, Severity.MINOR)),  # the device's own thresholds
    _group("no_resources", "calls", 28, 3),
    _group("acd", "s", 29, 4),
)
"""Of each trunk group the device counts no calls that were answered or failed by another cause."""

KPIS = (*TRUNK_GROUPS, *(kpi for name, way in WAYS for kpi in _way(name, way)))
