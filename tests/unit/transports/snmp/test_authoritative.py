"""Our own engine: what it accepts, what it reports."""

import pytest

from cmsp_agent.transports.snmp import pdu, usm
from cmsp_agent.transports.snmp.authoritative import AuthoritativeUsm, OwnEngine, Request, UsmReport
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.keys import AUTH_PROTOCOLS, KeyRing
from cmsp_agent.transports.snmp.privacy import PRIV_PROTOCOLS
from cmsp_agent.transports.snmp.users import AUTH, PRIV, LocalUser, UsmUser, localized
from cmsp_agent.transports.snmp.usm import REPORTABLE
from cmsp_agent.transports.snmp.varbinds import encode_varbinds
from tests.lab.clock import ManualClock

ENGINE = bytes.fromhex("8000000905aabbccddeeff")
BOTH = UsmUser(b"both", AUTH_PROTOCOLS["SHA-1"], b"authpass12", PRIV_PROTOCOLS["AES-128"], b"privpass12")
OPEN = UsmUser(b"open")
ASKED = pdu.ask(pdu.GET, 77, [b"\x2b\x06"])


class Rig:
    def __init__(self, boots: int = 3) -> None:
        self.clock = ManualClock()
        self.own = AuthoritativeUsm(OwnEngine(ENGINE, boots, self.clock), [BOTH, OPEN], KeyRing(), OidTexts())

    def ask(
        self, user: UsmUser, *, engine: bytes = ENGINE, boots: int = 3, time: int = 0, flags: int | None = None
    ) -> Request | UsmReport | None:
        local = localized(user, engine, KeyRing())
        chosen = user.level | REPORTABLE if flags is None else flags
        return self.own.receive(usm.encode(local, boots, time, 9, usm.encode_scoped(ENGINE, b"ctx", ASKED), chosen))


def reported(answer: Request | UsmReport | None, user: LocalUser = usm.NOBODY) -> tuple[str, usm.V3Message, pdu.Pdu]:
    assert isinstance(answer, UsmReport)
    received = usm.decode(answer.data)
    inside = usm.scoped_pdu(answer.data, received, user, OidTexts())
    assert inside.context_engine_id == ENGINE
    assert inside.pdu.kind == pdu.REPORT
    assert usm.REPORT_NAMES[usm.report_name(inside.pdu, OidTexts())] == answer.reason
    assert received.msg_id == 9
    assert not received.flags & REPORTABLE
    return answer.reason, received, inside.pdu


def test_a_request_and_its_answer() -> None:
    rig = Rig()
    asked = rig.ask(BOTH)
    assert isinstance(asked, Request)
    assert (asked.pdu.request_id, asked.context_name, asked.context_engine_id, asked.msg_id) == (77, b"ctx", ENGINE, 9)
    answer = rig.own.respond(asked, pdu.encode_pdu(pdu.RESPONSE, 77, 0, 0, encode_varbinds([])))
    local = localized(BOTH, ENGINE, KeyRing())
    received = usm.decode(answer)
    usm.verify(answer, received, local)
    assert (received.msg_id, received.level, received.boots) == (9, AUTH | PRIV, 3)
    inside = usm.scoped_pdu(answer, received, local, OidTexts())
    assert (inside.context_name, inside.pdu.request_id) == (b"ctx", 77)
    assert isinstance(rig.ask(OPEN), Request)


def test_discovery() -> None:
    reason, received, report = reported(Rig().ask(OPEN, engine=b""))
    assert reason == "usmStatsUnknownEngineIDs"
    assert (received.engine_id, received.boots, received.flags) == (ENGINE, 3, 0)
    assert report.values == [1]


def test_each_refusal_and_its_count() -> None:
    rig = Rig()
    assert reported(rig.ask(BOTH, engine=b"other engine"))[0] == "usmStatsUnknownEngineIDs"
    assert reported(rig.ask(BOTH, engine=b"other engine"))[2].values == [2]
    assert reported(rig.ask(UsmUser(b"nobody")))[0] == "usmStatsUnknownUserNames"
    assert reported(rig.ask(BOTH, flags=REPORTABLE))[0] == "usmStatsUnsupportedSecLevels"
    assert reported(rig.ask(BOTH, flags=AUTH | REPORTABLE))[0] == "usmStatsUnsupportedSecLevels"
    wrong = UsmUser(b"both", BOTH.auth, b"wrongpass1", BOTH.priv, b"privpass12")
    assert reported(rig.ask(wrong))[0] == "usmStatsWrongDigests"
    garbled = UsmUser(b"both", BOTH.auth, b"authpass12", BOTH.priv, b"wrongpass1")
    assert reported(rig.ask(garbled))[0] == "usmStatsDecryptionErrors"


async def test_only_the_report_of_our_time_is_signed() -> None:
    rig = Rig()
    await rig.clock.advance(1000)
    local = localized(BOTH, ENGINE, KeyRing())
    for boots, time in ((0, 0), (3, 849), (3, 1151), (2, 1000), (4, 1000)):
        answer = rig.ask(BOTH, boots=boots, time=time)
        reason, received, _ = reported(answer)
        assert reason == "usmStatsNotInTimeWindows"
        assert (received.level, received.boots, received.time, received.user) == (AUTH, 3, 1000, b"both")
        assert isinstance(answer, UsmReport)
        usm.verify(answer.data, received, local)
    assert isinstance(rig.ask(BOTH, time=850), Request)
    assert isinstance(rig.ask(BOTH, time=1150), Request)


def test_what_wants_no_answer_gets_no_report() -> None:
    rig = Rig()
    assert rig.ask(BOTH, engine=b"other engine", flags=AUTH | PRIV) is None
    assert rig.ask(BOTH, flags=0) is None


def test_malformed_inside() -> None:
    rig = Rig()
    local = localized(OPEN, ENGINE, KeyRing())
    with pytest.raises(DecodeError):
        rig.own.receive(usm.encode(local, 3, 0, 9, b"\x30\x00", REPORTABLE))
    with pytest.raises(DecodeError):
        rig.own.receive(b"\x30\x00")


def test_boots_at_their_end() -> None:
    assert reported(Rig(boots=1 << 31).ask(BOTH, boots=0x7FFFFFFF))[0] == "usmStatsNotInTimeWindows"
