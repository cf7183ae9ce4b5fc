"""Notifications of every version."""

import pytest

from cmsp_agent.model.signal import Value
from cmsp_agent.transports.snmp import ber, message, pdu, usm
from cmsp_agent.transports.snmp.authoritative import OwnEngine
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.bindings import SNMP_TRAP_ADDRESS, SNMP_TRAP_OID, SYS_UP_TIME
from cmsp_agent.transports.snmp.keys import AUTH_PROTOCOLS, KeyRing
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.timeliness import EngineTime, SignedTimes
from cmsp_agent.transports.snmp.trap_datagram import Notification, NotificationRefused, ReportReply
from cmsp_agent.transports.snmp.users import UsmUser, localized
from cmsp_agent.transports.snmp.usm import REPORTABLE
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds
from tests.lab.clock import ManualClock

OWN = bytes.fromhex("8000000905aabbccddeeff")
THEIRS = bytes.fromhex("80000009030011223344")
USER = UsmUser(b"operator", AUTH_PROTOCOLS["SHA-256"], b"authpass12")
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1.7"
UPTIME = (SYS_UP_TIME, ber.TIME_TICKS, 4711)
TRAP_OID = (SNMP_TRAP_OID, ber.OBJECT_IDENTIFIER, LINK_DOWN)
ROW = (IF_INDEX, ber.INTEGER, 7)
Typed = tuple[str, int, Value | None]


def bindings(*typed: Typed) -> bytes:
    return encode_varbinds([(ber.oid_octets(oid), encode_value(tag, value)) for oid, tag, value in typed])


def reported(kind: int, *typed: Typed) -> bytes:
    return pdu.encode_pdu(kind, 77, 0, 0, bindings(*typed))


def community(body: bytes, version: int = 1, name: bytes = b"public") -> bytes:
    return message.encode(message.prefix(version, name), body)


def decoder(clock: ManualClock | None = None, **options: object) -> NotificationDecoder:
    clock = clock or ManualClock()
    return NotificationDecoder([USER, UsmUser(b"open")], OwnEngine(OWN, 3, clock), clock, **options)  # type: ignore[arg-type]


def received(data: bytes, sender: str = "192.0.2.1", by: NotificationDecoder | None = None) -> Notification:
    found = (by or decoder()).decode(data, sender)
    assert isinstance(found, Notification)
    return found


def test_a_trap_of_v2c() -> None:
    found = received(community(reported(pdu.TRAP, UPTIME, TRAP_OID, ROW, ("1.3.6.9", ber.NULL, None))))
    assert (found.version, found.kind, found.trap_oid, found.uptime) == ("2c", "trap", LINK_DOWN, 4711)
    assert found.varbinds == ((IF_INDEX, 7), ("1.3.6.9", None))
    assert not found.authentic
    assert found.agent_address == ""
    with pytest.raises(ValueError, match="only an inform"):
        decoder().respond(found)


def test_the_address_that_a_relay_adds() -> None:
    relayed = (SNMP_TRAP_ADDRESS, ber.IP_ADDRESS, "10.1.2.3")
    assert received(community(reported(pdu.TRAP, UPTIME, TRAP_OID, ROW, relayed))).agent_address == "10.1.2.3"


def test_careless_senders() -> None:
    assert received(community(reported(pdu.TRAP, TRAP_OID, UPTIME, ROW))).uptime == 4711
    assert received(community(reported(pdu.TRAP, TRAP_OID, ROW))).uptime == 0
    nameless = received(community(reported(pdu.TRAP, UPTIME, (SNMP_TRAP_OID, ber.INTEGER, 3))))
    assert (nameless.trap_oid, nameless.varbinds) == ("0.0", ((SNMP_TRAP_OID, 3),))
    with pytest.raises(NotificationRefused, match="no snmpTrapOID"):
        received(community(reported(pdu.TRAP, UPTIME, ROW)))


