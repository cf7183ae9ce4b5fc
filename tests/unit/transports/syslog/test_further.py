"""Further lines of a message, each in a datagram of its own."""

import pytest

from cmsp_agent.transports.syslog.further import continued, further_text, is_further
from cmsp_agent.transports.syslog.message import parse_syslog

TIME = b"Nov 18 2026 19:25:44 UTC: "
HEADS = {
    "two counters": b"<189>45: gw-1: 000044: " + TIME,
    "one": b"<189>45: gw-1: " + TIME,
    "no host": b"<189>45: 000044: " + TIME,
    "no time": b"<189>45: gw-1: ",
    "nothing": b"<189>",
    "relay": b"<189>Nov 18 19:25:44 gw-1 45: 000044: " + TIME,
}
BEGUN = {name: parse_syslog(head + b"%SYS-5-RESTART: System restarted --") for name, head in HEADS.items()}


@pytest.mark.parametrize(
    ("after", "line"),
    [
        ("two counters", b"<189>46: gw-1: 000044: -Traceback= 4007A7D8"),
        ("two counters", b"<189>46: gw-1: 000044:     Reason : Failed"),
        ("two counters", b"<189>46: -Traceback= 4007A7D8"),
        ("two counters", b"<189>46: gw-1: Cisco IOS Software"),
        ("one", b"<189>46: Cisco IOS Software"),
        ("one", b"<189>45: Cisco IOS Software"),
        ("one", b'<189>46: gw-1: -Process= "Pool", ipl= 0, pid= 6'),
        ("no host", b"<189>46: -Traceback= 4007A7D8"),
        ("no host", b"<189>46: " + TIME + b"-Traceback= 4007A7D8"),
        ("no time", b"<189>46: gw-1:      Reason : Failed"),
        ("nothing", b"<189>-Traceback= 4007A7D8"),
        ("relay", b"<189>Nov 18 19:25:45 gw-1 46: 000044: -Traceback= 4007A7D8"),
    ],
)
def test_a_further_line(after: str, line: bytes) -> None:
    assert is_further(parse_syslog(line), BEGUN[after])


@pytest.mark.parametrize(
    ("after", "line"),
    [
        ("two counters", b"<189>46: gw-1: 000045: " + TIME + b"some text of its own"),
        ("two counters", b"<189>46: gw-1: 000045:   Reason : Failed"),
        ("one", b"<189>48: Cisco IOS Software"),
        ("one", b"<191>46: ISDN Se0/0/0:15 Q931: RX <- SETUP"),
        ("one", b"<189>46: " + TIME + b"NTP Core (NOTICE): Clock is synchronized"),
        ("one", b"<189>46: %SYS-5-CONFIG_I: x"),
        ("one", b"<189>46: last message repeated 3 times"),
        ("no time", b"<189>46: gw-1: Cisco IOS Software"),
        ("nothing", b"<189>Cisco IOS Software"),
    ],
)
def test_a_message_of_its_own(after: str, line: bytes) -> None:
    assert not is_further(parse_syslog(line), BEGUN[after])


def test_lines_that_follow_each_other() -> None:
    begun = BEGUN["two counters"]
    for number in range(46, 50):
        line = parse_syslog(b"<189>%d: gw-1: line %d" % (number, number))
        assert is_further(line, begun)
        assert further_text(line, begun.host) == f"line {number}"
        begun = continued(begun, line)
    assert begun.number == 44
    assert not is_further(parse_syslog(b"<189>51: gw-1: one was lost"), begun)
    assert not is_further(parse_syslog(b"<189>-Traceback= 1"), None)
