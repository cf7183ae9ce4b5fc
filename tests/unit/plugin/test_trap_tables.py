"""Rules for a maker's traps, as data: from the MIB file to what a device type knows."""

from pathlib import Path

import pytest

from cmsp_agent.cli.main import main
from cmsp_agent.model.event import Transition
from cmsp_agent.model.severity import Severity
from cmsp_agent.plugin.api import read_traps
from cmsp_agent.plugin.mib_file import MibError, notifications
from cmsp_agent.plugin.trap_pairs import rows
from cmsp_agent.plugin.trap_table import HEADER, written

V2 = """
ACME-MIB DEFINITIONS ::= BEGIN
IMPORTS
    MODULE-IDENTITY, OBJECT-TYPE, NOTIFICATION-TYPE FROM SNMPv2-SMI
    ifIndex FROM IF-MIB
    acme FROM ACME-ROOT;
acmeMib MODULE-IDENTITY
    LAST-UPDATED "202001010000Z" ORGANIZATION "x" CONTACT-INFO "x" DESCRIPTION "a -- b"
    ::= { acme 7 }
acmeObjects OBJECT IDENTIFIER ::= { acmeMib 1 } -- a comment { acmeMib 9 }
acmeFanTable OBJECT-TYPE SYNTAX SEQUENCE OF AcmeFanEntry MAX-ACCESS not-accessible STATUS current ::= { acmeObjects 1 }
acmeFanEntry OBJECT-TYPE SYNTAX AcmeFanEntry MAX-ACCESS not-accessible STATUS current
    INDEX { acmeFanIndex } ::= { acmeFanTable 1 }
AcmeFanEntry ::= SEQUENCE {
    acmeFanIndex Integer32,
    acmeFanKind OBJECT IDENTIFIER,
    acmeFanState INTEGER }
acmeFanState OBJECT-TYPE SYNTAX INTEGER { ok(1), bad(2) } MAX-ACCESS read-only STATUS current ::= { acmeFanEntry 2 }
acmeFanFailed NOTIFICATION-TYPE OBJECTS { acmeFanState } STATUS current
    DESCRIPTION "SEVERE: fan ::= { broken }" ::= { acmeMib 0 1 }
acmeFanOk NOTIFICATION-TYPE OBJECTS { acmeFanState } STATUS current DESCRIPTION "well" ::= { acmeMib 0 2 }
acmePortSpoiled NOTIFICATION-TYPE OBJECTS { ifIndex } STATUS current DESCRIPTION "x" ::= { acmeMib 0 3 }
END
"""
ROOT = "ACME-ROOT DEFINITIONS ::= BEGIN acme OBJECT IDENTIFIER ::= { enterprises 54321 } END"
V1 = """
OLD-MIB DEFINITIONS ::= BEGIN
IMPORTS TRAP-TYPE FROM RFC-1215 enterprises FROM RFC1155-SMI;
old OBJECT IDENTIFIER ::= { iso org(3) dod(6) internet(1) private(4) enterprises(1) 999 }
oldDoor TRAP-TYPE
    ENTERPRISE old
    DESCRIPTION "door"
    --#SEVERITY CRITICAL
    ::= 4
oldDoorCleared TRAP-TYPE ENTERPRISE old DESCRIPTION "door" ::= 5
oldRack TRAP-TYPE ENTERPRISE { enterprises 999 racks(3) } DESCRIPTION "rack" ::= 6
oldRestart TRAP-TYPE ENTERPRISE snmp DESCRIPTION "x" ::= 1
END
"""
FAN_STATE = "1.3.6.1.4.1.54321.7.1.1.1.2"


def test_smi_v2() -> None:
    failed, well, port = notifications(V2, [ROOT])
    assert (failed.name, failed.oid, failed.severity) == ("acmeFanFailed", "1.3.6.1.4.1.54321.7.0.1", "SEVERE")
    assert failed.objects == (FAN_STATE,)
    assert failed.columns == {FAN_STATE}
    assert well.oid.endswith(".0.2")
    assert port.objects == ("1.3.6.1.2.1.2.2.1.1",)