def v1(generic: int, specific: int, address: bytes = b"\x0a\x00\x00\x01") -> bytes:
    body = (
        encode_value(ber.OBJECT_IDENTIFIER, "1.3.6.1.4.1.9.9.41.2")
        + ber.element(ber.IP_ADDRESS, address)
        + ber.encode_integer(generic)
        + ber.encode_integer(specific)
        + ber.encode_integer(99, ber.TIME_TICKS)
        + bindings(ROW)
    )
    return community(ber.element(pdu.TRAP_V1, body), 0)


def test_traps_of_v1_are_mapped() -> None:
    for generic in range(6):
        assert received(v1(generic, 0)).trap_oid == f"1.3.6.1.6.3.1.1.5.{generic + 1}"
    found = received(v1(6, 3))
    assert found.trap_oid == "1.3.6.1.4.1.9.9.41.2.0.3"
    assert (found.version, found.enterprise, found.agent_address) == ("1", "1.3.6.1.4.1.9.9.41.2", "10.0.0.1")
    assert (found.uptime, found.varbinds) == (99, ((IF_INDEX, 7),))
    assert received(v1(6, 3, bytes(4))).agent_address == ""
    assert received(v1(6, -1)).trap_oid == "1.3.6.1.4.1.9.9.41.2.0.4294967295"


@pytest.mark.parametrize("version", [0, 1])
def test_what_is_no_notification(version: int) -> None:
    with pytest.raises(NotificationRefused, match="not a notification"):
        received(community(reported(pdu.RESPONSE, UPTIME, TRAP_OID), version))


def test_communities() -> None:
    data = community(reported(pdu.TRAP, UPTIME, TRAP_OID))
    assert "public" not in repr(received(data))
    assert received(data, by=decoder(communities=[b"public"])).community == b"public"
    with pytest.raises(NotificationRefused, match="unknown community"):
        received(data, by=decoder(communities=[b"other"]))
    with pytest.raises(NotificationRefused):
        received(v1(1, 0), by=decoder(communities=[]))


def test_an_inform_of_v2c_is_answered_with_its_own_bindings() -> None:
    data = community(reported(pdu.INFORM, UPTIME, TRAP_OID, ("1.3.6.9", ber.COUNTER32, 5)))
    by = decoder()
    found = received(data, by=by)
    assert found.kind == "inform"
    answer = message.decode(by.respond(found), OidTexts())
    asked = message.decode(data, OidTexts()).pdu
    assert isinstance(asked, pdu.Pdu)
    assert answer.community == b"public"
    assert answer.pdu[:4] == (pdu.RESPONSE, 77, 0, 0)
    assert by.respond(found).endswith(asked.raw)


def v3(
    body: bytes,
    *,
    user: UsmUser = USER,
    engine: bytes = THEIRS,
    boots: int = 1,
    time: int = 100,
    flags: int | None = None,
) -> bytes:
    local = localized(user, engine, KeyRing())
    return usm.encode(
        local, boots, time, 9, usm.encode_scoped(engine, b"", body), user.level if flags is None else flags
    )


def test_traps_of_any_engine_whose_user_is_known() -> None:
    by = decoder()
    for number in range(20):
        engine = THEIRS + bytes((number,))
        found = received(v3(reported(pdu.TRAP, UPTIME, TRAP_OID, ROW), engine=engine), by=by)
        assert (found.version, found.kind, found.user, found.engine_id) == ("3", "trap", "operator", engine)
        assert found.authentic
        with pytest.raises(ValueError, match="only an inform"):
            by.respond(found)
    assert not received(v3(reported(pdu.TRAP, UPTIME, TRAP_OID), user=UsmUser(b"open"))).authentic


def test_traps_that_ask_for_a_report_all_the_same() -> None:
    for by in (decoder(), NotificationDecoder([USER], None, ManualClock())):
        found = received(v3(reported(pdu.TRAP, UPTIME, TRAP_OID, ROW), flags=USER.level | REPORTABLE), by=by)
        assert (found.kind, found.authentic, found.varbinds) == ("trap", True, ((IF_INDEX, 7),))
    for kind, user in ((pdu.INFORM, USER), (pdu.TRAP, UsmUser(b"operator", USER.auth, b"wrongpass1"))):
        data = v3(reported(kind, UPTIME, TRAP_OID), user=user, flags=user.level | REPORTABLE)
        reply = decoder().decode(data, "192.0.2.1")
        assert isinstance(reply, ReportReply)
        assert reply.reason == "usmStatsUnknownEngineIDs"


