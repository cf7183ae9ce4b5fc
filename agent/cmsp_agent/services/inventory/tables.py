"""The inventory as tables: one line for each component, part, interface, address, neighbour, trunk, dial-peer. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cmsp_agent.model.inventory import TableName
from cmsp_agent.model.times import optional_time

Row = dict[str, Any]
KeptInventory = Mapping[str, Any]

COMPONENT_COLUMNS = (
    "site",
    "tier",
    "device_type",
    "model",
    "serial",
    "software",
    "sys_name",
    "contract",
    "contract_until",
    "letter",
    "letter_until",
    "end_of_life",
    "first_seen",
    "last_seen",
)


def rows(table: TableName, inventories: Mapping[str, KeptInventory]) -> list[Row]:
    """The rows of a table of `TABLES`, each beginning with its component; every row has all columns."""
    columns, rows_of = TABLES[table]
    return [
        {"component": name, **{column: row.get(column, "") for column in columns}}
        for name, inventory in inventories.items()
        for row in rows_of(inventory)
    ]


def _component(inventory: KeptInventory) -> Iterator[Row]:
    support, letter = inventory.get("support") or {}, inventory.get("authorisation") or {}
    yield {
        **inventory,
        "contract": support.get("contract", ""),
        "contract_until": support.get("until") or "",
        "letter": letter.get("letter", ""),
        "letter_until": letter.get("until") or "",
        "first_seen": optional_time(inventory.get("first_seen")) or "",
        "last_seen": optional_time(inventory.get("last_seen")) or "",
    }


def _interfaces(inventory: KeptInventory) -> Iterator[Row]:
    facts = inventory.get("interface_facts") or {}
    for index, name in (inventory.get("interfaces") or {}).items():
        known = facts.get(name) or {}
        yield {**known, "interface": name, "if_index": index, "addresses": " ".join(known.get("addresses", ()))}


def _addresses(inventory: KeptInventory) -> Iterator[Row]:
    where = {
        address: name
        for name, known in (inventory.get("interface_facts") or {}).items()
        for address in known.get("addresses", ())
    }
    for address in inventory.get("addresses") or ():
        yield {"address": address, "interface": where.get(address, "")}


def _member(name: str) -> Callable[[KeptInventory], Iterator[Row]]:
    def rows_of(inventory: KeptInventory) -> Iterator[Row]:
        for row in inventory.get(name) or ():
            yield {key.replace(" ", "_").replace("-", "_"): value for key, value in row.items()}

    return rows_of


TABLES: Mapping[TableName, tuple[tuple[str, ...], Callable[[KeptInventory], Iterator[Row]]]] = {
    TableName.COMPONENTS: (COMPONENT_COLUMNS, _component),
    TableName.PARTS: (
        ("name", "kind", "within", "description", "model", "serial", "hardware", "firmware", "software"),
        _member("entities"),
    ),
    TableName.INTERFACES: (("interface", "if_index", "description", "speed", "mac", "addresses"), _interfaces),
    TableName.ADDRESSES: (("address", "interface"), _addresses),
    TableName.NEIGHBOURS: (("interface", "name", "port", "address", "platform", "protocol"), _member("neighbours")),
    TableName.TRUNKS: (("name", "kind", "carries", "description", "dial_peers"), _member("trunks")),
    TableName.DIAL_PEERS: (
        (
            "tag",
            "kind",
            "description",
            "pattern",
            "incoming",
            "port",
            "target",
            "trunk_group",
            "preference",
            "translation_incoming",
            "translation_outgoing",
            "shutdown",
        ),
        _member("dial_peers"),
    ),
    TableName.TRANSLATION_RULES: (("rule", "does"), _member("translation_rules")),
}
"""Table → its columns, and how its rows are made."""