def test_smi_v1() -> None:
    door, cleared, rack, restart = notifications(V1)
    assert (door.oid, door.severity) == ("1.3.6.1.4.1.999.0.4", "CRITICAL")
    assert cleared.oid == "1.3.6.1.4.1.999.0.5"
    assert rack.oid == "1.3.6.1.4.1.999.3.0.6"
    assert restart.oid == "1.3.6.1.6.3.1.1.5.2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (V2, r"nothing defines 'acme' \(it is imported from ACME-ROOT"),
        ("X DEFINITIONS ::= BEGIN END", "no NOTIFICATION-TYPE"),
        ("a OBJECT IDENTIFIER ::= { a 1 }\nb NOTIFICATION-TYPE STATUS current ::= { a 1 }", "nothing defines 'a'"),
    ],
)
def test_what_can_not_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(MibError, match=said):
        notifications(text)


def test_pairs_become_alarms_that_clear() -> None:
    alarms, rules = read_traps(written(rows(notifications(V2, [ROOT]), "acme")))
    assert [(rule.type, rule.state) for rule in rules] == [
        ("acme.acme_fan_failed", Transition.RAISE),
        ("acme.acme_fan_failed", Transition.CLEAR),
        ("acme.acme_port_spoiled", Transition.INFO),
    ]
    assert (rules[0].object.oid, rules[0].object.take) == (FAN_STATE, "instance")
    assert rules[2].object.take == "interface"
    assert [(alarm.severity, alarm.transient) for alarm in alarms] == [
        (Severity.MAJOR, False),
        (Severity.WARNING, True),
    ]


@pytest.mark.parametrize(
    ("began", "ended"),
    [
        ("fanFailure", "fanFailureFixed"),
        ("gwNotInService", "gwInService"),
        ("ntpOutOfServiceNotification", "ntpInServiceNotification"),
        ("tempExceedThreshold", "tempReturnThreshold"),
        ("alarmEntryAdded", "alarmEntryRemoved"),
        ("contactActiveNotice", "contactInactiveNotice"),
        ("lostPowerRedundancy", "establishedPowerRedundancy"),
        ("masterDn", "masterUp"),
        ("fruRemoval", "fruInsertion"),
    ],
)
def test_names_of_makers_make_pairs(began: str, ended: str) -> None:
    text = v1_mib(f"{ended} TRAP-TYPE ENTERPRISE m ::= 1 {began} TRAP-TYPE ENTERPRISE m ::= 2")
    end, begin = rows(notifications(text), "acme")
    assert (end.state, begin.state, end.type) == ("clear", "raise", begin.type)


def test_one_end_clears_all_that_its_fault_begins_with() -> None:
    text = v1_mib(
        "alertTempWarning TRAP-TYPE ENTERPRISE m --#SEVERITY MINOR\n::= 1\n"
        "alertTempFailure TRAP-TYPE ENTERPRISE m --#SEVERITY CRITICAL\n::= 2\n"
        "alertTempNormal TRAP-TYPE ENTERPRISE m --#SEVERITY INFORMATIONAL\n::= 3"
    )
    found = rows(notifications(text), "acme")
    assert [(row.state, row.severity) for row in found] == [
        ("raise", "critical"),
        ("raise", "critical"),
        ("clear", "warning"),
    ]
    assert len({row.type for row in found}) == 1


def test_an_object_that_only_the_beginning_carries_names_none() -> None:
    text = V2.replace("acmeFanOk NOTIFICATION-TYPE OBJECTS { acmeFanState }", "acmeFanOk NOTIFICATION-TYPE")
    failed, well, _ = rows(notifications(text, [ROOT]), "acme")
    assert (failed.object, well.object) == ("", "")


def test_an_annotation_says_the_severity_before_the_description() -> None:
    text = v1_mib('t TRAP-TYPE ENTERPRISE m DESCRIPTION "SEVERE: x"\n--#SEVERITY CRITICAL\n::= 1')
    assert [row.severity for row in rows(notifications(text), "acme")] == ["critical"]


