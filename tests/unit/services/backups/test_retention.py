"""Which versions are kept: by counts, and some always."""

from datetime import UTC, datetime, timedelta

from cmsp_agent.config.configuration import BackupsKept
from cmsp_agent.model.backup import Backup
from cmsp_agent.services.backups.retention import kept, most

NONE = BackupsKept(0, 0, 0, 0, 0)
START = datetime(2024, 1, 1, 2, tzinfo=UTC)


def version(number: int, after: timedelta, *, good: bool = False, suspect: str = "") -> Backup:
    at = int((START + after).timestamp() * 1000)
    return Backup(f"{number:05}", "gw-1", at, at, f"b{number}", 10, "f", known_good=good, suspect=suspect)


def hourly(count: int) -> list[Backup]:
    return [version(number, timedelta(hours=number)) for number in range(count)]


def ids(versions: list[Backup], counts: BackupsKept) -> list[str]:
    return sorted(kept(versions, counts))


def test_the_newest_the_last_known_good_and_the_newest_suspect_stay_whatever_the_counts() -> None:
    versions = [
        version(1, timedelta(days=1), good=True),
        version(2, timedelta(days=2), good=True),
        version(3, timedelta(days=3)),
        version(4, timedelta(days=4)),
        version(5, timedelta(days=5), suspect="it shrank"),
        version(6, timedelta(days=6), suspect="it shrank"),
    ]
    assert ids(versions, NONE) == ["00002", "00004", "00006"]


def test_a_suspect_one_stands_for_no_span() -> None:
    versions = [version(1, timedelta(0)), version(2, timedelta(hours=1), suspect="it shrank")]
    found = kept(versions, BackupsKept(0, 1, 0, 0, 0))
    assert found["00001"].why == "latest"
    assert found["00002"].why == "suspect"


def test_the_newest_of_each_day_stays() -> None:
    found = ids(hourly(24 * 10), BackupsKept(0, 3, 0, 0, 0))
    days = {(START + timedelta(hours=int(one))).date() for one in found}
    assert len(days) == len(found) == 3


def test_two_years_of_changes_each_hour_stay_within_the_bound() -> None:
    counts = BackupsKept(last=10, daily=30, weekly=12, monthly=13, yearly=5)
    found = ids(hourly(24 * 731), counts)
    assert len(found) <= most(counts)
    moments = [START + timedelta(hours=int(one)) for one in found]
    assert moments[0].year == 2024
    assert len({(moment.year, moment.month) for moment in moments}) >= 13
    assert len({moment.date() for moment in moments}) >= 30


def test_a_quiet_device_keeps_its_old_versions() -> None:
    versions = [version(number, timedelta(days=200 * number)) for number in range(5)]
    assert ids(versions, BackupsKept(0, 30, 0, 0, 0)) == ["00000", "00001", "00002", "00003", "00004"]


def test_what_was_kept_once_is_kept_by_the_same_rule_again() -> None:
    counts = BackupsKept(last=2, daily=5, weekly=3, monthly=2, yearly=1)
    versions = hourly(24 * 100)
    remaining = [one.version for one in kept(versions, counts).values()]
    assert ids(remaining, counts) == ids(versions, counts)
