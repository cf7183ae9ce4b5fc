"""Which mnemonic of several is the event, and what a message that was repeated or continued says."""

import pytest

from cmsp_agent.transports.syslog.message import parse_syslog

HEAD = b"<189>31: gw-1: Nov 18 2026 19:25:44.568 UTC: "


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"%IOSXE-3-PLATFORM: R0/0: cpp_cp: QFP:0.0 %QFPOOR-4-LOWRSRC_PERCENT: low", "QFPOOR-4-LOWRSRC_PERCENT"),
        (b"%CARD-3-MSG:SLOT2 %LINK-3-UPDOWN: down", "LINK-3-UPDOWN"),
        (b"%PARSER-5-CFGLOG_LOGGEDCMD: logged command:banner %SYS-2-MALLOCFAIL: x", "PARSER-5-CFGLOG_LOGGEDCMD"),
        (b"%HA_EM-6-LOG: watch: saw %LINK-3-UPDOWN: Gi0/1", "HA_EM-6-LOG"),
        (b"%IOSXE-3-PLATFORM: R0/0: kernel: nothing within", "IOSXE-3-PLATFORM"),
        (b"%ASA--4-106023: Deny tcp", "ASA-4-106023"),
        (b"#DOT1X-3-MAX_EAP_RETRIES: 1x_auth_pae.c:3128 no answer", "DOT1X-3-MAX_EAP_RETRIES"),
        (b"%SYS-5-CONFIG_I: by #DOT1X-3-MAX_EAP_RETRIES: x", "SYS-5-CONFIG_I"),
        (b"%VIP2 R5K-1-MSG: slot1 %LINK-3-UPDOWN: down", "LINK-3-UPDOWN"),
        (b"SW2: %LINK-3-UPDOWN: down", "LINK-3-UPDOWN"),
        (b"some text, then %LINK-3-UPDOWN: quoted", ""),
    ],
)
def test_only_wrappers_nest(line: bytes, code: str) -> None:
    assert parse_syslog(HEAD + line).code == code


def test_a_repeated_message_is_read_out_of_its_brackets() -> None:
    message = parse_syslog(b"<187>Dec 20 14:00:01 192.0.2.1 : message repeated 2 times: [ %LINK-3-UPDOWN: Gi0/1]")
    assert (message.code, message.text, message.host, message.repeated) == ("LINK-3-UPDOWN", "Gi0/1", "192.0.2.1", 2)


def test_last_message_repeated_says_how_often() -> None:
    message = parse_syslog(b"<187>Dec 20 14:00:01 gw-1 last message repeated 3 times")
    assert (message.host, message.repeated, message.text) == ("gw-1", 3, "last message repeated 3 times")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("-- last message repeated 3 times --", 3),
        ("above message repeats 4 times", 4),
        ("Last message 'Failed password' repeated 5 times, suppressed by syslog-ng on loghost", 5),
        ("45: last message repeated 12 times", 12),
        ("syslogd: Last message repeated 2 times.", 2),
        (": previous message repeated 1 time", 1),
        ("app: the last message repeated 4 times in our queue", 0),
        ("%SYS-5-CONFIG_I: he typed message repeated 4 times: [ x]", 0),
        ("%AAA-I-CONNECT: New http connection, aggregated (3)", 3),
    ],
)
def test_collectors_say_it_in_words_of_their_own(text: str, count: int) -> None:
    assert parse_syslog(f"<187>Dec 20 14:00:01 gw-1 {text}".encode()).repeated == count


def test_a_repetition_is_no_host_and_its_counter_no_tag() -> None:
    message = parse_syslog(b"<189>Nov 18 19:25:44 Last message repeated 2 times")
    assert (message.host, message.repeats_last, message.repeated) == ("", True, 2)
    message = parse_syslog(b"<189>45: last message repeated 12 times")
    assert (message.sequence, message.process) == (45, "")


