"""Framing of syslog over TCP: two ways on one port, in pieces of any size, with limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsp_agent.transports.syslog.framing import FramingError, SyslogFramer, messages_in, quotes_another
from tests.conformance.field.beginnings import DATES

LINE = b"<189>17: gw1: %SYS-5-CONFIG_I: Configured"


def cut(*pieces: bytes, limit: int = 100) -> list[bytes]:
    framer = SyslogFramer(limit)
    messages = [message for piece in pieces for message in framer.feed(piece)]
    return messages + framer.close()


def counted(message: bytes) -> bytes:
    return b"%d %s" % (len(message), message)


@pytest.mark.parametrize(
    ("stream", "messages"),
    [
        (b"<1>a\n<1>b\n", [b"<1>a", b"<1>b"]),
        (b"<1>a\r\n<1>b\r\n", [b"<1>a", b"<1>b"]),
        (b"<1>a\0<1>b\0", [b"<1>a", b"<1>b"]),
        (b"<1>a\0\n<1>b", [b"<1>a", b"<1>b"]),
        (b"4 <1>a4 <1>b", [b"<1>a", b"<1>b"]),
        (b"4 <1>a\n4 <1>b\n", [b"<1>a", b"<1>b"]),
        (b"6 <1>a\nb", [b"<1>a\nb"]),
        (b"5 <1>a\n", [b"<1>a"]),
        (b"<1>a\n4 <1>b<1>c\n", [b"<1>a", b"<1>b", b"<1>c"]),
        (b"31 host local7 3 : x\n", [b"31 host local7 3 : x"]),
        (b"2024 Aug 27 21:40:50: x\n", [b"2024 Aug 27 21:40:50: x"]),
        (b"%SYS-5-X: no PRI\n", [b"%SYS-5-X: no PRI"]),
        (b"\n\r\n\0\n", []),
        (b"", []),
    ],
)
def test_frames_are_distinguished_one_by_one(stream: bytes, messages: list[bytes]) -> None:
    assert cut(stream) == messages


@pytest.mark.parametrize("date", DATES)
def test_a_relay_s_date_begins_a_message_and_what_it_relays_is_none(date: str) -> None:
    relay = f"<189>{date} relay ".encode()
    assert cut(LINE + relay + b"sshd[12]: x" + LINE, limit=200) == [LINE, relay + b"sshd[12]: x", LINE]
    assert not quotes_another(relay + LINE)


def test_a_last_line_without_a_newline_is_a_message() -> None:
    assert cut(LINE) == [LINE]


@pytest.mark.parametrize("half", [b"16 <1>2", b"16 <", b"16 ", b"16"])
def test_half_a_counted_message_is_counted_and_not_delivered(half: bytes) -> None:
    framer = SyslogFramer()
    assert framer.feed(counted(LINE) + half) == [LINE]
    assert framer.close() == []
    assert framer.halves == 1


def test_a_long_line_is_cut_and_its_rest_passed_over() -> None:
    framer = SyslogFramer(10)
    assert framer.feed(b"<1>" + b"x" * 50) == [b"<1>" + b"x" * 7]
    assert framer.feed(b"x" * 50) == []
    assert framer.feed(b"x\n<1>next\n") == [b"<1>next"]
    assert framer.truncated == 1


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_of_just_the_limit_is_whole(end: bytes) -> None:
    framer = SyslogFramer(10)
    assert framer.feed(b"<1>4567890" + end) == [b"<1>4567890"]
    assert framer.truncated == 0


def test_a_long_counted_message_is_cut_and_its_rest_passed_over() -> None:
    framer = SyslogFramer(10)
    stream = counted(b"<1>" + b"x" * 50) + counted(b"<1>next")
    assert [m for octet in stream for m in framer.feed(bytes([octet]))] == [b"<1>" + b"x" * 7, b"<1>next"]
    assert framer.truncated == 1


def test_a_count_beyond_belief_ends_the_connection() -> None:
    with pytest.raises(FramingError):
        SyslogFramer().feed(b"9999999999 <1>")


def test_what_stands_before_an_absurd_count_is_not_lost() -> None:
    with pytest.raises(FramingError) as error:
        SyslogFramer().feed(b"<1>a\n" + counted(b"<1>b") + b"9999999999 <1>c\n<1>d\n")
    assert error.value.messages == [b"<1>a", b"<1>b"]


MESSAGES = st.lists(
    st.tuples(st.binary(max_size=60).map(lambda b: b"<1>" + b.translate(None, b"\n\r\0") + b"."), st.booleans()),
    max_size=8,
)


@given(MESSAGES, st.lists(st.integers(1, 30), max_size=40))
def test_the_pieces_that_the_network_makes_do_not_matter(messages: list[tuple[bytes, bool]], sizes: list[int]) -> None:
    stream = b"".join(counted(m) if by_count else m + b"\n" for m, by_count in messages)
    framer, taken = SyslogFramer(), []
    for size in [*sizes, len(stream)]:
        taken += framer.feed(stream[:size])
        stream = stream[size:]
    assert taken + framer.close() == [m for m, _ in messages]


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_garbage_is_cut_into_something_bounded(pieces: list[bytes]) -> None:
    try:
        messages = cut(*pieces, limit=50)
    except FramingError:
        return
    assert all(0 < len(message) <= 50 for message in messages)


@pytest.mark.parametrize("ending", [b"\n", b"", b"\0"])
def test_one_octet_too_many_is_cut_and_counted(ending: bytes) -> None:
    framer = SyslogFramer(limit=10)
    assert framer.feed(b"<1>45678901" + ending) + framer.close() == [b"<1>4567890"]
    assert framer.truncated == 1


def miscounted(text: bytes, error: int) -> bytes:
    return b"%d %s" % (len(text) + error, text)


@pytest.mark.parametrize("error", [-2, -1, 0, 1, 2])
def test_wrong_counts_resynchronise_and_are_counted(error: int) -> None:
    lines = [
        b"<187>%d: gw: Nov 27 2026 05:20:00 UTC: %%LINK-3-UPDOWN: Interface Serial0, down" % n for n in (31, 32, 33)
    ]
    framer = SyslogFramer()
    got = framer.feed(b"".join(miscounted(line, error) for line in lines))
    assert got + framer.close() == lines
    assert (framer.miscounted > 0) == (error != 0)
    assert framer.halves == 0


def test_a_stream_without_terminators_is_cut_at_the_next_message() -> None:
    framer = SyslogFramer()
    assert framer.feed(b"<187>31: gw: first") == []
    assert framer.feed(b"<187>32: gw: <b> second") == [b"<187>31: gw: first"]
    assert framer.close() == [b"<187>32: gw: <b> second"]
    assert framer.unterminated == 1


@pytest.mark.parametrize(
    "head",
    [
        b"<189>gw1: 17: %X-1-Y: ",
        b"<189>gw1: Nov 28 05:00:00: ",
        b"<189>2026-11-28T05:00:00Z gw1 app: ",
        b"<189>xr1 LC/0/2/CPU0:Nov 28 05:00:00 UTC: ifmgr[2]: ",
        b"<189>2001:db8::7: 3w2d: ",
        b"<189>Paris HQ 1: 00:01:02: ",
        b"<166>:Nov 28 05:00:00 EDT: ",
        b"<166>asa1 : %ASA-4-106023: ",
        b"<134>WLC1: *spamApTask0: Nov 28 05:00:00: ",
        b"<38>sshd[22]: ",
    ],
)
def test_a_next_message_is_known_by_its_head(head: bytes) -> None:
    assert cut(head + b"down" + head + b"up", limit=200) == [head + b"down", head + b"up"]
    assert quotes_another(head + b"down" + head + b"up")


def test_what_a_relay_sends_on_whole_is_one_message() -> None:
    for wrapped in (
        b"<13>Nov 28 05:00:00 relay <189>gw1: 17: %X-1-Y: down",
        b"<13>2026-11-28T05:00:00Z relay fwd[3]: <189>17: %X-1-Y: up",
        b"<13>1 2026-11-28T05:00:00Z relay - - - - <189>17: %X-1-Y: up",
    ):
        assert cut(wrapped + b"\n", limit=200) == [wrapped]
        assert not quotes_another(wrapped)


@pytest.mark.parametrize("off", [-5, -2, -1, 1, 2, 5])
@pytest.mark.parametrize("head", [b"<14>app: ", b"<134>CEF:0|", b"<187>whatever it begins with "])
@pytest.mark.parametrize("by_frames", [True, False])
def test_a_wrong_count_costs_no_other_message(off: int, head: bytes, by_frames: bool) -> None:
    lines = [head + b"port %d changed state to down" % port for port in range(3)]
    frames = [b"%d %s" % (len(line) + (off if place == 1 else 0), line) for place, line in enumerate(lines)]
    framer, taken = SyslogFramer(), []
    for piece in frames if by_frames else [b"".join(frames)]:
        taken += framer.feed(piece)
    assert taken + framer.close() == lines
    assert framer.miscounted == 1


def test_what_is_left_of_a_count_is_counted_and_no_message_is_lost() -> None:
    framer = SyslogFramer()
    taken = (
        framer.feed(b"13 <14>app: port")
        + framer.feed(b"2 down15 <14>app: port 3")
        + framer.feed(b"18 <14>app: port 4 up")
    )
    assert taken == [b"<14>app: port", b"2 down", b"<14>app: port 3", b"<14>app: port 4 up"]
    assert framer.unterminated == 1


@pytest.mark.parametrize("error", [-2, -1, 1, 2, 3])
def test_digits_of_the_next_count_stay_with_it(error: int) -> None:
    long = LINE + b" x" * 40
    framer = SyslogFramer()
    stream = b"%d %s" % (len(long) + error, long) + counted(long) + counted(long)
    assert framer.feed(stream) + framer.close() == [long, long, long]
    assert framer.miscounted == 1


HEADS = (
    b"<189>%d: gw1: Nov 28 2026 05:20:00 UTC: %%SYS-5-CONFIG_I: Configured by admin",
    b"<134>CEF:0|x|y|%d|something",
    b"<13>Nov 28 05:00:00 host app[%d]: text with end 1234",
    b"<14>whatever it begins with %d",
)


@pytest.mark.parametrize("off", [-8, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("wrong", [(0,), (2,), (0, 1, 2, 3)])
def test_no_digit_of_a_wrong_count_stays_in_a_message(
    off: int, between: bytes, head: bytes, wrong: tuple[int, ...]
) -> None:
    lines = [head % number for number in range(98, 103)]
    stream = b"".join(
        b"%d %s%s" % (len(line) + (off if at in wrong else 0), line, between) for at, line in enumerate(lines)
    )
    framer = SyslogFramer()
    assert framer.feed(stream) + framer.close() == lines
    assert framer.halves == 0


def test_what_is_only_cut_off_is_still_half_a_message() -> None:
    framer = SyslogFramer()
    assert framer.feed(counted(LINE) + b"%d %s" % (len(LINE) + 3, LINE)) == [LINE]
    assert framer.close() == []
    assert framer.halves == 1


def test_the_last_message_of_a_sender_that_counts_too_much_is_kept() -> None:
    framer = SyslogFramer()
    assert framer.feed(miscounted(LINE, 7) * 3) + framer.close() == [LINE] * 3
    assert (framer.miscounted, framer.halves) == (3, 0)


@pytest.mark.parametrize("head", [b"89", b"89 ", b"89 <", b"89 <1"])
def test_the_head_of_the_next_message_may_come_in_pieces(head: bytes) -> None:
    second = LINE + b" by" + b"x" * (89 - len(LINE) - 3)
    framer = SyslogFramer()
    frame = b"89 " + second
    assert framer.feed(counted(LINE) + head) == [LINE]
    assert framer.feed(frame[len(head) :]) == [second]


def test_each_line_of_a_datagram_with_a_priority_is_a_message() -> None:
    lines = [b"<133>[S=1] [SID=a:1:2] up", b'<189>date=2026-11-28 devname="fw"', b"<14>anything"]
    assert messages_in(b"\n".join(lines)) == lines
    assert messages_in(b"<14>first\n<1 of 2>\nthird") == [b"<14>first\n<1 of 2>\nthird"]


def test_a_datagram_may_hold_several_messages_or_a_count() -> None:
    assert messages_in(b"<13>1: a\nwith two lines\n<13>2: b") == [b"<13>1: a\nwith two lines", b"<13>2: b"]
    assert messages_in(b"9 <13>1: a") == [b"<13>1: a"]
    assert messages_in(b"<13> Nov  8 05:00:00 ise-1 x\n<13> Nov  8 05:00:01 ise-1 y") == [
        b"<13> Nov  8 05:00:00 ise-1 x",
        b"<13> Nov  8 05:00:01 ise-1 y",
    ]


@pytest.mark.parametrize("off", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("between", [b"", b"\n", b"\r\n"])
def test_counted_messages_of_a_datagram_are_found_by_their_counts(off: int, between: bytes) -> None:
    lines = [LINE, b"<187>18: gw1: %LINK-3-UPDOWN: Gi0/1", b"<187>19: gw1: %LINK-3-UPDOWN: Gi0/2"]
    datagram = b"".join(b"%d %s%s" % (len(line) + off, line, between) for line in lines)
    if between or off == 0:
        assert [message.rstrip(b"\r\n") for message in messages_in(datagram)] == lines
    else:  # a digit of the text or of the count may stand on the other side
        assert [message.partition(b": Gi")[0] for message in messages_in(datagram)] == [
            line.partition(b": Gi")[0] for line in lines
        ]
