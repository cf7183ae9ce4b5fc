"""The SNMP answers and traps rebuilt from the reports of others: one odd octet costs its own binding, no more.

Each kept datagram is read; what a row of the table expects of its values is below, by the row's id. The rows that are a
sentence are played: P16 and P17 by `tests/integration/cli/test_where_answers_come_from.py`, P29 by
`tests/integration/snmp/test_v3_recovery.py`, T151 by `tests/integration/receivers/test_net_snmp.py`.
"""

import csv
from pathlib import Path

import pytest

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import message
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.trap_datagram import Notification
from tests.conftest import shared_folder
from tests.fuzz import netsnmp_oracle
from tests.fuzz.compare import our_bindings
from tests.lab.clock import ManualClock

FOLDER = shared_folder() / "fieldcases"
UNREADABLE = {"P07": 1, "T105": 1, "T122": 1, "T140": 1}
"""Bindings that must be unreadable; none in all other cases."""
VALUES: dict[str, tuple[str, object]] = {
    "P01": ("1.3.6.1.2.1.2.2.1.14.2", 4028703392),
    "P02": ("1.3.6.1.2.1.1.2.0", "0.0"),
    "P06": ("1.3.6.1.2.1.31.1.1.1.6.1", 19),
    "P08": ("1.3.6.1.2.1.1.3.0", 2583691265),
    "P09": ("1.3.6.1.2.1.25.3.3.1.2.1", 33),
    "P13": ("1.3.6.1.2.1.2.2.1.7.2", b"\x00\x80"),
    "P15": ("1.3.6.1.2.1.2.2.1.14.2", 1),
}


def cases(first: str) -> list[tuple[str, bytes]]:
    """(id, datagram) of the rows that keep one."""
    table = FOLDER / "wire.tsv"
    if not table.is_file():
        return []
    found = []
    with table.open(newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            file = FOLDER / row["input file"]
            if row["id"].startswith(first) and row["input file"].endswith(".hex") and file.is_file():
                found.append((row["id"], octets(file)))
    return found


def octets(file: Path) -> bytes:
    return bytes.fromhex("".join(line for line in file.read_text().splitlines() if not line.startswith("#")))


def net_snmp_reads(data: bytes) -> list[object] | None:
    """The values, or None where net-snmp refuses them or is not here."""
    if netsnmp_oracle.library() is None:
        return None
    try:
        return [value for _, _, value in netsnmp_oracle.decode(data).bindings]
    except netsnmp_oracle.Refused:
        return None


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the field cases are not at hand")
def test_the_cases_are_there() -> None:
    assert len(cases("P")) >= 9
    assert len(cases("T")) >= 12


@pytest.mark.parametrize(("case", "data"), cases("P"), ids=[case for case, _ in cases("P")])
def test_an_answer_loses_what_is_wrong_and_nothing_else(case: str, data: bytes) -> None:
    received = message.decode_answer(data, message.prefix(message.V2C, b"public"), OidTexts())
    bindings = our_bindings(received, OidTexts())
    assert received.request_id == 0x01020304
    assert sum(isinstance(value, Unreadable) for _, value in bindings) == UNREADABLE.get(case, 0)
    if case in VALUES:
        assert VALUES[case] in bindings
    theirs = net_snmp_reads(data)
    if theirs is not None:
        assert [value for _, value in bindings] == theirs


@pytest.mark.parametrize(("case", "data"), cases("T"), ids=[case for case, _ in cases("T")])
def test_a_trap_loses_what_is_wrong_and_nothing_else(case: str, data: bytes) -> None:
    received = NotificationDecoder([], None, ManualClock()).decode(data, "192.0.2.1")
    assert isinstance(received, Notification)
    assert received.trap_oid.startswith("1.3.6.1.6.3.1.1.5.")
    assert len(received.unreadable) == UNREADABLE.get(case, 0)
    assert any(oid.startswith("1.3.6.1.2.1.") for oid, _ in received.varbinds)
