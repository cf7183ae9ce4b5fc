"""What a device has and who stands next to it, as its tables say it."""

from cmsp_agent.model.signal import Value
from cmsp_agent.services.devices.entities import ENTITY, entities
from cmsp_agent.services.devices.facts import Neighbour
from cmsp_agent.services.devices.neighbours import neighbours

CDP = "1.3.6.1.4.1.9.9.23.1.2.1.1"
LLDP = "1.0.8802.1.1.2.1"
INTERFACES = {1: "GigabitEthernet0/0", 2: "GigabitEthernet0/1"}


def tables(cells: dict[tuple[str, str], Value]) -> dict[str, dict[str, Value]]:
    """(column, index) → value, as columns are read."""
    found: dict[str, dict[str, Value]] = {}
    for (column, index), value in cells.items():
        found.setdefault(column, {})[index] = value
    return found


def parts(*rows: tuple[int, int, int, str, str, str]) -> dict[str, dict[str, Value]]:
    """Index, within, class, name, model, serial."""
    cells: dict[tuple[str, str], Value] = {}
    for index, within, kind, name, model, serial in rows:
        values: dict[int, Value] = {4: within, 5: kind, 7: name.encode(), 13: model.encode(), 11: serial.encode()}
        cells |= {(f"{ENTITY}.{column}", str(index)): value for column, value in values.items()}
    return tables(cells)


def test_a_part_sits_in_the_nearest_one_that_is_listed() -> None:
    found = entities(
        parts(
            (1, 0, 3, "Chassis", "ISR4351/K9", "FDO1"),
            (2, 1, 5, "slot 1", "", ""),
            (3, 2, 9, "NIM 0/1", "NIM-2MFT", "FOC2"),
            (4, 3, 10, "port 0", "", ""),
            (5, 4, 9, "", "SFP-GE-S", "AGM3"),
            (6, 1, 6, "PSU", "PWR", "A"),
            (7, 1, 6, "PSU", "PWR", "B"),
        )
    )
    assert [(each.name, each.kind, each.within) for each in found] == [
        ("Chassis", "chassis", ""),
        ("NIM 0/1", "module", "Chassis"),
        ("module (5)", "module", "NIM 0/1"),
        ("PSU (6)", "power supply", "Chassis"),
        ("PSU (7)", "power supply", "Chassis"),
    ]


def test_parts_that_sit_in_each_other_end() -> None:
    found = entities(parts((1, 2, 9, "a", "m", ""), (2, 1, 9, "b", "m", "")))
    assert [(each.name, each.within) for each in found] == [("a", "b"), ("b", "a")]


def test_cdp_neighbours_with_their_address_and_port() -> None:
    found = neighbours(
        tables(
            {
                (f"{CDP}.6", "2.5"): b"sw-1.example.net",
                (f"{CDP}.4", "2.5"): bytes((10, 1, 0, 254)),
                (f"{CDP}.7", "2.5"): b"Gi1/0/24",
                (f"{CDP}.8", "2.5"): b"cisco WS-C3650",
                (f"{CDP}.6", "9.1"): b"phone",
                (f"{CDP}.4", "9.1"): b"?",
            }
        ),
        INTERFACES,
    )
    assert found == (
        Neighbour(
            "GigabitEthernet0/1", "sw-1.example.net", "GigabitEthernet1/0/24", "10.1.0.254", "cisco WS-C3650", "cdp"
        ),
        Neighbour("ifIndex 9", "phone", protocol="cdp"),
    )


def test_lldp_neighbours_and_one_that_cdp_shows_too() -> None:
    cells: dict[tuple[str, str], Value] = {
        (f"{CDP}.6", "1.1"): b"sw-1.example.net",
        (f"{LLDP}.3.7.1.3", "7"): b"Gi0/0",
        (f"{LLDP}.4.1.1.5", "0.7.1"): bytes.fromhex("001b54aabb01"),
        (f"{LLDP}.4.1.1.7", "0.7.1"): b"Gi1/0/1",
        (f"{LLDP}.4.1.1.9", "0.7.1"): b"sw-1",
        (f"{LLDP}.4.1.1.5", "12.2.3"): bytes.fromhex("001b54aabb02"),
        (f"{LLDP}.4.1.1.7", "12.2.3"): bytes.fromhex("001b54aabb03"),
        (f"{LLDP}.4.2.1.3", "12.2.3.1.4.10.1.0.77"): 2,
        (f"{LLDP}.4.2.1.3", "12.2.3.1.4.10.1.0.777"): 2,
        (f"{LLDP}.4.1.1.5", "short"): b"x",
    }
    assert neighbours(tables(cells), INTERFACES) == (
        Neighbour("GigabitEthernet0/0", "sw-1.example.net", protocol="cdp"),
        Neighbour("GigabitEthernet0/1", "00:1b:54:aa:bb:02", "00:1b:54:aa:bb:03", "10.1.0.77", "", "lldp"),
        Neighbour("port ", "x", protocol="lldp"),
    )
