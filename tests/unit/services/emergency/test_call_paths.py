"""Which dial-peers take an emergency number, and which of them an alarm takes away."""

from dataclasses import replace

import pytest

from cmsp_agent.model.event import Event
from cmsp_agent.services.devices.translation import incoming_rules
from cmsp_agent.services.devices.voice_plan import blocks_of
from cmsp_agent.services.emergency.call_paths import CallPathsState, NumberCallPaths, call_paths_of
from cmsp_agent.services.emergency.dial_plan import dial_peers, dialled_for, takes, those_for
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
        (r"\+112", "+112", True),
        (r"\+112", "112", False),
    ],
)
def test_destination_patterns(pattern: str, number: str, *, found: bool) -> None:
    assert takes(pattern, number) is found


SHUT_DOWN = {"300"}


def alarm(kind: str, name: str) -> Event:
    return replace(an_event(1), type=kind, object=name, text=f"{kind} {name}")


def works(*alarms: Event) -> dict[str, bool]:
    paths = call_paths_of("gw-1", dial_peers(blocks_of(CONFIGURATION)), "112", alarms, {})
    return {path.dial_peer: path.works for path in paths}


def test_the_call_paths_are_those_that_take_the_number_the_longest_match_first_then_the_preferred() -> None:
    paths = list(call_paths_of("gw-1", dial_peers(blocks_of(CONFIGURATION)), "112", (), {}))
    assert [(path.dial_peer, path.by, path.works) for path in paths] == [
        ("112", "port 0/1/0:15", True),
        ("300", "port 0/2/0", False),
        ("113", "port 0/1/1:15", True),
        ("200", "trunk ipv4:192.0.2.9", True),
    ]
    found = NumberCallPaths("paris", "112", paths, had="gw-1")
    assert (found.working, found.state) == (3, CallPathsState.WORKS)


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
def test_an_alarm_takes_the_call_paths_that_use_what_failed(kind: str, name: str, lost: set[str]) -> None:
    assert {peer for peer, good in works(alarm(kind, name)).items() if not good} == lost | SHUT_DOWN


def test_two_dial_peers_of_one_port_are_no_redundancy() -> None:
    twice = CONFIGURATION.replace("port 0/1/1:15", "port 0/1/0:15").replace("11[0-9]", "7")
    paths = NumberCallPaths("paris", "112", list(call_paths_of("gw-1", dial_peers(blocks_of(twice)), "112", (), {})))
    assert (len(paths.call_paths), paths.working) == (3, 1)


@pytest.mark.parametrize(
    ("had", "known", "state"),
    [
        ("gw-1", True, CallPathsState.LOST),
        ("gw-1", False, CallPathsState.LOST),
        ("", True, CallPathsState.NONE),
        ("", False, CallPathsState.UNKNOWN),
    ],
)
def test_a_site_without_any_call_path_lost_those_that_it_had(had: str, known: bool, state: CallPathsState) -> None:
    assert NumberCallPaths("paris", "112", [], had, known).state is state


HUNTED = """\
dial-peer voice 1 voip
 destination-pattern 112
 session target ipv4:192.0.2.20
 huntstop
dial-peer voice 2 pots
 destination-pattern 112
 preference 1
 port 0/1/0:15
"""


@pytest.mark.parametrize(
    ("alarms", "down", "lost"),
    [
        ([], "", set()),
        ([], "192.0.2.20", {"1", "2"}),
        ([("dialpeer.busied_out", "1")], "192.0.2.20", {"1"}),
        ([("ds1.down", "E1 0/1/0")], "", {"2"}),
    ],
)
def test_a_call_that_fails_at_a_huntstop_goes_no_further_but_one_that_is_passed_over_does(
    alarms: list[tuple[str, str]], down: str, lost: set[str]
) -> None:
    gone = {address: alarm("component.down", "") for address in down.split()}
    found = list(call_paths_of("gw-1", dial_peers(blocks_of(HUNTED)), "112", [alarm(*each) for each in alarms], gone))
    assert {path.dial_peer for path in found if not path.works} == lost
    assert [path.why for path in found if "huntstop" in path.why] == (
        ["calls end at dial-peer 1, which has huntstop"] if len(lost) == 2 else []
    )


@pytest.mark.parametrize(
    ("port", "alarms", "why"),
    [
        ("voice-port 0/1/0:15\n busyout forced\n", [], "voice-port 0/1/0:15 is busied out in the configuration"),
        ("voice-port 0/1/0:15\n shutdown\n", [], "voice-port 0/1/0:15 is shut down in the configuration"),
        ("controller E1 0/1/0\n shutdown\n", [], "controller E1 0/1/0 is shut down in the configuration"),
        ("interface Serial0/1/0:15\n shutdown\n", [], "interface Serial0/1/0:15 is shut down in the configuration"),
        ("voice-port 0/1/0:15\n no shutdown\n", [], ""),
        ("voice-port 0/1/1:15\n busyout forced\n", [], ""),
        (
            "voice-port 0/1/0:15\n busyout monitor interface GigabitEthernet0/0\n busyout monitor Gi0/1\n",
            ["GigabitEthernet0/0", "GigabitEthernet0/1"],
            "busied out with what it monitors: link.down GigabitEthernet0/0",
        ),
        (
            "voice-port 0/1/0:15\n busyout monitor interface GigabitEthernet0/0\n busyout monitor Gi0/1\n",
            ["GigabitEthernet0/0"],
            "",
        ),
    ],
)
def test_a_port_that_the_configuration_takes_out_leads_nowhere(port: str, alarms: list[str], why: str) -> None:
    found = call_paths_of(
        "gw-1", dial_peers(blocks_of(port + HUNTED)), "112", [alarm("link.down", each) for each in alarms], {}
    )
    assert [path.why for path in found] == ["", why]


