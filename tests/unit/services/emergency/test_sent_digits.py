"""What a gateway sends on of an emergency number: stripped, forwarded, prefixed, translated, or rejected on the way."""

import pytest

from cmsp_agent.services.devices.translation import rejecting
from cmsp_agent.services.devices.voice_plan import blocks_of
from cmsp_agent.services.emergency.dial_plan import dial_peers
from cmsp_agent.services.emergency.sent_digits import doubt, rejected

STRIPPED = "sends no digit: those of its pattern are stripped (forward-digits all)"
RULES = """
voice translation-rule 7
 rule 1 /^112$/ /+33112/
 rule 2 /^15$/ /0155500015/
voice translation-profile OUT
 translate calling 9
 translate called 7
"""


def peer(kind: str, *lines: str) -> str:
    return f"{RULES}\ndial-peer voice 1 {kind}\n" + "".join(f" {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("configuration", "dialled", "number", "said"),
    [
        (peer("pots", "destination-pattern 112", "port 0/1/0:15"), "112", "112", STRIPPED),
        (peer("pots", "destination-pattern 112", "port 0/1/0:15", "forward-digits all"), "112", "112", ""),
        (peer("pots", "destination-pattern 112", "port 0/1/0:15", "forward-digits 3"), "112", "112", ""),
        (peer("pots", "destination-pattern 112", "forward-digits 2"), "112", "112", "sends 12, not 112"),
        (peer("pots", "destination-pattern 112", "no digit-strip", "port 0/1/0:15"), "112", "112", ""),
        (peer("pots", "destination-pattern 112", "prefix 112", "port 0/1/0:15"), "112", "112", ""),
        (peer("pots", "destination-pattern 9112", "prefix ,112", "port 0/2/0"), "9112", "112", ""),
        (peer("pots", "destination-pattern 11[0258]", "port 0/2/0"), "112", "112", "sends 2, not 112"),
        (peer("pots", "destination-pattern 0T", "port 0/1/0:15"), "0112", "112", ""),
        (peer("pots", "destination-pattern 9112", "port 0/1/0:15"), "9112", "112", STRIPPED),
        (peer("pots", "destination-pattern 9112", "forward-digits 3", "port 0/1/0:15"), "9112", "112", ""),
        (
            peer("pots", "destination-pattern 112", "port 0/1/0:15", "translation-profile outgoing OUT"),
            "112",
            "112",
            "",
        ),
        (peer("voip", "destination-pattern 112", "session target ipv4:192.0.2.9"), "112", "112", ""),
        (peer("voip", "destination-pattern 1..?", "translation-profile outgoing OUT"), "112", "112", ""),
        (peer("voip", "destination-pattern 1.", "translation-profile outgoing OUT"), "15", "15", ""),
        (peer("voip", "destination-pattern 112", "translation-profile outgoing GONE"), "112", "112", ""),
    ],
)
def test_what_leaves_by_a_dial_peer(configuration: str, dialled: str, number: str, said: str) -> None:
    [only] = dial_peers(blocks_of(configuration))
    assert doubt(only, dialled, number) == said


def test_a_translation_that_makes_another_number_of_it_is_doubtful() -> None:
    text = RULES.replace("/+33112/", "/0155500112000/")
    peer_of_it = "dial-peer voice 1 voip\n destination-pattern 112\n translation-profile outgoing OUT\n"
    [only] = dial_peers(blocks_of(f"{text}\n{peer_of_it}"))
    assert doubt(only, "112", "112") == "sends 0155500112000, not 112"


def test_a_profile_that_blocks_calls_rejects_what_its_rules_say_where_it_is_used() -> None:
    text = """
voice translation-rule 3
 rule 1 reject /^00/
 rule 2 reject /^11[25]$/
voice translation-profile BLOCK
 translate called 3
voice translation-profile UNUSED
 translate called 3
dial-peer voice 5 voip
 incoming called-number .
 call-block translation-profile incoming BLOCK
 call-block disconnect-cause incoming call-reject
"""
    blocks = rejecting(blocks_of(text))
    assert [name for name, _ in blocks] == ["BLOCK"]
    assert (rejected("112", blocks), rejected("0112", blocks)) == ("BLOCK", "")
    assert rejecting(blocks_of(text.replace(" call-block translation-profile incoming BLOCK\n", ""))) == []
