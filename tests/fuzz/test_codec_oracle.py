"""Generated messages, in both directions: pysnmp reads what we write, we read what pysnmp writes."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v2c
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

from cmsp_agent.model.signal import Value
from cmsp_agent.transports.snmp import ber, message, pdu, usm
from cmsp_agent.transports.snmp.ber import OidTexts
from cmsp_agent.transports.snmp.users import LocalUser, UsmUser
from cmsp_agent.transports.snmp.values import HeldValue, Missing
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds
from tests.fuzz import oracle

Typed = tuple[int, Value | None]

ARCS = st.one_of(st.integers(0, 127), st.integers(0, 0xFFFFFFFF), st.sampled_from((127, 128, 16383, 16384, 0xFFFFFFFF)))


@st.composite
def oids(draw: st.DrawFn) -> str:
    first = draw(st.integers(0, 2))
    second = draw(st.integers(0, 39 if first < 2 else 0xFFFFFFFF - 80))
    return ".".join(map(str, (first, second, *draw(st.lists(ARCS, max_size=20)))))


VALUES: st.SearchStrategy[Typed] = st.one_of(
    st.tuples(st.just(ber.INTEGER), st.integers(-0x80000000, 0x7FFFFFFF)),
    st.tuples(st.sampled_from((ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS)), st.integers(0, 0xFFFFFFFF)),
    st.tuples(st.just(ber.COUNTER64), st.integers(0, (1 << 64) - 1)),
    st.tuples(st.just(ber.OCTET_STRING), st.binary(max_size=300)),
    st.tuples(st.just(ber.OPAQUE), st.binary(max_size=300).filter(lambda octets: octets[:1] != b"\x9f")),
    st.tuples(st.just(ber.OBJECT_IDENTIFIER), oids()),
    st.tuples(st.just(ber.IP_ADDRESS), st.ip_addresses(v=4).map(str)),
    st.tuples(
        st.sampled_from((ber.NULL, ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW)), st.just(None)
    ),
)
BINDINGS = st.lists(st.tuples(oids(), VALUES), max_size=12)
IDS = st.integers(-0x80000000, 0x7FFFFFFF)
COUNTS = st.integers(0, 0x7FFFFFFF)
STATUSES = st.integers(0, 18)
SET = 0xA3
KINDS = st.sampled_from((pdu.GET, pdu.GET_NEXT, pdu.RESPONSE, SET, pdu.INFORM, pdu.TRAP, pdu.REPORT))

PYSNMP_TYPES: dict[int, Any] = {
    ber.INTEGER: rfc1902.Integer32,
    ber.COUNTER32: rfc1902.Counter32,
    ber.GAUGE32: rfc1902.Gauge32,
    ber.TIME_TICKS: rfc1902.TimeTicks,
    ber.COUNTER64: rfc1902.Counter64,
    ber.OCTET_STRING: rfc1902.OctetString,
    ber.OPAQUE: rfc1902.Opaque,
    ber.OBJECT_IDENTIFIER: rfc1902.ObjectIdentifier,
    ber.IP_ADDRESS: rfc1902.IpAddress,
}
PYSNMP_PDUS: dict[int, Any] = {
    pdu.GET: rfc1905.GetRequestPDU,
    pdu.GET_NEXT: rfc1905.GetNextRequestPDU,
    pdu.RESPONSE: rfc1905.ResponsePDU,
    SET: rfc1905.SetRequestPDU,
    pdu.INFORM: rfc1905.InformRequestPDU,
    pdu.TRAP: rfc1905.SNMPv2TrapPDU,
    pdu.REPORT: rfc1905.ReportPDU,
}
EXCEPTIONS = {
    ber.NULL: rfc1905.unSpecified,
    ber.NO_SUCH_OBJECT: rfc1905.noSuchObject,
    ber.NO_SUCH_INSTANCE: rfc1905.noSuchInstance,
    ber.END_OF_MIB_VIEW: rfc1905.endOfMibView,
}


def our_list(bindings: list[tuple[str, Typed]]) -> bytes:
    return encode_varbinds([(ber.oid_octets(oid), encode_value(tag, value)) for oid, (tag, value) in bindings])


def their_pdu(kind: int, request_id: int, status: int, index: int, bindings: list[tuple[str, Typed]]) -> Any:
    made = PYSNMP_PDUS[kind]()
    v2c.apiPDU.set_defaults(made)
    made.setComponentByPosition(0, request_id)
    made.setComponentByPosition(1, status)
    made.setComponentByPosition(2, index)
    pairs = made.getComponentByPosition(3)
    pairs.clear()
    for place, (oid, (tag, value)) in enumerate(bindings):
        pair = rfc1905.VarBind()
        pair.setComponentByPosition(0, rfc1902.ObjectName(oid))
        choice = pair.setComponentByPosition(1).getComponentByPosition(1)
        if tag in EXCEPTIONS:
            name = {0x05: "unSpecified", 0x80: "noSuchObject", 0x81: "noSuchInstance", 0x82: "endOfMibView"}[tag]
            choice.setComponentByName(name, EXCEPTIONS[tag])
        else:
            choice.setComponentByType(PYSNMP_TYPES[tag].tagSet, PYSNMP_TYPES[tag](value), innerFlag=True)
        pairs.setComponentByPosition(place, pair)
    return made


def ours(decoded: pdu.Pdu, texts: OidTexts) -> list[tuple[str, HeldValue | None]]:
    assert decoded.holes is any(isinstance(value, Missing) for value in decoded.values)
    values = [None if isinstance(value, Missing) else value for value in decoded.values]
    return [(texts[name], value) for name, value in zip(decoded.names, values, strict=True)]


def meant(bindings: list[tuple[str, Typed]]) -> list[tuple[str, Value | None]]:
    return [(oid, value) for oid, (_, value) in bindings]


@given(KINDS, IDS, STATUSES, COUNTS, st.binary(max_size=200), BINDINGS)
@settings(max_examples=300, deadline=None)
def test_pysnmp_reads_our_v2c(
    kind: int, request_id: int, status: int, index: int, community: bytes, bindings: list[tuple[str, Typed]]
) -> None:
    data = message.encode(
        message.prefix(message.V2C, community), pdu.encode_pdu(kind, request_id, status, index, our_list(bindings))
    )
    received = oracle.decode(data)
    assert (received.version, received.community, received.kind) == (1, community, kind)
    assert received.head == (request_id, status, index)
    assert received.bindings == meant(bindings)


@given(KINDS, IDS, STATUSES, COUNTS, st.binary(max_size=200), BINDINGS)
@settings(max_examples=300, deadline=None)
def test_we_read_pysnmps_v2c(
    kind: int, request_id: int, status: int, index: int, community: bytes, bindings: list[tuple[str, Typed]]
) -> None:
    made = v2c.Message()
    v2c.apiMessage.set_defaults(made)
    v2c.apiMessage.set_community(made, community)
    v2c.apiMessage.set_pdu(made, their_pdu(kind, request_id, status, index, bindings))
    data = encoder.encode(made)
    texts = OidTexts()
    received = message.decode(data, texts)
    assert isinstance(received.pdu, pdu.Pdu)
    assert (received.version, received.community) == (1, community)
    assert received.pdu[:4] == (kind, request_id, status, index)
    assert ours(received.pdu, texts) == meant(bindings)
    if len(community) < 128 and request_id >= 0:
        assert message.request_id_of(data) == request_id


SECURITY = st.tuples(
    st.binary(min_size=5, max_size=32),
    COUNTS,
    COUNTS,
    st.binary(max_size=32),
    st.binary(max_size=32),
    st.binary(max_size=8),
)


@given(COUNTS, st.integers(0, 1), SECURITY, st.binary(max_size=32), KINDS, IDS, BINDINGS)
@settings(max_examples=200, deadline=None)
def test_pysnmp_reads_our_v3(
    msg_id: int,
    reportable: int,
    security: tuple[bytes, int, int, bytes, bytes, bytes],
    context: bytes,
    kind: int,
    request_id: int,
    bindings: list[tuple[str, Typed]],
) -> None:
    engine_id, boots, time, name, _, _ = security
    user = LocalUser(UsmUser(name), engine_id, None, None)
    scoped = usm.encode_scoped(engine_id, context, pdu.encode_pdu(kind, request_id, 0, 0, our_list(bindings)))
    received = oracle.decode_v3(usm.encode(user, boots, time, msg_id, scoped, reportable * usm.REPORTABLE))
    assert (received.msg_id, received.flags) == (msg_id, reportable * 4)
    assert (received.engine_id, received.boots, received.time, received.user) == (engine_id, boots, time, name)
    assert (received.mac, received.salt) == (b"", b"")
    assert received.scoped == (engine_id, context, kind, (request_id, 0, 0), meant(bindings))


@given(COUNTS, st.sampled_from((0, 1, 4, 5)), SECURITY, st.binary(max_size=32), KINDS, IDS, BINDINGS)
@settings(max_examples=200, deadline=None)
def test_we_read_pysnmps_v3(
    msg_id: int,
    flags: int,
    security: tuple[bytes, int, int, bytes, bytes, bytes],
    context: bytes,
    kind: int,
    request_id: int,
    bindings: list[tuple[str, Typed]],
) -> None:
    parameters = UsmSecurityParameters()
    for place, value in enumerate(security):
        parameters.setComponentByPosition(place, value)
    made = SNMPv3Message()
    made.setComponentByPosition(0, 3)
    header = made.setComponentByPosition(1).getComponentByPosition(1)
    for place, part in enumerate((msg_id, 65507, bytes((flags,)), 3)):
        header.setComponentByPosition(place, part)
    made.setComponentByPosition(2, encoder.encode(parameters))
    plaintext = (
        made.setComponentByPosition(3).getComponentByPosition(3).setComponentByPosition(0).getComponentByPosition(0)
    )
    plaintext.setComponentByPosition(0, security[0])
    plaintext.setComponentByPosition(1, context)
    inner = their_pdu(kind, request_id, 0, 0, bindings)
    plaintext.setComponentByPosition(2).getComponentByPosition(2).setComponentByType(inner.tagSet, inner)
    data = encoder.encode(made)
    texts = OidTexts()
    received = usm.decode(data)
    assert (received.msg_id, received.max_size, received.flags) == (msg_id, 65507, flags)
    assert (received.engine_id, received.boots, received.time, received.user, received.mac, received.salt) == security
    scoped = usm.scoped_pdu(data, received, usm.NOBODY, texts)
    assert (scoped.context_engine_id, scoped.context_name) == (security[0], context)
    assert scoped.pdu[:2] == (kind, request_id)
    assert ours(scoped.pdu, texts) == meant(bindings)
