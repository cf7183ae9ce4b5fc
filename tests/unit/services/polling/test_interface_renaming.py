"""Which interfaces are the same under another name."""

import pytest

from cmsp_agent.services.devices.reading import interface_names
from cmsp_agent.services.polling.interface_renaming import renames

IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
PORTS = {1: "GigabitEthernet0/0/0", 20: "Serial0/1/0:15", 21: "Serial0/1/1:15"}


@pytest.mark.parametrize(
    ("now", "restarted", "expected"),
    [
        ({**PORTS, 1: "wan0"}, False, {"GigabitEthernet0/0/0": "wan0"}),
        ({**PORTS, 1: "wan0"}, True, {}),
        ({**PORTS, 1: "GigabitEthernet1/0/0"}, True, {"GigabitEthernet0/0/0": "GigabitEthernet1/0/0"}),
        ({1: PORTS[1], 20: PORTS[21], 21: PORTS[20]}, False, {}),
        (
            {1: PORTS[1], 60: "Serial0/2/0:15", 61: "Serial0/2/1:15"},
            True,
            {"Serial0/1/0:15": "Serial0/2/0:15", "Serial0/1/1:15": "Serial0/2/1:15"},
        ),
        ({1: PORTS[1], 60: "Serial0/2/0:15"}, True, {}),
        ({1: PORTS[1], 60: "Serial0/2/0:14", 61: "Serial0/2/1:14"}, True, {}),
        ({1: PORTS[1]}, False, {}),
        ({**PORTS, 22: "Serial0/1/2:15"}, False, {}),
    ],
)
def test_an_interface_keeps_its_row_or_goes_with_its_module(
    now: dict[int, str], expected: dict[str, str], *, restarted: bool
) -> None:
    assert renames(PORTS, now, restarted=restarted) == expected


def test_a_tunnel_that_goes_is_not_the_one_that_comes() -> None:
    assert renames({30: "Tunnel7"}, {31: "Tunnel8"}, restarted=False) == {}


def test_namesakes_that_come_and_go_leave_the_names_of_the_others() -> None:
    names = {"5": b"\xb6\xcb", "10": b"\xb6\xcb", "11": b"\xb6\xcb", "12": b""}
    first = interface_names({IF_NAME: {row: names[row] for row in ("10", "11", "12")}})
    assert first == {10: r"\xb6\xcb", 11: r"\xb6\xcb (ifIndex 11)", 12: "ifIndex 12"}
    assert interface_names({IF_NAME: names}, first) == {5: r"\xb6\xcb (ifIndex 5)", **first}
    assert interface_names({IF_NAME: {"11": names["11"]}}, first) == {11: first[11]}
    assert interface_names({IF_NAME: {"11": b"port"}}, first) == {11: "port"}