@pytest.mark.parametrize(
    "line",
    [
        "<13>Nov 18 19:25:44 web1 app[7]: user typed %LINK-3-UPDOWN: x",
        "<13>Nov 18 19:25:44 web1 sudo: root : COMMAND=/bin/logger %LINK-3-UPDOWN: x",
        "<13>1 2026-11-18T19:25:44Z web1 sudo 7 - - COMMAND=/bin/logger %LINK-3-UPDOWN: x",
        "<13>1 2026-11-18T19:25:44Z web1 app - - - saw %LINK-3-UPDOWN: x",
    ],
)
def test_a_program_that_quotes_a_mnemonic_has_none(line: str) -> None:
    message = parse_syslog(line.encode())
    assert (message.code, message.host) == ("", "web1")
    assert message.text.endswith("%LINK-3-UPDOWN: x")


INNER = "<187>45: gw-1: 000044: Nov 18 2026 19:25:44 UTC: %LINK-3-UPDOWN: x"


@pytest.mark.parametrize(
    ("line", "relay", "numbers"),
    [
        (f"<13>Nov 18 19:25:45 relay {INNER}", "relay", (45, 44)),
        (f"<13>Nov 18 19:25:45 relay forwarder[9]: {INNER}", "relay", (45, 44)),
        (f"<13>7: relay: Nov 18 2026 19:25:45 UTC: {INNER}", "relay", (7, 44)),
        (f"<13>1 2026-11-18T19:25:45Z relay - - - - {INNER}", "relay", (45, 44)),
        (f"<13>1 2026-11-18T19:25:45Z r2 - - - - <13>Nov 18 19:25:45 relay {INNER}", "r2", (45, 44)),
        (
            "<187>1 2026-11-18T19:25:45Z relay - - - - 1 2026-11-18T19:25:44Z gw-1 - - - - %LINK-3-UPDOWN: x",
            "relay",
            (None, None),
        ),
        ("<187>Nov 18 19:25:45 relay 2901 45: Nov 18 2026 19:25:44 UTC: %LINK-3-UPDOWN: x", "relay", (45, None)),
    ],
)
def test_what_a_relay_sends_on_whole_is_the_device_s_message(
    line: str, relay: str, numbers: tuple[int | None, int | None]
) -> None:
    message = parse_syslog(line.encode())
    assert (message.code, message.severity, message.relay) == ("LINK-3-UPDOWN", 3, relay)
    assert message.host in ("gw-1", "2901")
    assert message.timestamp[-8:] == "19:25:44"
    assert (message.sequence, message.inner_sequence) == numbers


def test_a_chain_of_wrappers_ends() -> None:
    assert parse_syslog(b"<13>app: " * 500 + b"<13>app: x").text.startswith("<13>app: ")


TIME = "Nov 18 2026 19:25:44 UTC: %LINK-3-UPDOWN: x"


@pytest.mark.parametrize(
    ("line", "relay", "host", "sequence", "inner"),
    [
        (f"<187>Nov 18 19:25:44 relay 45: Paris HQ gw 1: {TIME}", "relay", "Paris HQ gw 1", 45, None),
        (f"<187>Nov 18 19:25:44 relay 45: Paris HQ gw 1: 44: {TIME}", "relay", "Paris HQ gw 1", 45, 44),
        (f"<187>Nov 18 19:25:44 relay gw-1 45: {TIME}", "relay", "gw-1", 45, None),
        ("<187>fw1 : %ASA--4-106023: Deny", "", "fw1", None, None),
        (f"<187>Nov 18 19:25:44 relay r2 gw-1 45: {TIME}", "relay", "gw-1", 45, None),
        (f"<187>Nov 18 19:25:44 gw-1/10.1.1.1 45: {TIME}", "10.1.1.1", "gw-1", 45, None),
        (f"<187>Nov 18 19:25:44 gw-1 45: 44: {TIME}", "", "gw-1", 45, 44),
        (f"<187>Nov 18 19:25:44 gw-1 local7.err 45: {TIME}", "", "gw-1", 45, None),
        (f"<187>Nov 18 19:25:44 gw-1 local7 notice 45: {TIME}", "", "gw-1", 45, None),
        (f"<187>Original Address=10.1.1.1 45: gw-1: {TIME}", "", "gw-1", 45, None),
        (f"<187>Original Address=10.1.1.1 45: {TIME}", "", "10.1.1.1", 45, None),
        ("<166>Nov 18 19:25:44 asa1 SFIMS : %FTD-6-430002: Built", "", "asa1", None, None),
        (f"<187>1 2026-11-18T19:25:44Z gw1 501 - - - 000045: {TIME}", "", "gw1", 501, 45),
        (f"<187>1 2026-11-18T19:25:44Z relay - - - - 501: gw1: 000045: {TIME}", "relay", "gw1", 501, 45),
        (f"<187>1 2026-11-18T19:25:44Z gw1 cisco - - - {TIME}", "", "gw1", None, None),
        (f"<187>1 2026-11-18T19:25:44Z relay 501 - - - gw1: 000045: {TIME}", "relay", "gw1", 501, 45),
        (f"<187>45: fe80::1%Gi0/0: {TIME}", "", "fe80::1%Gi0/0", 45, None),
        (f"<>45: {TIME}", "", "", 45, None),
        (f"<0187>\ufeff45: {TIME}", "", "", 45, None),
        ("<187>1 2026-11-18T19:25:44Z h app - - - 3 times saw %LINK-3-UPDOWN: x", "", "h", None, None),
    ],
)
def test_names_and_counters_behind_a_relay_s(
    line: str, relay: str, host: str, sequence: int | None, inner: int | None
) -> None:
    message = parse_syslog(line.encode())
    assert (message.relay, message.host, message.sequence, message.inner_sequence) == (relay, host, sequence, inner)


