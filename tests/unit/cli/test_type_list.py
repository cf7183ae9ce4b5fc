"""`cmsp-agent type list`: every device type by name, without an agent."""

import io
import json

from cmsp_agent.cli.application import run
from cmsp_agent.cli.output import Output


def printed(*arguments: str) -> str:
    stream = io.StringIO()
    assert run(["type", "list", *arguments], Output(stream, stream, width=160)) == 0
    return stream.getvalue()


def test_every_type_is_named_with_what_it_does() -> None:
    rows = {row["name"]: row for row in json.loads(printed("--json"))["items"]}
    assert {"cisco_ios", "cisco_iosxe", "ups", "generic_snmp", "reachability"} <= set(rows)
    assert rows["cisco_ios"]["saved"]
    assert rows["cisco_ios"]["syslog"] > rows["generic_snmp"]["syslog"] > rows["reachability"]["syslog"] == 0
    assert rows["ups"]["plugin"] == "ups"
    assert not rows["reachability"]["identified"]


def test_the_table_names_them_too() -> None:
    lines = printed().splitlines()
    assert lines[0].split()[0] == "TYPE"
    assert any(line.startswith("cisco_iosxe ") and line.rstrip().endswith("yes") for line in lines)
