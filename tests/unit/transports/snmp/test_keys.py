"""Keys from passwords: the vectors of RFC 3414 and RFC 7860, and of key extension."""

import hashlib

import pytest

from cmsp_agent.transports.snmp.keys import (
    AUTH_PROTOCOLS,
    Bounded,
    KeyRing,
    extend_blumenthal,
    extend_reeder,
    localize,
    master_key,
)

ENGINE = bytes.fromhex("000000000000000000000002")
MD5, SHA1 = AUTH_PROTOCOLS["MD5"], AUTH_PROTOCOLS["SHA-1"]


def test_rfc_3414_a_3_1() -> None:
    key = master_key(MD5, b"maplesyrup")
    assert key.hex() == "9faf3283884e92834ebc9847d8edd963"
    assert localize(MD5, key, ENGINE).hex() == "526f5eed9fcce26f8964c2930787d82b"


def test_rfc_3414_a_3_2() -> None:
    key = master_key(SHA1, b"maplesyrup")
    assert key.hex() == "9fb5cc0381497b3793528939ff788d5d79145211"
    assert localize(SHA1, key, ENGINE).hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize(
    ("name", "size", "digest"), [(p.name, p.mac_size, p.hash_name) for p in AUTH_PROTOCOLS.values()]
)
def test_each_protocol_cuts_its_digest(name: str, size: int, digest: str) -> None:
    expected = {"MD5": 12, "SHA-1": 12, "SHA-224": 16, "SHA-256": 24, "SHA-384": 32, "SHA-512": 48}
    assert size == expected[name]
    assert hashlib.new(digest).digest_size >= size


def test_a_password_of_any_length_fills_a_megabyte() -> None:
    password = b"abc"
    assert master_key(SHA1, password) == hashlib.sha1((password * 349526)[:1048576]).digest()
    with pytest.raises(ValueError, match="empty"):
        master_key(SHA1, b"")


def test_blumenthal_hashes_the_key_so_far() -> None:
    key = b"k" * 20
    longer = extend_blumenthal(SHA1, key, 32)
    assert longer == key + hashlib.sha1(key).digest()[:12]
    assert extend_blumenthal(SHA1, key, 50)[:40] == key + hashlib.sha1(key).digest()
    assert extend_blumenthal(SHA1, key, 16) == key[:16]


def test_reeder_makes_a_password_of_the_key() -> None:
    """The example of draft-reeder-snmpv3-usm-3desede-00 section B.1 and B.2."""
    md5 = extend_reeder(MD5, localize(MD5, master_key(MD5, b"maplesyrup"), ENGINE), ENGINE, 32)
    assert md5.hex() == "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12"
    sha = extend_reeder(SHA1, localize(SHA1, master_key(SHA1, b"maplesyrup"), ENGINE), ENGINE, 32)
    assert sha.hex() == "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c"
    assert extend_reeder(SHA1, b"k" * 20, ENGINE, 16) == b"k" * 16


def test_the_ring_remembers_and_tells_protocols_apart() -> None:
    ring = KeyRing(capacity=2)
    first = ring.localized(SHA1, b"maplesyrup", ENGINE)
    assert first.hex() == "6695febc9288e36282235fc7151f128497b38f3f"
    assert ring.localized(SHA1, b"maplesyrup", ENGINE) == first
    assert ring.localized(MD5, b"maplesyrup", ENGINE) != first
    assert ring.localized(SHA1, b"maplesyrup", b"other engine") != first


def test_bounded_forgets_what_is_unused_for_longest() -> None:
    cache: Bounded[str, int] = Bounded(2)
    assert cache.keep("a", 1) == 1
    cache.keep("b", 2)
    assert cache.recall("a") == 1
    cache.keep("c", 3)
    assert cache.recall("b") is None
    assert [cache.recall("a"), cache.recall("c")] == [1, 3]
    assert "1" not in repr(Bounded(7)).replace("0 of 7", "")
