"""Every shape of line that gateways, switches, firewalls and call managers send (facts 4.1)."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmsp_agent.transports.syslog.message import SyslogMessage, parse_syslog

DATE = {"timestamp": "Jul 14 2023 08:23:43.398"}
SHAPES: list[tuple[str, dict[str, Any]]] = [
    (
        "<189>17: gw1: 000018: Nov 23 07:12:13.123 CET: %LINK-3-UPDOWN: Interface Gi0/0, changed state to up",
        {
            "pri": 189,
            "sequence": 17,
            "host": "gw1",
            "inner_sequence": 18,
            "zone": "CET",
            "clock": "",
            "code": "LINK-3-UPDOWN",
            "timestamp": "Nov 23 07:12:13.123",
            "severity": 3,
            "syslog_facility": 23,
            "text": "Interface Gi0/0, changed state to up",
        },
    ),
    (
        "<190>31: Jul 13 08:23:43 192.0.2.2 sw01: 32: Jul 14 2023 08:23:43.398 UTC: %FOO-6-BAR: x",
        {"sequence": 31, "inner_sequence": 32, "relay": "192.0.2.2", "host": "sw01", "zone": "UTC", **DATE},
    ),
    (
        "<188>Jul 14 08:23:43 2023 sw01 %%10IFNET/3/PHY_UPDOWN: GigabitEthernet1/0/1 link status is down.",
        {"host": "sw01", "process": "", "timestamp": "Jul 14 08:23:43 2023"},
    ),
    ("<189>2: Jul 14 2023 08:23:43.398: %SYS-5-CONFIG_I: x", {"sequence": 2, "host": "", "zone": "", **DATE}),
    ("<190>: sw01: Jul 14 2023 08:23:43.398 UTC: %FOO-6-BAR: x", {"sequence": None, "host": "sw01", **DATE}),
    ("<190>*Jul 14 2023 08:23:43.398: %FOO-6-BAR: x", {"clock": "*", **DATE}),
    ("<189>nov 17 11:44:46 utc: %sys-5-config_i: x", {"zone": "utc", "host": "", "code": "SYS-5-CONFIG_I"}),
    ("<189>7: gw: Nov 27 10:00:00,123: %FOO-6-BAR: x", {"host": "gw", "timestamp": "Nov 27 10:00:00,123"}),
    ("<189>Apr  4 21:26:41.7 CEST: *%FOO-6-BAR: x", {"clock": "*", "zone": "CEST", "host": "", "process": ""}),
    ("<189>123: .Mar  1 18:46:11: %SYS-5-CONFIG_I: x", {"clock": ".", "timestamp": "Mar  1 18:46:11"}),
    ("<190>31: sw01: 32: 2y10w: %FOO-6-BAR: x", {"clock": "up", "timestamp": "2y10w", "inner_sequence": 32}),
    ("<189>00:00:46: %LINK-3-UPDOWN: x", {"clock": "up", "timestamp": "00:00:46", "code": "LINK-3-UPDOWN"}),
    ("<189>9: 5w3d: %LINK-3-UPDOWN: x", {"clock": "up", "timestamp": "5w3d"}),
    ("<189>33: 000045: Nov 23 07:00:00: %SYS-5-CONFIG_I: x", {"sequence": 33, "inner_sequence": 45, "host": ""}),
    ("<189>000045: *Nov 23 07:00:00: %SYS-5-CONFIG_I: x", {"sequence": 45, "inner_sequence": None, "clock": "*"}),
    (
        "<190>31: 2001:db8:cf40::: 32: Jul 14 2023 08:23:43.398: %FOO-6-BAR: x",
        {"host": "2001:db8:cf40::", "sequence": 31, "inner_sequence": 32},
    ),
    (
        "<189>12: My Gateway: 000034: *Nov 23 07:00:00.1: %SYS-5-CONFIG_I: x",
        {"host": "My Gateway", "inner_sequence": 34},
    ),
    ("<46>: 2024 Aug 27 21:40:50 PDT: %SNMPD-6-INFO: x", {"timestamp": "2024 Aug 27 21:40:50", "zone": "PDT"}),
    ("<190>2018 Apr 20 13:15:07 nx1 %ETHPORT-5-IF_DUPLEX: x", {"host": "nx1", "code": "ETHPORT-5-IF_DUPLEX"}),
    (
        "<189>2024-10-11T10:15:31.208321-05:00 dev1 %LINEPROTO-5-UPDOWN: x",
        {"timestamp": "2024-10-11T10:15:31.208321", "zone": "-05:00", "host": "dev1"},
    ),
    (
        "<190>Oct 7 07:19:44 xr1 RP/0/RP0/CPU0:Oct 7 07:19:43.630 UTC: acl_mgr[310]: %ACL-IPV4_ACL-6-IPACCESSLOGP : x",
        {
            "host": "xr1",
            "process": "acl_mgr",
            "pid": "310",
            "code": "ACL-IPV4_ACL-6-IPACCESSLOGP",
            "text": "x",
            "timestamp": "Oct 7 07:19:43.630",
        },
    ),
    (
        "<187>94: xr1 LC/0/2/CPU0:Jul  7 20:16:14.834 : ifmgr[214]: %PKT_INFRA-LINK-3-UPDOWN : x",
        {"host": "xr1", "sequence": 94},
    ),
    (
        "<190>9: Oct  5 19:01:02.604: %IOSXE-6-PLATFORM: R0/0: cpp_cp: QFP:0.0 Thread:001 TS:00 %FW-6-DROP_PKT: x",
        {"code": "FW-6-DROP_PKT", "text": "x", "sequence": 9, "timestamp": "Oct  5 19:01:02.604"},
    ),
    (
        "<189>10: Oct  5 19:01:02.604: R0/0: fman_fp_image: %PIM-SW1-6-INVALID_RP_JOIN: x",
        {"process": "R0/0: fman_fp_image", "facility": "PIM-SW1", "level": 6, "mnemonic": "INVALID_RP_JOIN"},
    ),
    ("<189>%ASA-5-111008: User x", {"code": "ASA-5-111008", "clock": "none", "text": "User x"}),
    (
        "<166>Oct 10 2018 12:34:56 fw1 CiscoASA[999]: %ASA-6-305011: x",
        {"host": "fw1", "process": "CiscoASA", "pid": "999", "code": "ASA-6-305011"},
    ),
    ("<164>Jan 01 2020 00:00:00 fw1 : %ASA-4-106023: x", {"host": "fw1", "code": "ASA-4-106023"}),
    ("<166>:Oct 10 12:34:56 EDT: %ASA-session-6-305012: x", {"facility": "ASA-session", "zone": "EDT"}),
    ("<187>%SNMP-W-SNMPAUTHFAIL: x", {"level": 4, "mnemonic": "SNMPAUTHFAIL", "severity": 4}),
    ("<189>%AAA-I-CONNECT: x", {"level": 6}),
    ("<187>3: Nov 23 07:00:00: %SYS-3-EOBC_CHANNELREINIT", {"code": "SYS-3-EOBC_CHANNELREINIT", "text": ""}),
    (
        "%IP-3-UDP_SOCKOVFL:UDP socket overflow",
        {"pri": None, "code": "IP-3-UDP_SOCKOVFL", "text": "UDP socket overflow"},
    ),
    (
        "<191>123: r1: Aug 18 07:15:04.461 CEST: NTP Core (NOTICE): Clock is synchronized",
        {"code": "", "host": "r1", "sequence": 123, "text": "NTP Core (NOTICE): Clock is synchronized", "severity": 7},
    ),
    ("<189>5: Oct  5 19:01:02: last message repeated 66 times", {"text": "last message repeated 66 times", "host": ""}),
    ("<189>Oct  5 19:01:02 last message repeated 66 times", {"text": "last message repeated 66 times", "host": ""}),
    (
        "31 ucm-1 local7 3 : 41679: ucm-1.example Jul 02 2015 06:22:31 UTC :   %UC_CM-3-PhoneGone: %[Reason=13]: gone",
        {
            "pri": None,
            "sequence": 41679,
            "host": "ucm-1.example",
            "code": "UC_CM-3-PhoneGone",
            "text": "%[Reason=13]: gone",
            "zone": "UTC",
        },
    ),
    (
        "Mar 18 16:40:52 ucm2 local7 6 : 92: Mar 18 11:10:52.630 UTC : %CCM_SM-SM-6-ServiceActivated: x",
        {"host": "ucm2", "sequence": 92, "timestamp": "Mar 18 11:10:52.630", "mnemonic": "ServiceActivated"},
    ),
    ("<13>Dec  2 16:31:03 host app: Test", {"host": "host", "process": "app", "text": "Test", "severity": 5}),
    ("<38>Dec  2 16:31:03 host sshd[22]: Failed password", {"process": "sshd", "pid": "22", "text": "Failed password"}),
    ("<38>Dec  2 16:31:03 su: 'su root' failed", {"host": "", "process": "su"}),
    (
        "<14>Jun 24 10:32:02 win1 File Event: read, at Dec  1 10:00:00: x",
        {"host": "win1", "timestamp": "Jun 24 10:32:02"},
    ),
    ("<14>sshd[22]: Failed", {"process": "sshd", "pid": "22", "text": "Failed"}),
    ("<29>1 - - - - - -", {"version": 1, "clock": "none", "text": "", "severity": 5, "syslog_facility": 3}),
    ("<1>2", {"version": 2, "pri": 1}),
    (
        '<29>1 2016-02-21T04:32:57.5+01:00 web1 svc 2341 ID2 [a@9][b x="1\\"\\]" y="2"] \ufeffsaid',
        {
            "host": "web1",
            "process": "svc",
            "pid": "2341",
            "message_id": "ID2",
            "text": "said",
            "zone": "+01:00",
            "structured": (("a@9", ()), ("b", (("x", '1"]'), ("y", "2")))),
        },
    ),
    (
        "<189>1 2024-01-01T00:00:00Z gw1 - - - - %SYS-5-CONFIG_I: x",
        {"code": "SYS-5-CONFIG_I", "host": "gw1", "version": 1},
    ),
    ("<999>%SYS-5-CONFIG_I: x", {"pri": None, "severity": 5, "code": "SYS-5-CONFIG_I"}),
    (
        "<189>5: Oct  5 19:01:02: %SYS-5-RESTART: System restarted --\nCisco IOS",
        {"text": "System restarted --\nCisco IOS"},
    ),
    ("<189>12: gw: Nov 23 07:00:00.1 paris: %SYS-5-CONFIG_I: x", {"zone": "paris", "host": "gw"}),
    ("<189>12: gw: Nov 23 07:00:00.1 GMT-0500: %SYS-5-CONFIG_I: x", {"zone": "GMT-0500", "host": "gw"}),
    (
        "<134>wlc1: *spamApTask0: Jan 01 12:00:00.123: %CAPWAP-3-DTLS_CLOSED_ERR: file.c:12 x",
        {"host": "wlc1", "process": "*spamApTask0", "text": "file.c:12 x"},
    ),
    (
        "Feb  8 04:00:48 192.0.2.2 585917: Feb  8 04:00:47.272: %SEC-6-IPACCESSLOGRP: x",
        {"host": "192.0.2.2", "sequence": 585917, "timestamp": "Feb  8 04:00:47.272"},
    ),
    ("", {"pri": None, "text": "", "severity": None}),
]


@pytest.mark.parametrize(("line", "fields"), SHAPES, ids=[line[:60] for line, _ in SHAPES])
def test_shape(line: str, fields: dict[str, Any]) -> None:
    message = parse_syslog(line.encode())
    assert {name: getattr(message, name) for name in fields} == fields


def test_the_severity_of_the_mnemonic_wins_over_that_of_pri() -> None:
    assert parse_syslog(b"<191>%ISDN-6-LAYER2DOWN: x").severity == 6


@pytest.mark.parametrize("trailer", [b"\n", b"\r\n", b"\0", b"\n\0", b" \r\n"])
def test_trailers_belong_to_nothing(trailer: bytes) -> None:
    assert parse_syslog(b"<189>%SYS-5-CONFIG_I: x" + trailer).raw == b"<189>%SYS-5-CONFIG_I: x"


def test_octets_that_are_not_utf8_are_kept_and_readable() -> None:
    message = parse_syslog(b"<189>1: Nov 23 07:00:00: %SYS-5-CONFIG_I: T\xe9l\xe9phonie")
    assert message.raw.endswith(b"T\xe9l\xe9phonie")
    assert message.text == "Téléphonie"
    assert message.code == "SYS-5-CONFIG_I"


def test_digits_without_end_are_no_number() -> None:
    assert parse_syslog(b"<189>" + b"9" * 6000 + b": Nov 23 07:00:00: %SYS-5-CONFIG_I: x").sequence is None


PARTS = st.sampled_from(
    [
        "<189>",
        "17: ",
        ": ",
        "gw1: ",
        "*",
        ".",
        "Nov 23 07:00:00.1",
        "2024 ",
        " UTC",
        "1 ",
        "- ",
        '[a b="',
        '"]',
        "%SYS-5-",
        "%",
        "CONFIG_I",
        "-",
        ": ",
        "1y2w: ",
        "00:00:01",
        "%%01A/4/B",
        "2024-01-01T00:00:00Z ",
        "\n",
        "\\",
        "(",
        "é",
        "\ufeff",
        "x" * 50,
    ]
)


@given(st.one_of(st.binary(max_size=400), st.lists(PARTS, max_size=30).map(lambda parts: "".join(parts).encode())))
def test_nothing_makes_it_fail(octets: bytes) -> None:
    message = parse_syslog(octets)
    assert isinstance(message, SyslogMessage)
    assert octets.startswith(message.raw)
    message.text.encode()
    assert message.severity is None or 0 <= message.severity <= 7


@pytest.mark.parametrize(
    "bait",
    [
        b"<1>" + b"%A-" * 2700,
        b"<1>1 - - - - - " + b"[a b=" * 1600,
        b"<1>" + b"1: " * 2700,
        b"<1>" + b":" * 8000,
        b"<1>" + b" " * 8000 + b"x",
        b"<1>1 - - - - - [a " + b" " * 8000,
        b"<1>" + b"%A-1-" + b"A" * 8000,
        b"a" * 8192,
        b"<1>Nov 23 07:00:00 " + b"a" * 8000,
        b"<1>" + b"9" * 8000,
        b"<1>%A" + b"-1" * 4000,
        b'<1>1 - - - - - [a b="' + b"\\" * 8000,
    ],
)
def test_no_line_takes_long(bait: bytes) -> None:
    started = time.process_time()
    parse_syslog(bait)
    assert time.process_time() - started < 0.05
