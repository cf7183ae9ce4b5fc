"""Users, and messages of SNMPv3."""

import hmac

import pytest

from cmsp_agent.model.credentials import SnmpCredential
from cmsp_agent.model.secret import Secret
from cmsp_agent.transports.snmp import ber, pdu, usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.keys import AUTH_PROTOCOLS, KeyRing
from cmsp_agent.transports.snmp.privacy import PRIV_PROTOCOLS
from cmsp_agent.transports.snmp.users import AUTH, PRIV, LocalUser, Signer, UsmUser, localized, user_from
from cmsp_agent.transports.snmp.usm import REPORTABLE, NotAuthentic, V3Message
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds

ENGINE = bytes.fromhex("8000000905aabbccddeeff")
NAME = ber.oid_octets("1.3.6.1.2.1.1.1.0")
PDU = pdu.encode_pdu(pdu.RESPONSE, 77, 0, 0, encode_varbinds([(NAME, encode_value(ber.INTEGER, 5))]))
SCOPED = usm.encode_scoped(ENGINE, b"ctx", PDU)


def user(auth: str = "SHA-1", priv: str = "AES-128") -> LocalUser:
    protocol = AUTH_PROTOCOLS.get(auth)
    cipher = PRIV_PROTOCOLS.get(priv)
    return localized(UsmUser(b"operator", protocol, b"authpass12", cipher, b"privpass12"), ENGINE, KeyRing())


def sent(by: LocalUser, flags: int, scoped: bytes = SCOPED) -> bytes:
    return usm.encode(by, 5, 4711, 0x12345678, scoped, flags)


@pytest.mark.parametrize(
    ("auth", "priv"), [("", ""), ("SHA-1", ""), ("MD5", "DES"), ("SHA-512", "AES-256-C"), ("SHA-224", "3DES")]
)
def test_both_ways(auth: str, priv: str) -> None:
    by = user(auth, priv)
    data = sent(by, by.level | REPORTABLE)
    received = usm.decode(data)
    assert received[:7] == (0x12345678, 65507, by.level | REPORTABLE, ENGINE, 5, 4711, b"operator")
    assert received.level == by.level
    assert len(received.mac) == (by.signer.size if by.signer else 0)
    assert len(received.salt) == (8 if priv else 0)
    assert data[received.mac_at : received.mac_at + len(received.mac)] == received.mac
    if auth:
        usm.verify(data, received, user(auth, priv))
    scoped = usm.scoped_pdu(data, received, user(auth, priv), OidTexts())
    assert scoped[:2] == (ENGINE, b"ctx")
    assert (scoped.pdu.kind, scoped.pdu.request_id, scoped.pdu.values) == (pdu.RESPONSE, 77, [5])
    assert (b"\x2b\x06\x01\x02\x01" in data) is not bool(priv)


@pytest.mark.parametrize("size", [0, 60, 100, 130, 300, 1400])
def test_the_digest_stands_where_it_belongs_at_every_size(size: int) -> None:
    by = user("SHA-512", "AES-128")
    bindings = encode_varbinds([(NAME, encode_value(ber.OCTET_STRING, b"x" * size))])
    scoped = usm.encode_scoped(ENGINE, b"", pdu.encode_pdu(pdu.RESPONSE, 77, 0, 0, bindings))
    data = sent(by, AUTH | PRIV, scoped)
    received = usm.decode(data)
    usm.verify(data, received, by)
    unsigned = data[: received.mac_at] + bytes(48) + data[received.mac_at + 48 :]
    key = KeyRing().localized(AUTH_PROTOCOLS["SHA-512"], b"authpass12", ENGINE)
    assert received.mac == hmac.digest(key, unsigned, "sha512")[:48]


def test_every_changed_octet_shows() -> None:
    by = user("SHA-256", "AES-128")
    data = sent(by, AUTH | PRIV)
    for at in range(len(data)):
        for bit in (1, 128):
            changed = bytearray(data)
            changed[at] ^= bit
            with pytest.raises(DecodeError):
                usm.verify(bytes(changed), usm.decode(bytes(changed)), by)


def test_no_digest_no_belief() -> None:
    by = user("SHA-1", "")
    for data in (sent(by, 0), sent(usm.NOBODY, AUTH)):
        with pytest.raises(NotAuthentic):
            usm.verify(data, usm.decode(data), by)
    data = sent(by, AUTH)
    received = usm.decode(data)
    usm.verify(data, received, by)
    with pytest.raises(NotAuthentic):
        usm.verify(data, received, user("", ""))
    with pytest.raises(NotAuthentic):
        usm.verify(data, received, user("SHA-256", ""))
    with pytest.raises(NotAuthentic):
        usm.verify(data, received._replace(flags=0), by)
    assert not by.signer or not by.signer.verifies(data, received.mac_at, received.mac[:-1])
    assert not by.signer or not by.signer.verifies(data, received.mac_at, b"")