@pytest.mark.parametrize("line", ["1.2.3\tx", "1.2.3\tx\tbegins\ta.b\tminor\t", "1.2.3\tx\traise\ta.b\tawful\t"])
def test_a_line_that_is_none_is_named_by_its_number(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_traps(f"{HEADER}\n{line}\n")


def test_the_command_writes_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ACME-MIB").write_text(V2)
    assert main(["plugin", "traps", str(tmp_path / "ACME-MIB")]) == 1
    assert "ACME-ROOT" in capsys.readouterr().err
    (tmp_path / "roots").write_text(ROOT)
    assert main(["plugin", "traps", str(tmp_path / "ACME-MIB"), str(tmp_path / "roots"), "--prefix", "acme"]) == 0
    assert read_traps(capsys.readouterr().out)[1][0].oid == "1.3.6.1.4.1.54321.7.0.1"


def test_what_it_imports_is_found_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ACME-MIB").write_text(V2)
    chain = "ACME-ROOT DEFINITIONS ::= BEGIN IMPORTS corp FROM CORP-SMI; acme OBJECT IDENTIFIER ::= { corp 1 } END"
    (tmp_path / "ACME-ROOT.my").write_text(chain)
    (tmp_path / "CORP-SMI.txt").write_text(
        "CORP-SMI DEFINITIONS ::= BEGIN IMPORTS acmeMib FROM ACME-MIB; corp OBJECT IDENTIFIER ::= { enterprises 9 } END"
    )
    assert main(["plugin", "traps", str(tmp_path / "ACME-MIB")]) == 0
    assert read_traps(capsys.readouterr().out)[1][0].oid == "1.3.6.1.4.1.9.1.7.0.1"


def test_what_it_imports_is_found_in_a_file_of_another_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "acme.mib").write_text(V2)
    (tmp_path / "Acme_root_v2.MIB").write_bytes(b"-- \xa9 ACME; DEFINITIONS of ours\n" + ROOT.encode())
    assert main(["plugin", "traps", str(tmp_path / "acme.mib")]) == 0
    assert read_traps(capsys.readouterr().out)[1][0].oid == "1.3.6.1.4.1.54321.7.0.1"


