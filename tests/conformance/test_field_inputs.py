"""What agents, relays and devices send is read as net-snmp reads it, and as `tests.conformance.field` says."""

import pytest

from cmsp_agent.model.signal import Unreadable
from cmsp_agent.transports.snmp import ber, message
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.pdu import Pdu
from cmsp_agent.transports.snmp.values import Missing
from cmsp_agent.transports.snmp.varbinds import encode_varbind
from tests.conformance.field import answers
from tests.conformance.field.answers import BAD, BINDINGS, FIRST, FRAMES, GOOD, LAST, ODD, VALUES
from tests.fuzz.compare import check_community, our_bindings


def read(data: bytes) -> list[tuple[str, object]]:
    """The bindings of an answer, after net-snmp and pysnmp had their say."""
    check_community(data, OidTexts())
    answer = message.decode_answer(data, answers.BEFORE, OidTexts())
    assert isinstance(answer, Pdu)
    assert answer.request_id == answers.REQUEST_ID
    shown: list[tuple[str, object]] = []
    for name, value in our_bindings(answer, OidTexts()):
        shown.append((name, BAD if isinstance(value, Unreadable) else None if isinstance(value, Missing) else value))
    return shown


def between_good_ones(binding: bytes) -> bytes:
    first, last = (encode_varbind(ber.oid_octets(oid), GOOD) for oid in (FIRST, LAST))
    return ber.element(0x30, answers.BEFORE + answers.response(first + binding + last))


def test_there_are_many() -> None:
    assert len(VALUES) + len(BINDINGS) + len(FRAMES) >= 60


@pytest.mark.parametrize("case", VALUES, ids=lambda case: case.what)
def test_an_odd_value(case: answers.OddValue) -> None:
    binding = encode_varbind(ber.oid_octets(ODD), bytes.fromhex(case.octets))
    assert read(between_good_ones(binding)) == [(FIRST, b"good"), (ODD, case.value), (LAST, b"good")]


@pytest.mark.parametrize("case", BINDINGS, ids=lambda case: case.what)
def test_an_odd_binding(case: answers.OddBinding) -> None:
    assert read(between_good_ones(case.octets)) == [(FIRST, b"good"), *case.read, (LAST, b"good")]


@pytest.mark.parametrize("case", FRAMES, ids=lambda case: case.what)
def test_an_odd_frame(case: answers.OddFrame) -> None:
    assert read(case.octets) == [(FIRST, b"good")]
