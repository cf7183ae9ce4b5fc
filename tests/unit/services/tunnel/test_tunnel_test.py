"""What is judged to be too little; the measuring itself is tried through a real tunnel."""

from dataclasses import replace

import pytest

from cmsp_agent.services.tunnel.tunnel_test import TunnelTest

GOOD = TunnelTest("https://10.99.0.1:8443", "10.99.0.1", 12.0, 1380, (0.02, 0.01, 0.03), 95.0, 13.0)


def test_what_is_enough_has_no_problem() -> None:
    assert GOOD.problems == ()
    assert GOOD.view()["latency_ms"] == {"least": 10.0, "median": 20.0, "most": 30.0}
    assert GOOD.view()["pings_lost"] == 7


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": ""}, "leads nowhere"),
        ({"handshake_age": 181.0}, "last handshake was 181 s ago"),
        ({"mtu": 1279}, "1279 octets, not 1280"),
        ({"up": None}, "nothing could be sent"),
        ({"up": 8.9}, "8.9 Mbit/s up, not 10"),
        ({"both": 0.4}, "0.4 Mbit/s both ways, not 10"),
    ],
)
def test_what_is_too_little_is_named(change: dict[str, object], said: str) -> None:
    (problem,) = replace(GOOD, **change).problems  # type: ignore[arg-type]
    assert said in problem


def test_what_is_not_known_is_no_problem() -> None:
    # other equipment ends the tunnel, and the head-end answers no echo
    unknown = replace(GOOD, handshake_age=None, mtu=None, latency=(), both=None)
    assert unknown.problems == ()
    assert unknown.view()["latency_ms"] is None