def test_net_snmp_s_own_mibs(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path("/usr/share/snmp/mibs")
    if not (folder / "NET-SNMP-AGENT-MIB.txt").is_file():
        pytest.skip("needs the MIBs of net-snmp")
    found = {}
    for mib in ("NET-SNMP-AGENT-MIB", "NET-SNMP-EXAMPLES-MIB", "UCD-SNMP-MIB"):
        assert main(["plugin", "traps", str(folder / f"{mib}.txt"), "--prefix", "netsnmp"]) == 0
        found.update({rule.type: rule.oid for rule in read_traps(capsys.readouterr().out)[1]})
    assert found == {
        "netsnmp.ns_notify_start": "1.3.6.1.4.1.8072.4.0.1",
        "netsnmp.ns_notify_shutdown": "1.3.6.1.4.1.8072.4.0.2",
        "netsnmp.ns_notify_restart": "1.3.6.1.4.1.8072.4.0.3",
        "netsnmp.net_snmp_example_heartbeat_notification": "1.3.6.1.4.1.8072.2.3.0.1",
        "netsnmp.ucd_start": "1.3.6.1.4.1.2021.251.1",
        "netsnmp.ucd_shutdown": "1.3.6.1.4.1.2021.251.2",
    }


def oids(text: str, *others: str) -> dict[str, str]:
    return {each.name: each.oid for each in notifications(text, others)}


def v1_mib(traps: str, imports: str = "IMPORTS enterprises FROM RFC1155-SMI TRAP-TYPE FROM RFC-1215;") -> str:
    return f"M-MIB DEFINITIONS ::= BEGIN {imports}\nm OBJECT IDENTIFIER ::= {{ enterprises 7 }}\n{traps}\nEND"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            v1_mib("t TRAP-TYPE ENTERPRISE m ::= 3", "IMPORTS enterprises FROM RFC1155-SMI"), id="no semicolon"
        ),
        pytest.param(v1_mib("----- old TRAP-TYPE ENTERPRISE m ::= 9\nt TRAP-TYPE ENTERPRISE m ::= 3"), id="hyphens"),
        pytest.param(v1_mib("t TRAP-TYPE -- why -- ENTERPRISE m ::= 3"), id="a comment that ends"),
        pytest.param(v1_mib('t TRAP-TYPE ENTERPRISE m DESCRIPTION "a ""t TRAP-TYPE"" ::= 9" ::= 3'), id="quotes"),
        pytest.param(v1_mib('-- it isn\'t 5" wide\nt TRAP-TYPE ENTERPRISE m ::= 3 -- 5"'), id="quotes in comments"),
        pytest.param(v1_mib("t TRAP-TYPE\r\n\tENTERPRISE\r\n\tm\r\n\t::=\r\n\t3"), id="line by line"),
        pytest.param(v1_mib("t TRAP-TYPE ENTERPRISE m ::= 3\nu OBJECT-TYPE SYNTAX ::= { m"), id="broken behind"),
        pytest.param(v1_mib("t TRAP-TYPE ENTERPRISE m ::= 3", ""), id="nothing imported"),
        pytest.param("\ufeff" + v1_mib("t TRAP-TYPE ENTERPRISE m ::= 3"), id="byte order mark"),
        pytest.param(
            v1_mib("t TRAP-TYPE ENTERPRISE m ::= 3").replace("M-MIB D", "M-MIB { iso 1 } D"), id="module's OID"
        ),
        pytest.param(v1_mib("t TRAP-TYPE ENTERPRISE { M-MIB.m } ::= 3"), id="module before a name"),
    ],
)
def test_a_maker_s_file_as_it_comes(text: str) -> None:
    assert oids(text) == {"t": "1.3.6.1.4.1.7.0.3"}


def test_a_name_means_what_its_own_module_says() -> None:
    root = """R-MIB DEFINITIONS ::= BEGIN
        products OBJECT IDENTIFIER ::= { enterprises 7 }
        root OBJECT IDENTIFIER ::= { products 1 } END
        S-MIB DEFINITIONS ::= BEGIN IMPORTS root FROM R-MIB; traps OBJECT IDENTIFIER ::= { root 5 } END"""
    own = """M-MIB DEFINITIONS ::= BEGIN IMPORTS root FROM R-MIB;
        products OBJECT IDENTIFIER ::= { root 2 }
        traps OBJECT IDENTIFIER ::= { products 3 }
        a NOTIFICATION-TYPE STATUS current ::= { traps 1 } END"""
    assert oids(own, root) == {"a": "1.3.6.1.4.1.7.1.2.3.1"}


def test_notifications_of_one_name_or_of_an_object_s_are_all_read() -> None:
    text = v1_mib(
        "fan OBJECT IDENTIFIER ::= { m 2 } fan TRAP-TYPE ENTERPRISE fan ::= 1 fan TRAP-TYPE ENTERPRISE m ::= 4"
        " Door TRAP-TYPE ENTERPRISE m ::= 5"
    )
    found = [(each.name, each.oid) for each in notifications(text)]
    assert found == [("fan", f"1.3.6.1.4.1.7.{arcs}") for arcs in ("2.0.1", "0.4")] + [("Door", "1.3.6.1.4.1.7.0.5")]


def test_all_that_is_missing_is_said_at_once() -> None:
    text = v1_mib(
        "t TRAP-TYPE ENTERPRISE x ::= 1 u TRAP-TYPE ENTERPRISE y ::= 2",
        "IMPORTS enterprises FROM RFC1155-SMI x -- the root, -- FROM X-MIB y FROM Y-MIB;",
    )
    with pytest.raises(MibError, match=r"'x' \(it is imported from X-MIB.*; nothing defines 'y' \(.*Y-MIB"):
        notifications(text)
