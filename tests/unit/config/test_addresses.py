"""Addresses, subnets, endpoints and URLs."""

import pytest

from cmsp_agent.config import addresses as a


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.1.0.1", "10.1.0.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:10.1.0.1", "10.1.0.1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
        ("GW-1.example.", "gw-1.example"),
        ("gw-1", "gw-1"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert a.parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.256",
        "10.1.0.1/24",
        "1.2.3",
        "2001:db8::g",
        "gw 1",
        "-gw",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "a..b",
        "x" * 300,
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a valid|nobody's own"):
        a.parse_address(text)


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("162", a.HostPort("", 162)),
        ("*:162", a.HostPort("", 162)),
        ("10.1.0.2:162", a.HostPort("10.1.0.2", 162)),
        ("[::1]:0", a.HostPort("::1", 0)),
    ],
)
def test_endpoints(text: str, endpoint: a.HostPort) -> None:
    assert a.parse_endpoint(text) == endpoint
    assert a.parse_endpoint(str(endpoint)) == endpoint


@pytest.mark.parametrize("text", ["", "70000", "::1:162", "host:162", "10.1.0.2", "10.1.0.2:x"])
def test_what_is_no_endpoint(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a|brackets"):
        a.parse_endpoint(text)


def test_subnets() -> None:
    assert a.parse_subnet("2001:DB8::/64") == "2001:db8::/64"
    with pytest.raises(ValueError, match=r"10\.1\.0\.0/24 is meant"):
        a.parse_subnet("10.1.0.1/24")
    with pytest.raises(ValueError, match="not a subnet"):
        a.parse_subnet("10.1.0.0/33")


@pytest.mark.parametrize(
    "text",
    ["http://h", "h:8443", "https://", "https://u:canary@h", "https://h:x", "https://h/?q=canary", "https://[::1"],
)
def test_urls_that_are_refused_are_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="URL") as caught:
        a.parse_https_url(text)
    assert "canary" not in str(caught.value)


def test_urls() -> None:
    assert a.parse_https_url("https://[2001:db8::1]:8443/") == "https://[2001:db8::1]:8443"
