"""What the tools read: hexadecimal digits, dumps, captures, text."""

import struct

import pytest

from cmsp_agent.cli.tool.captures import payloads_of
from cmsp_agent.cli.tool.inputs import Form, UnreadableInput, datagrams_of_hex, form_of
from cmsp_agent.cli.tool.syslog import messages_of


def capture(*packets: bytes, link: int = 101) -> bytes:
    head = b"\xd4\xc3\xb2\xa1" + struct.pack("<HHIIII", 2, 4, 0, 0, 65535, link)
    return head + b"".join(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet for packet in packets)


def ip(protocol: int, body: bytes) -> bytes:
    return struct.pack(">BBHIBBH4s4s", 0x45, 0, 20 + len(body), 0, 64, protocol, 0, b"\1\2\3\4", b"\5\6\7\x08") + body


def tcp(sequence: int, data: bytes) -> bytes:
    return ip(6, struct.pack(">HHIIBBHHH", 40000, 514, sequence, 0, 0x50, 0, 0, 0, 0) + data)


def test_the_form_is_known_by_the_content() -> None:
    assert form_of(capture()) is Form.PCAP
    assert form_of(b"3c31 3e41\n") is Form.HEX
    assert form_of(b"<13>beef") is Form.TEXT


def test_lines_of_digits_are_datagrams_and_dumps_are_one() -> None:
    assert list(datagrams_of_hex(b"3c313e\n0x3c 32 3e\n")) == [b"<1>", b"<2>"]
    assert list(datagrams_of_hex(b"00000000: 3c31 3e41  <1>A\n00000004: 42 43    BC\n")) == [b"<1>ABC"]


@pytest.mark.parametrize(
    "line", [b"0x3c 0x31 0x3e", b"0x3c,0x31,0x3e;", rb"\x3c\x31\x3e", b"\xef\xbb\xbf3c313e", b"3C:31:3E"]
)
def test_digits_as_programs_print_them(line: bytes) -> None:
    assert form_of(line) is Form.HEX
    assert list(datagrams_of_hex(line)) == [b"<1>"]


def test_where_a_digit_is_missing_is_said() -> None:
    data = b"# of the lab\n" + b"30" * 30 + b"3\n"
    assert form_of(data) is Form.HEX
    with pytest.raises(UnreadableInput, match="line 2: 61 hexadecimal digits, which is odd"):
        list(datagrams_of_hex(data))


def test_a_capture_gives_datagrams_and_cuts_streams() -> None:
    udp = ip(17, struct.pack(">HHHH", 40000, 514, 8 + 4, 0) + b"<1>u")
    data = capture(udp, tcp(100, b"<1>a\n<1"), tcp(100, b"<1>a\n<1"), tcp(107, b">b\n"))
    assert messages_of(data) == [b"<1>u", b"<1>a", b"<1>b"]


@pytest.mark.parametrize("cut", range(60))
def test_a_damaged_capture_breaks_nothing(cut: int) -> None:
    list(payloads_of(capture(tcp(1, b"<1>a\n"), link=1)[: 24 + cut]))