TRANSLATED = """\
voice translation-rule 1
 rule 1 reject /^0900/
 rule 2 /^112$/ /0112/
 rule 3 /^\\(1[58]\\)$/ /00\\1/
voice translation-rule 2
 rule 1 /^112$/ /7/
voice translation-profile IN
 translate called 1
voice translation-profile OUT
 translate called 2
voice-port 0/0/0
 translation-profile incoming IN
dial-peer voice 900 pots
 destination-pattern 0112$
 translation-profile outgoing OUT
 port 0/1/0:15
dial-peer voice 901 pots
 destination-pattern 001[58]$
 port 0/1/1:15
"""


@pytest.mark.parametrize(
    ("number", "dialled"), [("112", "0112"), ("15", "0015"), ("18", "0018"), ("17", ""), ("0900", ""), ("7", "")]
)
def test_a_number_is_followed_through_the_translation_of_calls_that_come_in(number: str, dialled: str) -> None:
    profiles = incoming_rules(blocks_of(TRANSLATED))
    assert dialled_for(number, dial_peers(blocks_of(TRANSLATED)), profiles) == dialled


GROUPED = """\
voice class e164-pattern-map 7
 e164 15
 e164 112
voice class e164-pattern-map 8
 url flash:numbers.cfg
voice class server-group 5
 ipv4 192.0.2.9 port 5060 preference 1
 ipv4 192.0.2.10
interface Serial0/1/0:15
 trunk-group CARRIER 1
interface Serial0/1/1:15
 trunk-group carrier
voice-port 0/2/0
 description lift
dial-peer voice 1 pots
 trunkgroup CARRIER
 destination-pattern 112
dial-peer voice 2 voip
 session server-group 5
 destination e164-pattern-map 7
dial-peer voice 3 voip
 session target ipv4:192.0.2.20:5060
 destination-pattern 112
dial-peer voice 4 voip
 session target sip-server
 destination-pattern 112
dial-peer voice 9 voip
 session target dns:sbc.example.net
 destination e164-pattern-map 8
"""


def grouped(*alarms: Event, down: str = "") -> set[str]:
    gone = {address: alarm("component.down", "") for address in down.split()}
    return {
        path.dial_peer
        for path in call_paths_of("gw-1", dial_peers(blocks_of(GROUPED)), "112", alarms, gone)
        if not path.works
    }


@pytest.mark.parametrize(
    ("alarms", "down", "lost"),
    [
        ([("ds1.down", "E1 0/1/0")], "", set()),
        ([("ds1.down", "E1 0/1/0"), ("isdn.layer2.down", "Serial0/1/1:15")], "", {"1"}),
        ([], "192.0.2.9", set()),
        ([], "192.0.2.9 192.0.2.10", {"2"}),
        ([], "192.0.2.20", {"3"}),
        ([("sip.registration.failed", "192.0.2.50")], "", {"4"}),
    ],
)
def test_groups_of_trunks_and_of_servers_are_lost_as_a_whole(
    alarms: list[tuple[str, str]], down: str, lost: set[str]
) -> None:
    assert grouped(*(alarm(*each) for each in alarms), down=down) == lost


def test_a_map_in_a_file_is_not_known_and_a_line_is_got_before_the_number() -> None:
    assert [peer.tag for peer in dial_peers(blocks_of(GROUPED)) if not peer.patterns] == ["9"]
    assert [dialled_for(number, dial_peers(blocks_of(CONFIGURATION))) for number in ("112", "18")] == ["112", "018"]
    assert [peer.tag for peer in those_for("018", dial_peers(blocks_of(CONFIGURATION)))] == ["900"]
    as_e164 = blocks_of("dial-peer voice 7 voip\n destination-pattern \\+112$\n session target dns:sbc.example.net\n")
    assert dialled_for("112", dial_peers(as_e164)) == "+112"


@pytest.mark.parametrize(
    ("number", "tags"),
    [
        ("112", ["1", "3", "2"]),
        ("18", ["4", "2"]),
        ("911", ["3", "5"]),
        ("9911", ["5"]),
        ("9110", ["3"]),
        ("+33112", ["6"]),
    ],
)
def test_numbers_of_several_countries_find_all_their_dial_peers(number: str, tags: list[str]) -> None:
    peers = dial_peers(blocks_of(SEVERAL))
    assert [peer.tag for peer in those_for(number, peers)] == tags


SEVERAL = """
voice class e164-pattern-map 10
  e164 112
  e164 9110?
!
dial-peer voice 1 pots
 destination-pattern 112
 port 0/1/0:15
!
dial-peer voice 2 pots
 trunkgroup PSTN
 preference 2
 destination-pattern 1[158].?$
!
dial-peer voice 3 voip
 destination e164-pattern-map 10
 session target sip-server
!
dial-peer voice 4 pots
 destination-pattern (18|15)
 port 0/2/1
!
dial-peer voice 5 pots
 destination-pattern 9?911
 port 0/2/0
!
dial-peer voice 6 voip
 destination-pattern +33112
 session target ipv4:192.0.2.9
!
dial-peer voice 9 pots
 incoming called-number 112
 port 0/3/0
"""
