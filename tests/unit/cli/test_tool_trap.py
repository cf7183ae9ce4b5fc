"""`cmsp-agent tool trap`: names and values of a trap, whatever form it comes in."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cmsp_agent.cli.application import run
from cmsp_agent.cli.output import Output


def reported(tmp_path: Path, text: str) -> list[dict[str, Any]]:
    source, out = tmp_path / "input", io.StringIO()
    source.write_text(text)
    assert run(["tool", "trap", str(source)], Output(out, io.StringIO())) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def tlv(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    return bytes((tag, len(body))) + body


def link_down() -> bytes:
    def binding(oid: bytes, value: bytes) -> bytes:
        return tlv(0x30, tlv(6, oid), value)

    bindings = tlv(
        0x30,
        binding(b"\x2b\6\1\2\1\1\3\0", tlv(0x43, b"\x03\xe8")),
        binding(b"\x2b\6\1\6\3\1\1\4\1\0", tlv(6, b"\x2b\6\1\6\3\1\1\5\3")),
        binding(b"\x2b\6\1\2\1\2\2\1\x08\7", tlv(2, b"\2")),
    )
    number = tlv(2, b"\0")
    return tlv(0x30, tlv(2, b"\1"), tlv(4, b"secret"), tlv(0xA7, number, number, number, bindings))


def test_a_datagram_gets_the_names_of_its_mib(tmp_path: Path) -> None:
    (got,) = reported(tmp_path, link_down().hex())
    assert (got["name"], got["trap_oid"], got["uptime_s"]) == ("linkDown", "1.3.6.1.6.3.1.1.5.3", 10)
    assert got["bindings"] == [{"oid": "1.3.6.1.2.1.2.2.1.8.7", "name": "ifOperStatus.7", "value": "down(2)"}]
    assert "secret" not in json.dumps(got)


def test_wrapped_digits_are_one_datagram(tmp_path: Path) -> None:
    digits = link_down().hex()
    got = reported(tmp_path, f"{digits[:64]}\n{digits[64:]}\n{digits}\n")
    assert [each["name"] for each in got] == ["linkDown", "linkDown"]


def test_what_is_no_trap_is_an_error_on_its_line(tmp_path: Path) -> None:
    bad, good = reported(tmp_path, f"3003020101\n{link_down().hex()}\n")
    assert bad["error"]
    assert good["name"] == "linkDown"


@pytest.mark.parametrize(
    "trap", ["SNMPv2-MIB::snmpTrapOID.0 IF-MIB::linkDown", ".1.3.6.1.6.3.1.1.4.1.0 = OID: .1.3.6.1.6.3.1.1.5.3"]
)
def test_what_snmptrapd_prints_is_read_by_name_or_number(tmp_path: Path, trap: str) -> None:
    text = "gw-1\nUDP: [192.0.2.1]:1->[192.0.2.2]:162\nSNMPv2-MIB::sysUpTime.0 1:00\n"
    text += f'{trap}\nIF-MIB::ifDescr.7 = STRING: "Gi0/1"\n'
    (got,) = reported(tmp_path, text)
    assert got["name"] == "linkDown"
    assert got["bindings"] == [{"oid": None, "name": "ifDescr.7", "value": "Gi0/1"}]


@pytest.mark.parametrize(
    ("data", "said"), [(b"\n \n", "is empty"), (b"\xd4\xc3\xb2\xa1" + bytes(20), "no SNMP message over UDP")]
)
def test_an_input_without_a_trap_says_so(data: bytes, said: str, tmp_path: Path) -> None:
    source, problem = tmp_path / "input", io.StringIO()
    source.write_bytes(data)
    assert run(["tool", "trap", str(source)], Output(io.StringIO(), problem)) == 2
    assert said in problem.getvalue()
