"""Names, labels and units from the generated table."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from cmsp_agent.model.signal import Value
from cmsp_agent.pipeline.mib import MibTable, mib_table

ROOT = Path(__file__).resolve().parents[3]
FACTS = ROOT.parent / "shared/facts"
MOST_MEMORY = 10 << 20
MEASURE = """
import tracemalloc
from cmsp_agent.pipeline import mib
tracemalloc.start()
table = mib.mib_table()
print(tracemalloc.get_traced_memory()[1])
"""


@pytest.mark.parametrize(
    ("oid", "value", "shown"),
    [
        ("1.3.6.1.2.1.2.2.1.8.3", 2, ("ifOperStatus.3", "down(2)")),
        ("1.3.6.1.2.1.2.2.1.8.3", 99, ("ifOperStatus.3", "99")),
        ("1.3.6.1.2.1.33.1.2.3.0", 58, ("upsEstimatedMinutesRemaining.0", "58 minutes")),
        ("1.3.6.1.2.1.2.2.1.2.3", b"Gi0/1", ("ifDescr.3", "Gi0/1")),
        ("1.3.6.1.2.1.2.2.1.2.3", b"\x00\xff", ("ifDescr.3", "00:ff")),
        ("1.3.6.1.2.1.2.2.1.2.3", "Büro".encode(), ("ifDescr.3", "Büro")),
        ("1.3.6.1.2.1.2.2.1.2.3", b"B\xfcro", ("ifDescr.3", "Büro")),
        ("1.3.6.1.2.1.2.2.1.2.3", "端口 1".encode("gbk"), ("ifDescr.3", "端口 1")),
        ("1.3.6.1.2.1.4.24.7.1.2.1", bytes((10, 0, 0, 1)), ("inetCidrRouteDest.1", "10.0.0.1")),
        ("1.3.6.1.2.1.4.24.7.1.2.1", bytes(15) + b"\x01", ("inetCidrRouteDest.1", "::1")),
        ("1.3.6.1.2.1.4.24.7.1.2.1", b"gw.example", ("inetCidrRouteDest.1", "gw.example")),
        ("1.3.6.1.2.1.2.2.1.6.3", b"ABCDEF", ("ifPhysAddress.3", "41:42:43:44:45:46")),
        ("1.3.6.1.2.1.33.1.6.2.1.2.4", "1.3.6.1.2.1.33.1.6.3.2", ("upsAlarmDescr.4", "1.3.6.1.2.1.33.1.6.3.2")),
        ("1.3.6.1.4.1.99999.1.0", 5, ("1.3.6.1.4.1.99999.1.0", "5")),
    ],
)
def test_a_binding_is_readable(oid: str, value: Value, shown: tuple[str, str]) -> None:
    assert mib_table().binding(oid, value) == shown


@pytest.mark.parametrize("oid", ["1.3.6.1.2.1.33.2.1", "1.3.6.1.2.1.33.2.0.1"])
def test_a_notification_has_a_name_in_both_forms(oid: str) -> None:
    assert mib_table().notification(oid) == "upsTrapOnBattery"


def test_dates_are_written_as_dates() -> None:
    table = MibTable(["1.2.3\to\twhen\tdate\t"])
    assert table.binding("1.2.3.0", bytes.fromhex("07e20c0a090b2800")) == ("when.0", "2018-12-10T09:11:40")
    assert table.binding("1.2.3.0", bytes.fromhex("07e20c0a090b28002d0600"))[1] == "2018-12-10T09:11:40-06:00"
    assert table.binding("1.2.3.0", b"\x01")[1] == "01"


def test_bits_are_named_from_the_left() -> None:
    table = MibTable(["1.2.3\to\tstate\tbits\t0=ready,3=alarm,9=standby"])
    assert table.binding("1.2.3.0", b"\x90\x40") == ("state.0", "ready(0) alarm(3) standby(9)")
    assert table.binding("1.2.3.0", b"\x00")[1] == "00"
    assert table.binding("1.2.3.0", b"\x40")[1] == "40"


def test_the_table_takes_little_memory() -> None:
    reported = subprocess.run([sys.executable, "-c", MEASURE], check=True, stdout=subprocess.PIPE, text=True)
    assert 100_000 < int(reported.stdout) <= MOST_MEMORY


@pytest.mark.skipif(not FACTS.is_dir(), reason="needs ../shared/facts")
def test_every_notification_of_the_facts_has_its_name() -> None:
    table = mib_table()
    with (FACTS / "NOTIFICATIONS.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row["oid"]]
    wrong = [row for row in rows if "|" not in row["oid"] and table.notification(row["oid"]) != row["notification"]]
    assert len(rows) > 2000
    assert not wrong
