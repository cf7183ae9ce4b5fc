"""What may be asked of a device, and what is refused before anything is sent."""

import string

import pytest

from cmsp_agent.model.errors import Refused
from cmsp_agent.services.diagnostics.question import DiagnosticQuestion as Asked
from cmsp_agent.services.diagnostics.question import QuestionInvalid, checked, listed_command

LISTED = ("show version", "show interfaces {interface}", "show ip route {address}")


@pytest.mark.parametrize("command", ["show version", "show interfaces Gi0/0/1", "show ip route 2001:db8::1"])
def test_a_listed_command_passes(command: str) -> None:
    assert listed_command(command, LISTED) == command


@pytest.mark.parametrize(
    "command",
    [
        "show running-config", "show version | include x", "show version\nreload", "show interfaces", "", "reload",
        "show interfaces Gi0/0 | redirect tftp://10.0.0.1/x", "show interfaces ?", "show interfaces -x", "show versio",
        "show interfaces Gi0/0\r", "show  version", " show version", "show interfaces a;b", "show interfaces $(x)",
        "show interfaces " + "x" * 65, "SHOW VERSION", "show interfaces \x03", "show interfaces Gi0/0 switchport",
    ],
)  # fmt: skip
def test_every_other_command_is_refused_with_the_list(command: str) -> None:
    with pytest.raises(Refused, match=r"source: device type.*show version"):
        listed_command(command, LISTED)


def test_no_character_of_a_command_line_passes_as_an_argument() -> None:
    passed = {each for each in string.printable if _passes(f"show interfaces a{each}b")}
    assert passed == set(string.ascii_letters + string.digits + "_.:/@-")


def _passes(command: str) -> bool:
    try:
        listed_command(command, LISTED)
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    "question",
    [
        Asked("shell"), Asked("ping", count=0), Asked("ping", count=21), Asked("tcp"),
        Asked("tcp", port=70000), Asked("sip-options", transport="tls"), Asked("command"),
        Asked("snmp-get"), Asked("snmp-get", oids=["1.3"] * 21), Asked("snmp-get", oids=["sysUpTime.0"]),
        Asked("snmp-get", oids=["1.3.6.1.4294967296"]), Asked("snmp-walk", oids=["1.3.6", "1.3.7"]),
        Asked("snmp-walk", oids=["1"]), Asked("snmp-get", oids=["1.3.6.1\n"]), Asked("snmp-get", oids=["1.٣"]),
    ],
)  # fmt: skip
def test_an_argument_that_is_not_what_it_should_be(question: Asked) -> None:
    with pytest.raises(QuestionInvalid):
        checked(question)


CLOSED = ["1.3.6.1.6.3.18.1.1.1.2", "1.3.6.1.6.3.15", ".1.3.6.1.6.3.16.1", "01.3.6.1.6.3.18", "1.3.6.1.6.3.0018.1"]


@pytest.mark.parametrize("oid", CLOSED)
def test_whom_the_device_trusts_is_not_shown(oid: str) -> None:
    with pytest.raises(Refused, match="credentials"):
        checked(Asked("snmp-walk", oids=[oid]))


def test_an_oid_loses_its_leading_dot() -> None:
    assert checked(Asked("snmp-get", oids=[".1.3.6.1.2.1.1.3.0"])).oids == ("1.3.6.1.2.1.1.3.0",)


@pytest.mark.parametrize("oid", ["0.43.6.1.6.3.18.1.1", "1.40.1", "3.1.1", "9.9.9"])
def test_an_oid_that_would_be_sent_as_another_is_none(oid: str) -> None:
    with pytest.raises(QuestionInvalid):
        checked(Asked("snmp-get", oids=[oid]))
