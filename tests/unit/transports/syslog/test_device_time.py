"""What a device's own time is worth."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cmsp_agent.transports.syslog.device_time import device_time, trusted_time
from cmsp_agent.transports.syslog.message import parse_syslog
from cmsp_agent.transports.syslog.zones import zone_of


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


NOW = ms("2026-01-02T12:00:00+00:00")


@pytest.mark.parametrize(
    ("header", "instant", "trusted"),
    [
        ("Jan  1 2026 08:00:00.123 UTC", "2026-01-01T08:00:00.123+00:00", True),
        ("2026 Jan  1 08:00:00 CET", "2026-01-01T08:00:00+01:00", True),
        ("Jan  1 2026 08:00:00 UTC+07:30", "2026-01-01T08:00:00+07:30", True),
        ("Jan  1 2026 08:00:00.123 +0730", "2026-01-01T08:00:00.123+07:30", True),
        ("2026-01-01T08:00:00.5-05:00", "2026-01-01T08:00:00.500-05:00", True),
        ("Dec 31 2025 23:59:60 UTC", "2025-12-31T23:59:59+00:00", True),
        ("2025-12-31T23:59:60.25Z", "2025-12-31T23:59:59.250+00:00", True),
        ("jan  1 2026 08:00:00,5 utc", "2026-01-01T08:00:00.500+00:00", True),
        ("*Jan  1 2026 08:00:00 UTC", "2026-01-01T08:00:00+00:00", False),
        (".Jan  1 2026 08:00:00 UTC", "2026-01-01T08:00:00+00:00", False),
        ("Jan  1 2026 08:00:00", "2026-01-01T08:00:00+00:00", False),
        ("Jan  1 2026 08:00:00 CST", "2026-01-01T08:00:00+00:00", False),
        ("Jan  1 08:00:00 UTC", "2026-01-01T08:00:00+00:00", False),
        ("Dec 31 08:00:00 UTC", "2025-12-31T08:00:00+00:00", False),
        ("Jan  3 08:00:00 UTC", "2026-01-03T08:00:00+00:00", False),
        ("Jan  4 08:00:00 UTC", "2025-01-04T08:00:00+00:00", False),
        ("Feb 29 08:00:00 UTC", "2024-02-29T08:00:00+00:00", False),
    ],
)
def test_reading_the_clock(header: str, instant: str, trusted: bool) -> None:
    message = parse_syslog(f"<189>1: {header}: %SYS-5-CONFIG_I: x".encode())
    assert device_time(message, NOW) == ms(instant)
    assert trusted_time(message, NOW) == (ms(instant) if trusted else None)


@pytest.mark.parametrize("header", ["2y10w", "00:00:46", "Feb 30 08:00:00", "Jan  1 2026 29:00:00 UTC"])
def test_no_time_or_none_that_makes_sense(header: str) -> None:
    assert device_time(parse_syslog(f"<189>1: {header}: %SYS-5-CONFIG_I: x".encode()), NOW) is None
    assert device_time(parse_syslog(b"<189>%SYS-5-CONFIG_I: x"), NOW) is None


def test_the_site_s_zone_stands_in_for_a_missing_one() -> None:
    message = parse_syslog(b"<189>1: Jan  1 2026 08:00:00: %SYS-5-CONFIG_I: x")
    assert device_time(message, NOW, timezone(timedelta(hours=2))) == ms("2026-01-01T08:00:00+02:00")


def test_zones() -> None:
    assert zone_of("UTC") == UTC
    assert zone_of("UTC+1") == timezone(timedelta(hours=1))
    assert zone_of("-0530") == timezone(-timedelta(hours=5, minutes=30))
    assert zone_of("IST") is None
    assert zone_of("+99") is None


def test_the_year_behind_the_time_is_the_device_s() -> None:
    message = parse_syslog(b"<188>Jul 14 08:23:43 2023 sw01 %%10IFNET/3/PHY_UPDOWN: x")
    assert device_time(message, ms("2026-11-23T09:00:00+00:00")) == ms("2023-07-14T08:23:43+00:00")


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("MET-DST", "2026-07-01T06:00:00Z"),
        ("EET DST", "2026-07-01T05:00:00Z"),
        ("EST5EDT", "2026-07-01T12:00:00Z"),
        ("CET-1CEST", "2026-07-01T06:00:00Z"),
        ("UTC -5", "2026-07-01T13:00:00Z"),
        ("UTC +5:30", "2026-07-01T02:30:00Z"),
        ("-03", "2026-07-01T11:00:00Z"),
        ("MSK-3", "2026-07-01T05:00:00Z"),
        ("EST-5", "2026-07-01T13:00:00Z"),
        ("Europe/Berlin", "2026-07-01T06:00:00Z"),
        ("Etc/GMT+1", "2026-07-01T09:00:00Z"),
    ],
)
@pytest.mark.parametrize(
    "head", ["<187>", "<187>45: ", "<187>45: gw-1: 000044: ", "<187>Jul  1 08:00:01 relay 45: gw-1: ", "<187>: "]
)
def test_zones_are_no_hosts(head: str, zone: str, instant: str) -> None:
    message = parse_syslog(f"{head}Jul  1 2026 08:00:00 {zone}: %LINK-3-UPDOWN: x".encode())
    assert (message.zone, message.host) == (zone, "gw-1" if "gw-1" in head else "")
    assert trusted_time(message, ms("2026-07-01T12:00:00+00:00")) == ms(instant)


@pytest.mark.parametrize("zone", ["AZOST-1AZOT", "EST+3", "CST", "Europe/Nowhere", "Etc/../UTC"])
def test_a_zone_that_means_nothing_for_certain(zone: str) -> None:
    assert zone_of(zone) is None
    assert parse_syslog(f"<187>45: gw-1: 44: Jul  1 2026 08:00:00 {zone}: %X-3-Y: x".encode()).host == "gw-1"


@pytest.mark.parametrize("host", ["xr1", "PAR01GWA", "r1", "Europe", "core-DST2"])
def test_hosts_are_no_zones(host: str) -> None:
    for line in (f"Jul  1 08:00:00 {host}: %X-3-Y: x", f"Jul  1 2026 08:00:00 {host} : %ASA-4-106023: x"):
        assert parse_syslog(f"<187>{line}".encode()).host == host
