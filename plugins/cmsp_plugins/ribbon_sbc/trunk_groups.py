"""Trunk groups of an SBC Core: calls of the interval that runs, each way, and why they failed. Data only.

Source: SONUS-PERFORMANCE-STATISTICS-MIB; the names are of SONUS-TRUNK-GROUP-RESOURCES-MIB.
"""

from collections.abc import Iterator

from cmsp_agent.plugin.api import NO_COUNT, Kpi, Limit

GROUP = "1.3.6.1.4.1.2879.2.2.6.1.1.3.1"
"""sonusTrunkGroupCurrentEntry."""
NAME = "1.3.6.1.4.1.2879.2.2.3.1.1.2.2.1.2"
"""sonusTgName."""
WAYS = (("in", 4, 6, 11), ("out", 5, 7, 18))
"""Way → columns of the calls that were completed, of the attempts, and of the first cause."""
CAUSES = ("no_route", "no_resource", "no_service", "invalid", "network", "protocol", "unspecified")
"""As the columns follow each other; Q.850 says 3, 34 to 47, 63, 28, 38, 111 and 31 of these."""


def _way(way: str, calls: int, attempts: int, first: int) -> Iterator[Kpi]:
    tried = f"{GROUP}.{attempts}"
    yield Kpi(f"trunk_group.{way}.calls", "calls", (f"{GROUP}.{calls}",), per=NAME, absent=NO_COUNT)
    yield Kpi(f"trunk_group.{way}.attempts", "calls", (tried,), per=NAME, absent=NO_COUNT)
    yield Kpi(
        f"trunk_group.{way}.asr",
        "percent",
        (f"{GROUP}.{calls}",),
        per=NAME,
        share_of=(tried, 1.0),
        absent=NO_COUNT,
        limit=Limit(30, 40, 600),
    )
    for place, cause in enumerate(CAUSES):
        name = f"trunk_group.{way}.failed.{cause}"
        yield Kpi(name, "calls", (f"{GROUP}.{first + place}",), per=NAME, absent=NO_COUNT)


KPIS = tuple(kpi for way in WAYS for kpi in _way(*way))