def test_the_signer_is_hmac() -> None:
    for protocol in AUTH_PROTOCOLS.values():
        signer = Signer(protocol, b"some key")
        assert (
            signer.sign(b"one ", b"two")
            == hmac.digest(b"some key", b"one two", protocol.hash_name)[: protocol.mac_size]
        )
        assert signer.sign(b"one two") == signer.sign(b"one two"), "signing leaves the states as they were"


def test_ciphertext_for_a_user_without_privacy() -> None:
    data = sent(user(), AUTH | PRIV)
    with pytest.raises(DecodeError):
        usm.scoped_pdu(data, usm.decode(data), user("SHA-1", ""), OidTexts())
    data = sent(user("SHA-1", ""), AUTH | PRIV)
    with pytest.raises(DecodeError):
        usm.scoped_pdu(data, usm.decode(data), user(), OidTexts())


def raw(
    *,
    version: int = 3,
    msg_id: int = 7,
    max_size: int = 65507,
    flags: bytes = b"\x00",
    model: int = 3,
    header: bytes = b"",
    engine_id: bytes = ENGINE,
    boots: int = 1,
    time: int = 2,
    name: bytes = b"operator",
    security: bytes = b"",
    around: bytes = b"",
    scoped: bytes = SCOPED,
    after: bytes = b"",
) -> bytes:
    """A message without security, field by field."""
    integer, octets = ber.encode_integer, ber.encode_octets
    head = ber.element(ber.SEQUENCE, integer(msg_id) + integer(max_size) + octets(flags) + integer(model) + header)
    parameters = (
        octets(engine_id) + integer(boots) + integer(time) + octets(name) + octets(b"") + octets(b"") + security
    )
    inner = octets(ber.element(ber.SEQUENCE, parameters) + around)
    return ber.element(ber.SEQUENCE, integer(version) + head + inner + scoped) + after


MOST = 0x7FFFFFFF


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"msg_id": 0},
        {"msg_id": MOST},
        {"max_size": 484},
        {"max_size": MOST},
        {"flags": b"\x04"},
        {"flags": b"\x01"},
        {"boots": 0, "time": 0},
        {"boots": MOST, "time": MOST},
        {"engine_id": b""},
        {"engine_id": b"e" * 32},
        {"name": b""},
        {"name": b"n" * 32},
    ],
)
def test_lawful_fields(fields: dict[str, int]) -> None:
    received = usm.decode(raw(**fields))  # type: ignore[arg-type]
    for name, value in fields.items():
        if name == "flags":
            assert received.flags == value[0]  # type: ignore[index]
        else:
            assert getattr(received, {"name": "user"}.get(name, name)) == value


