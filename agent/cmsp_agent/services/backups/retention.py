"""Which versions of a configuration are kept: by counts for each span of time, as backup tools of the field do. Pure.

A span counts where a version was taken in it. An unchanged configuration makes no version, so that a quiet device's
last ones are kept however old they are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cmsp_agent.config.configuration import BackupsKept
from cmsp_agent.model.backup import Backup

_SPANS: tuple[tuple[str, Callable[[datetime], object]], ...] = (
    ("daily", lambda moment: moment.date()),
    ("weekly", lambda moment: moment.isocalendar()[:2]),
    ("monthly", lambda moment: (moment.year, moment.month)),
    ("yearly", lambda moment: moment.year),
)


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version that is kept, and what for."""

    version: Backup
    why: str


def kept(versions: Sequence[Backup], counts: BackupsKept) -> dict[str, KeptVersion]:
    """The versions that are kept, by their ids, each with the first reason for it.

    The newest, the last known good and the newest suspect one are kept always. Days, weeks, months and years are UTC's.

    Args:
        versions: of one component, in any order.
        counts: how many of each span.
    """
    found: dict[str, KeptVersion] = {}
    for version, why in _chosen(sorted(versions, key=_place, reverse=True), counts):
        found.setdefault(version.id, KeptVersion(version, why))
    return found


def _place(version: Backup) -> tuple[int, str]:
    return version.taken_at, version.id


def _chosen(newest_first: list[Backup], counts: BackupsKept) -> Iterator[tuple[Backup, str]]:
    believed = [version for version in newest_first if not version.suspect]
    yield from ((version, "latest") for version in believed[:1])
    yield from ((version, "last known good") for version in [one for one in believed if one.known_good][:1])
    yield from ((version, "suspect") for version in [one for one in newest_first if one.suspect][:1])
    yield from ((version, "last") for version in believed[: counts.last])
    for name, span_of in _SPANS:
        yield from ((version, name) for version in _newest_of_each(believed, span_of)[: getattr(counts, name)])


def _newest_of_each(newest_first: list[Backup], span_of: Callable[[datetime], object]) -> list[Backup]:
    spans: dict[object, Backup] = {}
    for version in newest_first:
        spans.setdefault(span_of(datetime.fromtimestamp(version.taken_at / 1000, UTC)), version)
    return list(spans.values())


def most(counts: BackupsKept) -> int:
    """So many versions of a component are kept at most: the spans may share none, and two more are kept always."""
    return counts.last + counts.daily + counts.weekly + counts.monthly + counts.yearly + 2
