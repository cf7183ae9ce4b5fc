"""What is believed of a device's answers: by community in v1 and v2c, by engine, user and time in v3. No sockets."""

import pytest

from cmsp_agent.transports.snmp import ber, message, pdu, usm
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.endpoint import Doubtful
from cmsp_agent.transports.snmp.keys import AUTH_PROTOCOLS, KeyRing
from cmsp_agent.transports.snmp.peers import CommunityPeer, UsmPeer
from cmsp_agent.transports.snmp.timeliness import NotInTimeWindow
from cmsp_agent.transports.snmp.users import AUTH, LocalUser, UsmUser, localized
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds
from tests.lab.clock import ManualClock

ENGINE, OTHER = bytes.fromhex("8000000905aabbccddeeff"), bytes.fromhex("8000000905001122334455")
USER = UsmUser(b"operator", AUTH_PROTOCOLS["SHA-1"], b"authpass12")
RING = KeyRing()
NAME = ber.oid_octets("1.3.6.1.2.1.1.3.0")
ASK = pdu.ask(pdu.GET, 7, [NAME])


def body(kind: int = pdu.RESPONSE, request_id: int = 7, name: bytes = NAME) -> bytes:
    return pdu.encode_pdu(kind, request_id, 0, 0, encode_varbinds([(name, encode_value(ber.INTEGER, 5))]))


def report(counter: str = usm.NOT_IN_TIME_WINDOW) -> bytes:
    return body(pdu.REPORT, 0, ber.oid_octets(counter))


class Device:
    """A v3 peer, and the device's side of it."""

    def __init__(self, believes: bool = True) -> None:
        self.clock = ManualClock()
        self.resets: list[tuple[int, int]] = []
        self.peer = UsmPeer(USER, self.clock, RING, OidTexts(), self.reset)
        self.peer.assume(ENGINE)
        self.believes = believes

    def reset(self, known: int, now: int) -> bool:
        self.resets.append((known, now))
        return self.believes

    def answer(
        self, boots: int, time: int, content: bytes | None = None, by: LocalUser | None = None, flags: int = AUTH
    ) -> pdu.Pdu:
        signer = by or localized(USER, ENGINE, RING)
        scoped = usm.encode_scoped(ENGINE, b"", body() if content is None else content)
        return self.peer.decode(usm.encode(signer, boots, time, 7, scoped, flags), 7)


@pytest.mark.parametrize("taken", [True, False])
def test_another_community_is_reported_where_it_is_permitted_and_else_refused(taken: bool) -> None:
    seen: list[bytes] = []
    peer = CommunityPeer(message.V2C, b"public", OidTexts(), seen.append if taken else None)
    data = message.encode(message.prefix(message.V2C, b"other"), body())
    if taken:
        assert peer.decode(data, 7).values == [5]
        assert seen == [b"other"]
    else:
        with pytest.raises(message.OtherCommunity):
            peer.decode(data, 7)
    with pytest.raises(DecodeError):  # of another version, permitted or not
        peer.decode(message.encode(message.prefix(message.V1, b"other"), body()), 7)
    assert seen == [b"other"] * taken


@pytest.mark.parametrize("content", [body(request_id=8), body(pdu.GET)])
def test_what_answers_another_request_or_is_none_is_refused(content: bytes) -> None:
    seen: list[bytes] = []
    peer = CommunityPeer(message.V2C, b"public", OidTexts(), seen.append)
    for community in (b"public", b"other"):
        with pytest.raises(DecodeError):
            peer.decode(message.encode(message.prefix(message.V2C, community), content), 7)
    assert seen == []
    with pytest.raises(DecodeError):
        Device().answer(3, 100, content)


def test_a_signed_time_is_believed_and_goes_on() -> None:
    device = Device()
    assert device.peer.facts() is None
    assert device.answer(3, 100).values == [5]
    assert device.peer.facts() == (ENGINE, 3, 100)
    assert device.peer.signed_time(OTHER) is None
    sent = usm.decode(device.peer.encode(7, ASK))
    assert (sent.boots, sent.time, sent.engine_id) == (3, 100, ENGINE)
    with pytest.raises(NotInTimeWindow):
        device.answer(2, 100)
    assert device.peer.went_back
    device.answer(4, 1)
    assert not device.peer.went_back


def test_an_unsigned_report_of_the_time_serves_to_send_only() -> None:
    device = Device()
    device.answer(3, 100)
    with pytest.raises(Doubtful):
        device.answer(9, 900, report(), LocalUser(USER, ENGINE, None, None), flags=0)
    assert device.peer.facts() == (ENGINE, 3, 100)
    assert device.peer.was_offered
    device.peer.resynchronise()
    assert device.peer.facts() is None
    sent = usm.decode(device.peer.encode(7, ASK))
    assert (sent.boots, sent.time) == (9, 900)
    device.answer(9, 901)
    assert device.peer.facts() == (ENGINE, 9, 901)


@pytest.mark.parametrize("believes", [True, False])
def test_a_signed_report_of_lower_boots_is_asked_about(believes: bool) -> None:
    device = Device(believes)
    device.answer(30, 100)
    if believes:
        device.answer(2, 5, report())
    else:
        with pytest.raises(DecodeError, match="went back from 30 to 2"):
            device.answer(2, 5, report())
    assert device.resets == [(30, 2)]
    assert device.peer.facts() == ((ENGINE, 2, 5) if believes else (ENGINE, 30, 100))


def test_lower_boots_in_an_answer_are_believed_only_while_the_time_is_in_doubt() -> None:
    device = Device()
    device.answer(30, 100)
    device.peer.resynchronise()
    device.answer(2, 5)
    assert device.resets == [(30, 2)]
    assert device.peer.facts() == (ENGINE, 2, 5)
    device.peer.assume(OTHER)
    assert device.peer.facts() is None
    device.peer.assume(ENGINE)
    assert device.peer.signed_time(ENGINE) is None


def test_nothing_unsigned_is_an_answer_whoever_it_comes_from() -> None:
    device = Device()
    nobody = LocalUser(USER, ENGINE, None, None)
    with pytest.raises(DecodeError, match="less protected"):
        device.answer(3, 100, by=nobody, flags=0)
    with pytest.raises(DecodeError, match="of another engine"):
        device.answer(3, 100, report(), LocalUser(USER, OTHER, None, None), flags=0)
    with pytest.raises(DecodeError):
        device.answer(3, 100, by=localized(UsmUser(b"operator", AUTH_PROTOCOLS["SHA-1"], b"another1"), ENGINE, RING))
    assert device.peer.facts() is None


def test_without_an_engine_nothing_is_sent_or_taken() -> None:
    device = Device()
    device.peer.forget()
    assert device.peer.engine_id == b""
    with pytest.raises(RuntimeError):
        device.peer.encode(7, ASK)
    with pytest.raises(DecodeError):
        device.answer(3, 100)


def test_discovery_takes_an_engine_id_of_five_octets_or_more() -> None:
    device = Device()
    for engine, good in ((OTHER, True), (b"\x80\0\0\1", False)):
        found = LocalUser(UsmUser(b""), engine, None, None)
        data = usm.encode(found, 4, 44, 7, usm.encode_scoped(engine, b"", report(usm.UNKNOWN_ENGINE)), 0)
        if good:
            device.peer.discovered(data, 7)
        else:
            with pytest.raises(DecodeError):
                device.peer.discovered(data, 7)
        with pytest.raises(DecodeError):
            device.peer.discovered(data, 8)
        assert device.peer.engine_id == OTHER
    sent = usm.decode(device.peer.encode(7, ASK))
    assert (sent.boots, sent.time) == (4, 44)
