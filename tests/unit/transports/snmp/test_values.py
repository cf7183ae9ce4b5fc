"""Values of unusual types and lengths."""

import pytest

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.values import Missing, unusual

BAD = None
"""Unreadable."""
HALF = "3f000000"
DOUBLE_HALF = "3fe0000000000000"


@pytest.mark.parametrize(
    ("tag", "octets", "value"),
    [
        (0x78, HALF, 0.5),
        (0x78, HALF + "00", BAD),
        (0x77, HALF, BAD),
        (0x79, DOUBLE_HALF, 0.5),
        (0x79, DOUBLE_HALF + "00", BAD),
        (0x79, HALF, BAD),
        (0x7A, DOUBLE_HALF, BAD),
        (ber.OPAQUE, "9f7804" + HALF, 0.5),
        (ber.OPAQUE, "9f7804" + HALF + "00", bytes.fromhex("9f7804" + HALF + "00")),
        (ber.OPAQUE, "9f7804ffc00000", BAD),
        (ber.OPAQUE, "9f7908" + DOUBLE_HALF, 0.5),
        (ber.OPAQUE, "9f7907" + DOUBLE_HALF, bytes.fromhex("9f7907" + DOUBLE_HALF)),
        (ber.OPAQUE, "9f7908" + HALF, bytes.fromhex("9f7908" + HALF)),
        (ber.OPAQUE, "9f7b08" + "ff" * 8, (1 << 64) - 1),
        (ber.OPAQUE, "9f7609" + "00" + "ff" * 8, (1 << 64) - 1),
        (ber.OPAQUE, "9f7609" + "01" + "ff" * 8, BAD),
        (ber.OPAQUE, "9f7a08" + "ff" * 8, -1),
        (ber.OPAQUE, "9f7a09" + "00" + "80" + "00" * 7, -(1 << 63)),
        (ber.OPAQUE, "9f7a0180", -128),
        (ber.OPAQUE, "9f7600", BAD),
        (ber.OPAQUE, "9f76", b"\x9f\x76"),
        (ber.OPAQUE, "9f760201", b"\x9f\x76\x02\x01"),
        (ber.OPAQUE, "9f750101", b"\x9f\x75\x01\x01"),
        (ber.OPAQUE, "", b""),
        (ber.COUNTER64, "ff" * 8, (1 << 64) - 1),
        (ber.COUNTER32, "01" + "ff" * 4, (1 << 32) - 1),
        (ber.INTEGER, "7fffffff", (1 << 31) - 1),
        (ber.INTEGER, "0080000000", BAD),
        (ber.INTEGER, "80000000", -(1 << 31)),
        (ber.INTEGER, "ff7fffffff", BAD),
        (ber.BIT_STRING, "", BAD),
        (ber.NULL, "", Missing.UNSPECIFIED),
    ],
)
def test_an_unusual_value(tag: int, octets: str, value: object) -> None:
    read = unusual(tag, bytes.fromhex(octets), OidTexts())
    if value is BAD:
        assert isinstance(read, Unreadable)
        assert bytes.fromhex(octets).endswith(read.octets)
    else:
        assert read == value
        assert type(read) is type(value)