def refused(data: bytes, reason: str, by: NotificationDecoder | None = None, sender: str = "192.0.2.1") -> None:
    with pytest.raises(NotificationRefused) as error:
        (by or decoder()).decode(data, sender)
    assert error.value.reason == reason


def test_refusals_of_v3_traps() -> None:
    trap = reported(pdu.TRAP, UPTIME, TRAP_OID)
    refused(v3(trap, user=UsmUser(b"nobody")), "unknown user")
    refused(v3(trap, user=UsmUser(b"operator")), "other security level than agreed")
    refused(v3(trap, user=UsmUser(b"operator", USER.auth, b"wrongpass1")), "wrong digest")
    refused(v3(reported(pdu.RESPONSE, UPTIME, TRAP_OID)), "not a notification")
    refused(v3(reported(pdu.INFORM, UPTIME, TRAP_OID)), "not a notification")
    refused(v3(trap, engine=OWN, user=UsmUser(b"nobody")), "not to be believed")
    lone = NotificationDecoder([USER], None, ManualClock())
    refused(v3(reported(pdu.INFORM, UPTIME, TRAP_OID), flags=1 | REPORTABLE), "inform without an own engine", lone)
    assert received(v3(trap), by=lone).trap_oid == LINK_DOWN


async def test_the_time_window_is_kept_by_engine_and_address() -> None:
    clock = ManualClock()
    by = decoder(clock)
    trap = reported(pdu.TRAP, UPTIME, TRAP_OID)
    assert received(v3(trap, boots=5, time=1000), by=by).trap_oid == LINK_DOWN
    assert received(v3(trap, boots=5, time=850), by=by).trap_oid == LINK_DOWN
    refused(v3(trap, boots=5, time=849), "outside the time window", by)
    refused(v3(trap, boots=4, time=1000), "outside the time window", by)
    assert received(v3(trap, boots=1, time=5), "192.0.2.2", by).trap_oid == LINK_DOWN, (
        "a cloned device with the same engine ID"
    )
    await clock.advance(200)
    refused(v3(trap, boots=5, time=1000), "outside the time window", by)
    assert received(v3(trap, boots=6, time=0), by=by).trap_oid == LINK_DOWN
    refused(v3(trap, boots=5, time=2000), "outside the time window", by)


def test_informs_of_v3_find_our_engine_first() -> None:
    by = decoder()
    inform = reported(pdu.INFORM, UPTIME, TRAP_OID, ROW)
    reply = by.decode(v3(inform, engine=b"", flags=REPORTABLE, user=UsmUser(b"")), "192.0.2.1")
    assert isinstance(reply, ReportReply)
    assert reply.reason == "usmStatsUnknownEngineIDs"
    assert usm.decode(reply.data).engine_id == OWN
    reply = by.decode(v3(inform, engine=OWN, boots=0, time=0, flags=1 | REPORTABLE), "192.0.2.1")
    assert isinstance(reply, ReportReply)
    assert reply.reason == "usmStatsNotInTimeWindows"
    found = received(v3(inform, engine=OWN, boots=3, time=0, flags=1 | REPORTABLE), by=by)
    assert (found.kind, found.user, found.varbinds) == ("inform", "operator", ((IF_INDEX, 7),))
    answer = by.respond(found)
    local = localized(USER, OWN, KeyRing())
    usm.verify(answer, usm.decode(answer), local)
    assert usm.scoped_pdu(answer, usm.decode(answer), local, OidTexts()).pdu[:2] == (pdu.RESPONSE, 77)


