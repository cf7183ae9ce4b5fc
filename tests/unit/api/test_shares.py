"""The share of one identity does not depend on what the others do."""

import pytest

from cmsp_agent.aio.counters import Counters
from cmsp_agent.api.limits import ApiLimits
from cmsp_agent.api.roles import ProvenPeer
from cmsp_agent.api.shares import Shares, ShareUsedUp
from tests.lab.clock import ManualClock

LIMITS = ApiLimits(
    connections=6, kept_for_admin=2, connections_each=3, streams_each=1, bodies_each=2, calls_a_minute=60
)
NOC, OTHER, ADMIN, STRANGER = (
    ProvenPeer((f"urn:{name}",), source="10.99.0.1:1") for name in ("noc", "other", "admin", "x")
)
LOCAL = ProvenPeer(local="local:root", source="local")
ROLES = {"urn:noc": "operator", "urn:other": "observer", "urn:admin": "admin"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def shares(clock: ManualClock) -> Shares:
    return Shares(LIMITS, lambda: ROLES, clock, Counters())


def calls(shares: Shares, peer: ProvenPeer, count: int, *, stream: bool = False, body: bool = False) -> int:
    """How many of so many calls, one after the other, were within the share."""
    done = 0
    for _ in range(count):
        try:
            with shares.calling(peer, stream=stream, body=body):
                done += 1
        except ShareUsedUp:
            pass
    return done


def test_an_identity_has_so_many_connections_and_gets_one_back(shares: Shares) -> None:
    assert [shares.enter(NOC) for _ in range(4)] == [True, True, True, False]
    shares.leave(NOC)
    assert shares.enter(NOC)


def test_the_last_places_are_for_admin_and_this_machine_has_its_own(shares: Shares) -> None:
    assert all(shares.enter(peer) for peer in (NOC, NOC, OTHER, OTHER))
    assert not shares.enter(OTHER)
    assert not shares.enter(STRANGER)
    assert shares.enter(ADMIN)
    assert shares.enter(ADMIN)
    assert not shares.enter(ADMIN)
    assert all(shares.enter(LOCAL) for _ in range(20))
    assert (shares.local, shares.remote) == (20, 6)


async def test_calls_come_back_with_time_and_no_other_pays(shares: Shares, clock: ManualClock) -> None:
    assert calls(shares, NOC, 100) == 60
    with pytest.raises(ShareUsedUp, match="60 a minute") as refused, shares.calling(NOC, stream=False, body=False):
        pass
    assert refused.value.seconds == 2
    assert calls(shares, OTHER, 10) == 10
    assert calls(shares, LOCAL, 1000) == 1000
    await clock.advance(5)
    assert calls(shares, NOC, 100) == 5


def test_streams_and_bodies_are_counted_while_they_last(shares: Shares) -> None:
    with shares.calling(NOC, stream=True, body=False):
        assert calls(shares, NOC, 2, stream=True) == 0
        assert calls(shares, OTHER, 2, stream=True) == 2
        assert calls(shares, NOC, 3, body=True) == 3
    assert calls(shares, NOC, 1, stream=True) == 1
    with shares.calling(NOC, stream=False, body=True), shares.calling(NOC, stream=False, body=True):
        assert calls(shares, NOC, 1, body=True) == 0


def test_many_identities_do_not_fill_memory_nor_lose_who_is_connected(
    shares: Shares, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmsp_agent.api.shares.MOST_KNOWN", 5)
    shares.enter(NOC)
    for number in range(50):
        calls(shares, ProvenPeer((f"urn:{number}",), source="10.99.0.1:1"), 1)
    assert [shares.enter(NOC) for _ in range(3)] == [True, True, False]
