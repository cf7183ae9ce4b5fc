"""Who a peer is, by what its connection proved."""

import pytest

from cmsp_agent.api.roles import Caller, ProvenPeer, Role, identify
from cmsp_agent.model.errors import Refused

ROLES = {"urn:noc:a": "operator", "urn:noc:b": "engineer"}


def test_each_role_includes_those_before_it() -> None:
    order = list(Role)
    for high, role in enumerate(order):
        assert [role.includes(other) for other in order] == [low <= high for low in range(len(order))]


def test_a_certificate_uri_gives_its_role_and_the_highest_of_several() -> None:
    assert identify(ProvenPeer(("urn:noc:a",), source="10.99.0.1:1"), ROLES) == Caller(
        "urn:noc:a", Role.OPERATOR, "10.99.0.1:1"
    )
    assert identify(ProvenPeer(("urn:noc:a", "urn:noc:b")), ROLES).role is Role.ENGINEER


@pytest.mark.parametrize(
    "peer", [ProvenPeer(), ProvenPeer(("urn:other",)), ProvenPeer(("URN:NOC:A",)), ProvenPeer(source="local")]
)
def test_who_is_not_named_has_no_role(peer: ProvenPeer) -> None:
    with pytest.raises(Refused, match="has no role here"):
        identify(peer, ROLES)


def test_an_entitled_local_user_is_admin() -> None:
    assert identify(ProvenPeer(local="local:root", source="local"), {}) == Caller(
        "local:root", Role.ADMIN, "local", local=True
    )


def test_a_refusal_names_both_roles() -> None:
    with pytest.raises(Refused, match="urn:noc:a has the role operator; this takes admin"):
        Caller("urn:noc:a", Role.OPERATOR, "").require(Role.ADMIN)
