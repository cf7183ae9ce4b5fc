"""The quick way of the usual line reads what the slow way reads, whatever shapes it has seen before."""

from random import Random

import pytest

from cmsp_agent.transports.syslog import message, usual
from cmsp_agent.transports.syslog.message import SyslogMessage, parse_syslog

TIME = "Nov 23 07:00:01"
HEADERS = [
    "<189>1042: gw-7: Nov 23 07:00:01.123: ",
    "<189>1042: gw-7: 7: *Nov  3 2026 07:00:01.123 CEST: ",
    "<187>7: .Nov 23 07:00:01 UTC: ",
    "<187>Nov 23 07:00:01: ",
    "<0>gw_7.site.example: Nov 23 07:00:01: ",
]
FIELDS = (
    "pri",
    "sequence",
    "host",
    "inner_sequence",
    "clock",
    "timestamp",
    "zone",
    "facility",
    "level",
    "mnemonic",
    "text",
)


def fields(read: SyslogMessage) -> tuple[object, ...]:
    return tuple(getattr(read, field) for field in FIELDS)


def slowly(line: str) -> SyslogMessage:
    return message._parse_unusual(line.encode(), line)


@pytest.mark.parametrize("header", HEADERS)
def test_both_ways_read_the_same(header: str) -> None:
    line = f"{header}%PKT_INFRA-LINK-3-UPDOWN: Interface Gi0/1: down"
    assert usual.layout_of(line.encode(), line) is not None
    assert fields(parse_syslog(line.encode())) == fields(slowly(line))


def test_another_line_of_the_same_shape_has_its_own_fields() -> None:
    first = parse_syslog(b"<189>1042: gw-7: Nov 23 07:00:01: %LINK-3-UPDOWN: a")
    second = parse_syslog(b"<131>9999: up-3: Dec 31 23:59:59: %SYS-5-CONFIG_I: b: c")
    assert fields(first) == (189, 1042, "gw-7", None, "", TIME, "", "LINK", 3, "UPDOWN", "a")
    assert fields(second) == (131, 9999, "up-3", None, "", "Dec 31 23:59:59", "", "SYS", 5, "CONFIG_I", "b: c")


@pytest.mark.parametrize(
    "line",
    [
        "<192>1: Nov 23 07:00:01: %SYS-5-CONFIG_I: no such PRI",
        "<189>1: Nov 23 07:00:01: %SYS-5-CONFIG_I",
        "<189>1: Nov 23 07:00:01: %SYS-9-CONFIG_I: no such level",
        "<189>1: Nov 23 07:00:01: %IOSXE-3-PLATFORM: R0: %LINK-3-UPDOWN: nested",
        "<189>Nov 23 07:00:01 relay 1: Nov 23 07:00:01: %SYS-5-CONFIG_I: x",
    ],
)
def test_what_is_not_usual_goes_the_slow_way(line: str) -> None:
    assert fields(parse_syslog(line.encode())) == fields(slowly(line))


def test_forged_shapes_and_mnemonics_fill_no_memory() -> None:
    draw = Random(1)
    for number in range(3 * usual.MOST_KEPT):
        host = "".join(draw.choices("a0-._", k=12)) + "a"
        line = f"<189>1: {host}: Nov 23 07:00:01: %APP{number}-3-FAILED: x"
        assert parse_syslog(line.encode()).mnemonic == "FAILED"
    assert len(usual._layouts) <= usual.MOST_KEPT
    assert len(usual._codes) <= usual.MOST_KEPT
