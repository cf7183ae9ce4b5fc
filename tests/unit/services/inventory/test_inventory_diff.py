"""What counts as a change of the inventory, what is announced of it, and what leaves the site."""

from typing import Any

from cmsp_agent.model.inventory import InventoryChange, TableName
from cmsp_agent.services.devices.inventory_diff import MOST_AT_ONCE, changed
from cmsp_agent.services.devices.masking import masked_changes, masked_facts
from cmsp_agent.services.devices.voice_plan import voice_plan
from cmsp_agent.services.inventory.announcing import Announcer
from cmsp_agent.services.inventory.tables import TABLES, rows

NIM = {"name": "NIM 0/1", "kind": "module", "model": "NIM-2MFT", "serial": "FOC1"}
BEFORE: dict[str, Any] = {
    "serial": "FDO1",
    "software": "17.9.4a",
    "entities": [NIM, {"name": "PSU 1", "model": "PWR", "serial": "P1"}],
    "interfaces": {"1": "GigabitEthernet0/0", "2": "Serial0/1/0:15"},
    "neighbours": [{"interface": "GigabitEthernet0/0", "name": "sw-1", "port": "1"}],
    "quirks": {"no_bulk": 0},
}


def of(after: dict[str, Any], before: dict[str, Any] = BEFORE) -> list[tuple[str, str, str, str]]:
    return [
        (each.what, each.object, each.before, each.after) for each in changed("gw-1", before, {**before, **after}, 5)
    ]


def test_nothing_changes_by_other_indexes_or_by_what_is_learned_for_the_first_time() -> None:
    assert of({"interfaces": {"7": "GigabitEthernet0/0", "8": "Serial0/1/0:15"}}) == []
    assert of({"quirks": {"no_bulk": 1}, "trunks": [{"name": "E1 0/1/0", "kind": "circuit"}]}) == []


def test_a_part_is_swapped_put_in_and_taken_out() -> None:
    found = of({"entities": [{**NIM, "serial": "FOC9"}, {"name": "PSU 2", "model": "PWR", "serial": "P2"}]})
    assert found == [
        ("part", "NIM 0/1", "NIM-2MFT (serial FOC1)", "NIM-2MFT (serial FOC9)"),
        ("part", "PSU 1", "PWR (serial P1)", ""),
        ("part", "PSU 2", "", "PWR (serial P2)"),
    ]


def test_members_that_go_and_members_of_one_thing() -> None:
    assert of({"support": {"contract": "CON-1", "until": "2026-12-31"}}, {**BEFORE, "support": None}) == [
        ("support contract", "", "", "CON-1, until 2026-12-31")
    ]
    assert of({"neighbours": []}) == [("neighbour", "sw-1 on GigabitEthernet0/0", "1", "")]
    many = {str(n): f"Virtual-Access{n}" for n in range(5_000)}
    assert len(of({"interfaces": many})) == MOST_AT_ONCE


class Noted:
    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []

    def note(self, kind: str, name: str, text: str, component: str = "") -> None:
        assert text
        assert component == "gw-1"
        self.notes.append((kind, name))


def announced(after: dict[str, Any]) -> list[tuple[str, str]]:
    noted = Noted()
    Announcer(noted)(changed("gw-1", BEFORE, {**BEFORE, **after}, 5))
    return noted.notes


def test_a_device_that_was_replaced_is_one_event() -> None:
    other = {"serial": "FDO2", "entities": [{**NIM, "serial": "FOC9"}], "software": "17.12.1"}
    assert announced(other) == [("device.replaced", ""), ("software.changed", "")]
    assert announced({"entities": [{**NIM, "serial": "FOC9"}]}) == [
        ("part.changed", "NIM 0/1"),
        ("part.changed", "PSU 1"),
    ]
    assert announced({"interfaces": {}}) == []
    assert announced({"serial": ""}) == []
    noted = Noted()
    silent = {**BEFORE, "serial": "", "model": "an older one", "entities": []}
    Announcer(noted)(changed("gw-1", {**BEFORE, "model": "ISR4331"}, silent, 5))
    assert noted.notes == [("device.replaced", "")], "hardware that tells no serial number took its place"


