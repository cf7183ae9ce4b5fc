"""Captured SNMP datagrams, with the events that zeek makes of them: ours must read the same fields and values."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmsp_agent.transports.snmp import message, usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.pdu import Pdu, TrapV1
from cmsp_agent.transports.snmp.users import PRIV
from cmsp_agent.transports.snmp.values import HeldValue, Missing
from tests.fuzz import oracle
from tests.fuzz.compare import our_bindings
from tests.fuzz.samples import udp_payloads

TEXTS = OidTexts()
KINDS = {
    0xA0: "snmp_get_request",
    0xA1: "snmp_get_next_request",
    0xA2: "snmp_response",
    0xA3: "snmp_set_request",
    0xA5: "snmp_get_bulk_request",
    0xA8: "snmp_report",
}


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "testdata" / "pcap-zeek"


def events(baseline: Path) -> list[str]:
    """The lines of zeek's account that speak of the message, one string for each event."""
    out: list[str] = []
    for line in baseline.read_text(errors="replace").splitlines()[1:]:
        if line.startswith("snmp_"):
            out.append(line)
        elif (field := re.match(r"    (\w+): +(.*)|    (value \(tag=\w+\)): (.*)", line)) is not None:
            name, value, tagged, of_tag = field.groups()
            out[-1] += f" {name or tagged}={value if name else of_tag}"
    return out


def reported(data: bytes) -> str:
    """The same of one datagram as ours reads it."""
    if message.version_of(data) != message.V3:
        return account(message.decode(data, TEXTS).pdu, values_of(data))
    received = usm.decode(data)
    assert not received.flags & PRIV
    return account(usm.scoped_pdu(data, received, usm.NOBODY, TEXTS).pdu, values_of(data))


def values_of(data: bytes) -> Iterator[int]:
    """The tags of the values, found by another way than the decoder's: after each name of a binding."""
    for found in re.finditer(rb"\x30.\x06(.)", data, re.DOTALL):
        at = found.end() + found[1][0]
        if at < len(data) and data[found.start() + 1] == found[1][0] + 4 + data[at + 1]:
            yield data[at]


def account(pdu: Pdu | TrapV1, tags: Iterator[int]) -> str:
    if isinstance(pdu, TrapV1):
        head = (
            f"snmp_trap enterprise={pdu.enterprise} agent={pdu.agent_address} generic_trap={pdu.generic} "
            f"specific_trap={pdu.specific} time_stamp={pdu.uptime}"
        )
    else:
        bulk = pdu.kind == 0xA5
        first, second = ("non_repeaters", "max_repetitions") if bulk else ("error_stat", "error_idx")
        head = f"{KINDS[pdu.kind]} request_id={pdu.request_id} {first}={pdu.error_status} {second}={pdu.error_index}"
    for name, value, tag in zip(pdu.names, pdu.values, tags, strict=True):
        head += f" oid={TEXTS[name]} value (tag={tag:#04x})={written(value)}"
    return head


def written(value: HeldValue) -> str:
    if isinstance(value, Missing):
        return "<unspecified>"
    if not isinstance(value, bytes):
        return str(value)
    return "".join(chr(octet) if 32 <= octet < 127 else f"\\x{octet:02x}" for octet in value)


@pytest.mark.parametrize(
    ("capture", "baseline"),
    [
        ("snmpv1_get", "v1/out1"),
        ("snmpv1_set", "v1/out3"),
        ("snmpv1_trap", "v1/out4"),
        ("snmpv2_get_bulk", "v2/out2"),
    ],
)
def test_what_zeek_reads(folder: Path, capture: str, baseline: str) -> None:
    wanted = events(folder / "baseline" / f"scripts.base.protocols.snmp.{baseline}")
    got = [reported(data) for data in udp_payloads(folder / "traces" / "snmp" / f"{capture}.pcap")]
    assert sorted(got) == sorted(wanted)


def test_numbers_below_zero_are_not_read_as_large_ones(folder: Path) -> None:
    """Engine boots of one octet 0xdd are -35 in BER. Zeek reads 221; pysnmp refuses them, and so do we."""
    wanted = events(folder / "baseline" / "scripts.base.protocols.snmp.v3" / "out1")
    discovery, *below_zero = udp_payloads(folder / "traces" / "snmp" / "snmpv3_get_next.pcap")
    assert reported(discovery) == wanted[0]
    assert len(below_zero) == len(wanted) - 1
    for data in below_zero:
        with pytest.raises(DecodeError, match="outside 0"):
            reported(data)
        with pytest.raises(oracle.Refused):
            oracle.decode_v3(data)


def test_what_zeek_finds_weird_is_read_as_net_snmp_does(folder: Path) -> None:
    datagrams = list(udp_payloads(folder / "traces" / "snmp" / "snmp-oid-subidentifier-too-long.pcap"))
    assert datagrams
    names = [name for data in datagrams for name, _ in our_bindings(message.decode(data, TEXTS).pdu, TEXTS)]
    assert names == ["1.3.0"]