def test_of_users_of_one_name_the_one_whose_key_fits_is_meant() -> None:
    other = UsmUser(b"operator", AUTH_PROTOCOLS["SHA-256"], b"otherpass1")
    low = UsmUser(b"operator")
    by = NotificationDecoder([USER, other, low], OwnEngine(OWN, 3, ManualClock()), ManualClock())
    trap, inform = reported(pdu.TRAP, UPTIME, TRAP_OID), reported(pdu.INFORM, UPTIME, TRAP_OID)
    for _ in range(2):  # one engine for all: configurations are cloned
        assert received(v3(trap), by=by).authentic
        assert received(v3(trap, user=other), by=by).authentic
        refused(v3(trap, user=low), "other security level than agreed", by)  # or anybody could pass for the others
    stranger = UsmUser(b"operator", AUTH_PROTOCOLS["SHA-256"], b"strangers1")
    refused(v3(trap, user=stranger, engine=b"\x80\0\0\0\x05new"), "wrong digest", by)
    for user in (USER, other):
        found = received(v3(inform, user=user, engine=OWN, boots=3, time=0, flags=user.level | REPORTABLE), by=by)
        answer = by.respond(found)
        usm.verify(answer, usm.decode(answer), localized(user, OWN, KeyRing()))


def test_malformed() -> None:
    for data in (b"", b"\x30\x00", community(reported(pdu.TRAP, UPTIME, TRAP_OID))[:-1], community(b"", 5)):
        with pytest.raises(DecodeError):
            decoder().decode(data, "192.0.2.1")


@pytest.mark.parametrize(("version", "named"), [(0, "1"), (1, "2c")])
@pytest.mark.parametrize("kind", [pdu.TRAP, pdu.INFORM])
def test_the_version_is_the_message_s(version: int, named: str, kind: int) -> None:
    found = received(community(reported(kind, UPTIME, TRAP_OID, ("1.3.6.9", ber.NO_SUCH_INSTANCE, None)), version))
    assert (found.version, found.varbinds) == (named, (("1.3.6.9", None),))


def test_a_trap_of_v1_in_a_message_of_either() -> None:
    body = ber.element(
        pdu.TRAP_V1, ber.element(6, b"\x2b\x06") + bytes.fromhex("40040a000001 020106 020109 430105 3000")
    )
    assert [received(community(body, version)).version for version in (0, 1)] == ["1", "2c"]


@pytest.mark.parametrize(
    ("text", "name"), [(b".1.3.6.1.4.1.9.0.1", "1.3.6.1.4.1.9.0.1"), (b"linkDown", "0.0"), (b"\xff", "0.0")]
)
def test_a_name_written_as_text(text: bytes, name: str) -> None:
    found = received(community(reported(pdu.INFORM, UPTIME, (SNMP_TRAP_OID, ber.OCTET_STRING, text))))
    assert found.trap_oid == name
    assert found.varbinds == (() if name != "0.0" else ((SNMP_TRAP_OID, text),))


def test_only_an_address_under_its_own_name_is_a_relay_s_word() -> None:
    other = ("1.3.6.9", ber.IP_ADDRESS, "192.0.2.9")
    text = (SNMP_TRAP_ADDRESS, ber.OCTET_STRING, b"192.0.2.9")
    assert received(community(reported(pdu.INFORM, UPTIME, TRAP_OID, other, text))).agent_address == ""


async def test_of_an_engine_gone_back_only_what_is_as_fresh_as_it_signed_is_believed() -> None:
    clock, times = ManualClock(), SignedTimes()
    by = decoder(clock, times=times)
    trap = reported(pdu.TRAP, UPTIME, TRAP_OID)
    received(v3(trap, boots=5, time=1000), by=by)
    at = clock.monotonic()
    times.offer("192.0.2.1", lambda engine: EngineTime(2, 500, at) if engine == THEIRS else None)
    refused(v3(trap, boots=2, time=500), "outside the time window", by)  # signed no later than the trap that came
    await clock.advance(1)
    now = clock.monotonic()
    times.offer("192.0.2.1", lambda engine: EngineTime(2, 500, now) if engine == THEIRS else None)
    refused(v3(trap, boots=2, time=349), "outside the time window", by)
    refused(v3(trap, boots=1, time=900), "outside the time window", by)
    assert received(v3(trap, boots=2, time=501), by=by).trap_oid == LINK_DOWN