def test_the_parts_of_a_device_that_was_upgraded_are_no_news_but_one_that_was_swapped_with_it_is() -> None:
    before = {
        **BEFORE,
        "entities": [{**NIM, "software": "17.9.4"}, {"name": "R0", "model": "RP", "software": "17.9.4"}],
    }
    after = {
        **before,
        "software": "17.12.1",
        "entities": [
            {**NIM, "serial": "FOC9", "software": "17.12.1"},
            {"name": "R0", "model": "RP", "software": "17.12.1"},
        ],
    }
    noted = Noted()
    Announcer(noted)(changed("gw-1", before, after, 5))
    assert noted.notes == [("software.changed", ""), ("part.changed", "NIM 0/1")]


CONFIGURATION = """
hostname gw-1
controller E1 0/1/0
 framing crc4
 pri-group timeslots 1-31
!
trunk group PSTN
 description carrier
voice class server-group 7
 ipv4 192.0.2.9 preference 1
 ipv4 192.0.2.10
!
voice translation-rule 12
 rule 1 /^0\\(.*\\)/ /+33155500\\1/
voice translation-profile OUT
 translate called 12
!
dial-peer voice 100 pots
 description to the carrier
 destination-pattern 0T
 translation-profile outgoing OUT
 port 0/1/0:15
dial-peer voice 200 voip
 destination-pattern 4155500..
 session target ipv4:192.0.2.1
 preference 1
dial-peer voice 201 voip
 session server-group 7
 incoming called-number .
 shutdown
"""


def test_the_dial_plan_of_a_configuration() -> None:
    plan = voice_plan(CONFIGURATION)
    assert plan["dial_peers"] == [
        {
            "tag": "100",
            "kind": "pots",
            "description": "to the carrier",
            "pattern": "0T",
            "translation outgoing": "OUT",
            "port": "0/1/0:15",
        },
        {"tag": "200", "kind": "voip", "pattern": "4155500..", "target": "ipv4:192.0.2.1", "preference": "1"},
        {"tag": "201", "kind": "voip", "target": "server-group 7", "incoming": ".", "shutdown": True},
    ]
    assert [(each["name"], each["kind"]) for each in plan["trunks"]] == [
        ("E1 0/1/0", "circuit"),
        ("trunk group PSTN", "group"),
        ("ipv4:192.0.2.1", "voip"),
        ("server-group 7 (192.0.2.9, 192.0.2.10)", "voip"),
    ]
    assert plan["translation_rules"] == [
        {"rule": "12.1", "does": "/^0\\(.*\\)/ /+33155500\\1/"},
        {"rule": "profile OUT", "does": "translate called 12"},
    ]
    assert voice_plan("interface Loopback0\n") == {"dial_peers": [], "trunks": [], "translation_rules": []}


def test_numbers_of_the_dial_plan_are_masked_in_what_leaves_the_site() -> None:
    plan = voice_plan(CONFIGURATION)
    outside = masked_facts({"serial": "1234567", **plan})
    assert outside["serial"] == "1234567"
    assert outside["dial_peers"][1]["pattern"] == "<masked>.."
    assert outside["dial_peers"][1]["target"] == "ipv4:192.0.2.1"
    assert "33155500" not in str(outside)
    change = InventoryChange("gw-1", 5, "dial-peer", "200", "pattern 4155500..", "")
    assert masked_changes([change])[0].before == "pattern <masked>.."


def test_every_row_of_a_table_has_all_its_columns() -> None:
    facts = {
        **BEFORE,
        **voice_plan(CONFIGURATION),
        "addresses": ["10.1.0.1"],
        "interface_facts": {"GigabitEthernet0/0": {"description": "to sw-1", "speed": 1000, "addresses": ["10.1.0.1"]}},
        "support": {"contract": "CON-1", "until": None},
        "first_seen": 1_767_225_600_000,
    }
    counts = {name: len(rows(name, {"gw-1": facts})) for name in TABLES}
    assert counts == {
        "components": 1,
        "parts": 2,
        "interfaces": 2,
        "addresses": 1,
        "neighbours": 1,
        "trunks": 4,
        "dial-peers": 3,
        "translation-rules": 2,
    }
    for name, (columns, _) in TABLES.items():
        assert all(list(row) == ["component", *columns] for row in rows(name, {"gw-1": facts})), name
    assert rows(TableName.ADDRESSES, {"gw-1": facts})[0]["interface"] == "GigabitEthernet0/0"
    assert rows(TableName.COMPONENTS, {"gw-1": facts})[0]["first_seen"] == "2026-01-01T00:00:00.000Z"
    assert rows(TableName.DIAL_PEERS, {"gw-1": facts})[0]["translation_outgoing"] == "OUT"