@pytest.mark.parametrize(
    "fields",
    [
        {"version": 1},
        {"version": 4},
        {"msg_id": -1},
        {"msg_id": MOST + 1},
        {"max_size": 483},
        {"max_size": MOST + 1},
        {"flags": b""},
        {"flags": b"\x00\x00"},
        {"flags": b"\x02"},
        {"flags": b"\x06"},
        {"model": 2},
        {"model": 4},
        {"header": b"\x05\x00"},
        {"boots": -1},
        {"boots": MOST + 1},
        {"time": -1},
        {"time": MOST + 1},
        {"engine_id": b"e" * 33},
        {"name": b"n" * 33},
        {"security": b"\x05\x00"},
        {"around": b"\x05\x00"},
        {"after": b"\x00"},
    ],
)
def test_unlawful_fields(fields: dict[str, int]) -> None:
    with pytest.raises(DecodeError):
        usm.decode(raw(**fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "scoped",
    [
        b"",
        SCOPED + b"\x05\x00",
        SCOPED[:-1],
        ber.encode_octets(SCOPED),
    ],
)
def test_bad_scoped_pdus(scoped: bytes) -> None:
    data = raw(scoped=scoped)
    with pytest.raises(DecodeError):
        usm.scoped_pdu(data, usm.decode(data), usm.NOBODY, OidTexts())


def test_octets_after_the_ciphertext_are_refused() -> None:
    by = user()
    data = sent(by, AUTH | PRIV)
    received = usm.decode(data)
    secret = data[received.data_at :]
    longer = ber.element(
        ber.SEQUENCE, data[ber.header(data, 0, len(data))[1] : received.data_at] + secret + b"\x05\x00"
    )
    with pytest.raises(DecodeError):
        usm.scoped_pdu(longer, usm.decode(longer), by, OidTexts())


def test_padding_after_the_plaintext_is_left_alone() -> None:
    for name in ("DES", "AES-128"):
        by = user("MD5", name)
        data = sent(by, AUTH | PRIV, SCOPED + b"\x00\x00\x00")
        assert usm.scoped_pdu(data, usm.decode(data), by, OidTexts()).pdu.values == [5]


def test_reports_are_named() -> None:
    for counter in usm.REPORT_NAMES:
        data = pdu.encode_pdu(
            pdu.REPORT, 1, 0, 0, encode_varbinds([(ber.oid_octets(counter), encode_value(ber.COUNTER32, 1))])
        )
        assert usm.report_name(pdu.decode_pdu(data, 0, len(data), OidTexts()), OidTexts()) == counter
    assert usm.report_name(pdu.decode_pdu(PDU, 0, len(PDU), OidTexts()), OidTexts()) == ""
    empty = pdu.encode_pdu(pdu.REPORT, 1, 0, 0, encode_varbinds([]))
    assert usm.report_name(pdu.decode_pdu(empty, 0, len(empty), OidTexts()), OidTexts()) == ""
    assert usm.UNKNOWN_ENGINE == "1.3.6.1.6.3.15.1.1.4.0"
    assert sorted(usm.REPORT_NAMES) == [f"1.3.6.1.6.3.15.1.1.{number}.0" for number in range(1, 7)]


def credential(**fields: object) -> SnmpCredential:
    key = Secret("k", lambda: "password12")
    settings: dict[str, object] = {
        "version": "3",
        "user": "u",
        "auth": "SHA-256",
        "auth_key": key,
        "priv": "AES-128",
        "priv_key": key,
    }
    return SnmpCredential(**{**settings, **fields})  # type: ignore[arg-type]


def test_users_from_credentials() -> None:
    made = user_from(credential(context="ctx"))
    assert (made.name, made.context, made.level) == (b"u", b"ctx", AUTH | PRIV)
    assert "password12" not in repr(made)
    assert "password12" not in repr(localized(made, ENGINE, KeyRing()))
    assert user_from(credential(priv="", priv_key=None)).level == AUTH
    assert user_from(credential(auth="", auth_key=None, priv="", priv_key=None)).level == 0
    assert user_from(credential(auth_key=Secret("k", lambda: "eight888"))).auth_password == b"eight888"


@pytest.mark.parametrize(
    "fields",
    [
        {"auth": "SHA"},
        {"priv": "AES"},
        {"auth": "", "auth_key": None},
        {"auth_key": None},
        {"priv_key": None},
        {"priv_key": Secret("e", str)},
        {"auth_key": Secret("short", lambda: "seven77")},
        {"priv_key": Secret("short", lambda: "seven77")},
    ],
)
def test_incomplete_credentials(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="SNMPv3"):
        user_from(credential(**fields))


def test_levels() -> None:
    message = V3Message(1, 484, 7, b"", 0, 0, b"", b"", 0, b"", 0)
    assert message.level == AUTH | PRIV
    assert message._replace(flags=4).level == 0


def test_nobody_is_nobody() -> None:
    received = usm.decode(sent(usm.NOBODY, REPORTABLE))
    assert (received.engine_id, received.user, received.mac, received.salt) == (b"", b"", b"", b"")


def test_what_is_not_to_be_signed_is_not_signed() -> None:
    assert usm.decode(sent(user(), 0)).mac == b""


def test_a_report_is_named_by_its_first_counter() -> None:
    pairs = [
        (ber.oid_octets(counter), encode_value(ber.COUNTER32, 1)) for counter in (usm.UNKNOWN_USER, usm.WRONG_DIGEST)
    ]
    data = pdu.encode_pdu(pdu.REPORT, 1, 0, 0, encode_varbinds(pairs))
    assert usm.report_name(pdu.decode_pdu(data, 0, len(data), OidTexts()), OidTexts()) == usm.UNKNOWN_USER


def test_of_users_with_one_name_the_level_decides_before_the_key() -> None:
    signs, encrypts = user("SHA-1", ""), user("SHA-1", "AES-128")
    data = sent(encrypts, AUTH | PRIV)
    received = usm.decode(data)
    assert usm.fitting(data, received, [signs, encrypts]) is encrypts
    assert usm.fitting(data, received, [user("MD5", ""), signs]).user == user("MD5", "").user