def test_an_origin_may_have_spaces_and_a_number_at_its_end() -> None:
    message = parse_syslog(b"<187>3101: Paris HQ gw 1: 3100: Nov 18 2026 19:25:44 UTC: %LINK-3-UPDOWN: x")
    assert (message.host, message.sequence, message.inner_sequence, message.number) == (
        "Paris HQ gw 1",
        3101,
        3100,
        3100,
    )


@pytest.mark.parametrize("text", [b"     Reason : Failed", b"-Traceback= 1#2 :400"])
def test_a_continuation_has_the_counters_of_its_message(text: bytes) -> None:
    message = parse_syslog(b"<187>422153: GWX: 300875: " + text)
    assert (message.host, message.number, message.text) == ("GWX", 300875, text.strip().decode())


def test_a_relay_s_time_before_a_continuation_is_not_the_message_s() -> None:
    message = parse_syslog(b"<187>Nov 18 19:25:44 relay 45: GWX: 44: -Traceback= 1#2 :400")
    assert (message.relay, message.host, message.number, message.text, message.clock) == (
        "relay", "GWX", 44, "-Traceback= 1#2 :400", "none"
    )  # fmt: skip


def test_behind_one_counter_stands_an_indentation_or_a_text() -> None:
    message = parse_syslog(b"<187>422153: GWX:                 Reason : Failed")
    assert (message.host, message.number, message.text) == ("GWX", 422153, "Reason : Failed")
    message = parse_syslog(b"<187>422153: Reason : Failed")
    assert (message.number, message.process, message.text) == (422153, "", "Reason : Failed")


def test_a_text_that_quotes_a_mnemonic_has_none() -> None:
    message = parse_syslog(b"<13>Nov 18 19:25:44 host logger: the admin typed: %SYS-2-MALLOCFAIL: x")
    assert (message.code, message.host, message.process) == ("", "host", "logger")
    assert message.text == "the admin typed: %SYS-2-MALLOCFAIL: x"


@pytest.mark.parametrize(
    ("line", "host", "process", "message_id", "text"),
    [
        ("<14>Feb 28 00:23:34 10.0.0.8 00077 ports:  port 21 is off", "10.0.0.8", "ports", "00077", "port 21 is off"),
        ("<14>RxSBIF_SEQ_NUM_ERROR:slot=x", "", "RxSBIF_SEQ_NUM_ERROR", "", "slot=x"),
        ("<14>Mar  8 20:14:08.762: %SYS-CONFIG-DONE: all of it", "", "%SYS-CONFIG-DONE", "", "all of it"),
        ("<14>Mar  8 20:14:08.762: %Error opening tftp: no", "", "", "", "%Error opening tftp: no"),
    ],
)
def test_tags_that_are_no_mnemonics(line: str, host: str, process: str, message_id: str, text: str) -> None:
    message = parse_syslog(line.encode())
    assert (message.host, message.process, message.message_id, message.text) == (host, process, message_id, text)
    assert message.mnemonic == ""
