"""Which dial-peers take an emergency number, and which of them an alarm takes away."""

from dataclasses import replace

import pytest

from cmsp_agent.model.event import Event
from cmsp_agent.services.emergency.dial_plan import dial_peers, takes
from cmsp_agent.services.emergency.ways import NumberWays, ways_of
from tests.unit.storage.facts import an_event

CONFIGURATION = """\
hostname gw-1
!
dial-peer voice 113 pots
 description emergency, second way
 preference 2
 destination-pattern 112
 port 0/1/1:15
!
dial-peer voice 112 pots
 destination-pattern 112
 port 0/1/0:15
!
dial-peer voice 200 voip
 preference 1
 destination-pattern 11[0-9]
 session protocol sipv2
 session target ipv4:192.0.2.9
!
dial-peer voice 300 pots
 destination-pattern 112
 shutdown
 port 0/2/0
!
dial-peer voice 900 pots
 destination-pattern 0T
 port 0/1/0:15
dial-peer voice 901 voip
 incoming called-number .
line con 0
"""


@pytest.mark.parametrize(
    ("pattern", "number", "found"),
    [
        ("112", "112", True),
        ("^112$", "112", True),
        ("11[0-9]", "112", True),
        ("1..", "112", True),
        (".T", "112", True),
        ("T", "112", True),
        ("9,112", "9112", True),
        ("(112|15)", "15", True),
        ("+112", "112", False),
        ("112", "1122", False),
        ("0T", "112", False),
        ("1[3-9].", "112", False),
        ("11[", "112", False),
        ("(((", "112", False),
        ("*112", "112", False),
    ],
)
def test_destination_patterns(pattern: str, number: str, *, found: bool) -> None:
    assert takes(pattern, number) is found


def alarm(kind: str, name: str) -> Event:
    return replace(an_event(1), type=kind, object=name, text=f"{kind} {name}")


def works(*alarms: Event) -> dict[str, bool]:
    ways = ways_of("gw-1", dial_peers(CONFIGURATION), "112", alarms)
    return {way.dial_peer: way.works for way in ways}


def test_the_ways_are_those_that_take_the_number_the_preferred_first() -> None:
    ways = list(ways_of("gw-1", dial_peers(CONFIGURATION), "112", ()))
    assert [(way.dial_peer, way.by, way.works) for way in ways] == [
        ("112", "port 0/1/0:15", True),
        ("200", "trunk ipv4:192.0.2.9", True),
        ("113", "port 0/1/1:15", True),
    ]
    assert (NumberWays("paris", "112", ways).working, NumberWays("paris", "112", ways).lost) == (3, False)


@pytest.mark.parametrize(
    ("kind", "name", "lost"),
    [
        ("isdn.layer2.down", "Serial0/1/0:15", {"112"}),
        ("ds1.down", "E1 0/1/1", {"113"}),
        ("ds1.down", "0/1/0", {"112"}),
        ("dialpeer.busied_out", "200", {"200"}),
        ("component.down", "", {"112", "113", "200"}),
        ("isdn.layer2.down", "Serial0/1/0:23", set()),
        ("link.down", "GigabitEthernet0/0/0", set()),
        ("dialpeer.busied_out", "20", set()),
        ("env.fan", "0/1/0", set()),
    ],
)
def test_an_alarm_takes_the_ways_that_use_what_failed(kind: str, name: str, lost: set[str]) -> None:
    assert {peer for peer, good in works(alarm(kind, name)).items() if not good} == lost


def test_two_dial_peers_of_one_port_are_no_redundancy() -> None:
    twice = CONFIGURATION.replace("port 0/1/1:15", "port 0/1/0:15").replace("11[0-9]", "7")
    ways = NumberWays("paris", "112", list(ways_of("gw-1", dial_peers(twice), "112", ())))
    assert (len(ways.ways), ways.working) == (2, 1)


def test_a_site_without_any_way_has_lost_none() -> None:
    assert not NumberWays("paris", "112", []).lost
