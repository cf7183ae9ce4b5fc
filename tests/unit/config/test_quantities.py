"""Durations, sizes, rates, shares and bandwidths."""

import pytest

from cmsp_agent.config import quantities as q


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("5m", 300),
        ("2h", 7200),
        ("7d", 604800),
        ("500ms", 0.5),
        ("1h30m", 5400),
        ("1w", 604800),
        ("1.5h", 5400),
        ("5 m", 300),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert q.parse_duration(text) == seconds
    assert q.parse_duration(q.format_duration(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5x", "5m!", "1e3s", "٣s", "5mm", "999999999999s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        q.parse_duration(text)


@pytest.mark.parametrize(
    ("text", "count"), [("4GiB", 4 << 30), ("500MB", 500_000_000), ("64 KiB", 65536), ("1B", 1), ("1.5GiB", 3 << 29)]
)
def test_sizes(text: str, count: int) -> None:
    assert q.parse_size(text) == count
    assert q.parse_size(q.format_size(count)) == count


@pytest.mark.parametrize("text", ["4", "4G", "GiB", "4gib", "-1GiB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        q.parse_size(text)


def test_rates() -> None:
    assert (q.parse_rate("50/s"), q.parse_rate("3000/min"), q.parse_rate("36/h")) == (50, 50, 0.01)
    assert (q.format_rate(50), q.format_rate(0.01)) == ("50/s", "36/h")
    with pytest.raises(ValueError, match="not a rate"):
        q.parse_rate("50")


def test_shares() -> None:
    assert (q.parse_share("25%"), q.parse_share("0 %"), q.parse_share("12.5%")) == (0.25, 0, 0.125)
    for text in ("101%", "25", "-1%"):
        with pytest.raises(ValueError, match="percentage"):
            q.parse_share(text)


def test_bandwidths() -> None:
    assert (q.parse_bandwidth("2Mbit/s"), q.parse_bandwidth("250kB/s"), q.parse_bandwidth("1 MiB/s")) == (
        250e3,
        250e3,
        2**20,
    )
    with pytest.raises(ValueError, match="not a bandwidth"):
        q.parse_bandwidth("2Mbps")
