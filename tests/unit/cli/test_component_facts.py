"""What `component show` makes of a component's document: short, without what is empty, and nothing lost."""

from typing import Any

from cmsp_agent.cli.component_facts import component_facts, families, runs
from tests.unit.cli.fakes import cmsp_agent

CHANNELS = {str(100 + number): f"Serial0/1/0:{number}" for number in range(30)}
GATEWAY: dict[str, Any] = {
    "name": "gw-1",
    "addresses": ["10.1.0.1"],
    "poll": {"every_seconds": 60.0},
    "redundancy": None,
    "latest_backup": {
        "taken_at": "2026-11-23T02:00:00.000Z",
        "verified_at": "2026-11-24T02:00:00.000Z",
        "reason": "schedule",
        "lines": 80,
        "known_good": True,
    },
    "inventory": {
        "addresses": [],
        "device_type": "cisco_ios",
        "interfaces": {"1": "GigabitEthernet0/0/0", "20": "Serial0/1/0:15", **CHANNELS},
        "entities": [{"name": "NIM 0/1", "model": "NIM-2MFT", "serial": "FDO1"}, {"name": "fan"}],
        "quirks": {"no_bulk": 0, "most_oids": 0},
        "sys_descr": "Cisco IOS Software",
    },
}


def test_names_in_a_row_are_a_run() -> None:
    assert runs(["Gi0", "Gi1", "Se:2", "Se:0", "Se:1", "Null0", "Se:9"]) == ["Gi0", "Gi1", "Se:0 to 2", "Null0", "Se:9"]
    assert runs(["x", "x", "", "a01", "a02", "a03"]) == ["x", "", "a01", "a02", "a03"]


def test_facts_are_short_and_none_is_empty() -> None:
    assert component_facts(GATEWAY) == {
        "name": "gw-1",
        "addresses": "10.1.0.1",
        "poll": "every 1m",
        "latest backup": "2026-11-23 02:00 UTC (schedule), 80 lines, verified 2026-11-24 02:00 UTC, known good",
        "interfaces": "32: GigabitEthernet0/0/0, Serial0/1/0:0 to 29",
        "inventory": "2 parts",
        "describes itself": "Cisco IOS Software",
    }


def test_very_many_interfaces_are_counted() -> None:
    inventory = {"interfaces": {str(number): f"Vlan{number * 10}" for number in range(100)}}
    assert str(component_facts({"inventory": inventory})["interfaces"]).endswith(", Vlan390, and 60 more: --json")


def test_a_gateway_fits_one_screen() -> None:
    ending = cmsp_agent("component", "show", "gw-1", answers={"/v1/components/gw-1": GATEWAY})
    assert len(ending.out.splitlines()) < 15
    assert ending.width <= 80


def test_limits_and_values_that_can_not_be_decoded_are_named() -> None:
    unreadable = {
        "oid": "1.3.6.1.2.1.1.3.0",
        "reason": "number of no octets",
        "octets": "",
        "count": 12,
        "last_seen": "2026-11-24T02:00:00.000Z",
    }
    quirks = {
        "no_bulk": 1,
        "most_oids": 1,
        "wrong_index": 0,
        "alone": {"1.3.6.1.2.1.1.5.0": "genErr", "1.3.6.1.2.1.1.6.0": "noSuchName"},
    }
    facts = component_facts({"name": "gw-1", "unreadable": [unreadable], "inventory": {"quirks": quirks}})
    assert str(facts["unreadable"]).startswith("1.3.6.1.2.1.1.3.0: number of no octets, 12 times, last ")
    assert facts["SNMP limits"] == "no bulk, most oids 1, alone 1.3.6.1.2.1.1.5.0 (genErr)"


def test_figures_that_are_not_supported_are_counted_by_their_family() -> None:
    names = ["dsp.card", *(f"sip.answers.in.{code}" for code in (404, 486, 487, 503)), "cpu.load"]
    assert families(names) == ["dsp.card", "sip.answers.* (4)", "cpu.load"]
    assert component_facts({"unsupported": names}) == {"not supported": "dsp.card, sip.answers.* (4), cpu.load"}
