"""Answer the PDUs of SNMP requests from a walk, by the rules of RFC 3416 section 4.2. Sees no messages."""

from __future__ import annotations

from collections.abc import Iterator

from cmsp_agent.transports.snmp import ber, pdu, varbinds
from cmsp_agent.transports.snmp.values import Missing
from tests.lab.site.walk import Oid, Typed, Walk, dotted, parse_oid

LARGEST_ANSWER = 1400
"""Octets of variable bindings that a device puts into one datagram."""
MOST_REPETITIONS = 50

_Bound = tuple[bytes, bytes]


def answer(asked: pdu.Pdu, walk: Walk, uptime: float, largest: int = LARGEST_ANSWER) -> bytes:
    """Encode the Response to a GET, GETNEXT or GETBULK.

    Args:
        asked: the request.
        walk: the device's objects.
        uptime: seconds since the device started.
        largest: octets; a GETBULK's answer is cut there, any other becomes tooBig.
    """
    names = [parse_oid(ber.oid_text(name)) for name in asked.names]
    if asked.kind == pdu.GET_BULK:
        bound = _fitting(_bulk(walk, names, asked.error_status, asked.error_index, uptime), largest)
    elif asked.kind == pdu.GET_NEXT:
        bound = [_next(walk, name, uptime)[1] for name in names]
    elif asked.kind == pdu.GET:
        bound = [_get(walk, name, uptime) for name in names]
    else:
        return pdu.encode_pdu(pdu.RESPONSE, asked.request_id, 17, 1, varbinds.unspecified(asked.names))
    if sum(len(name) + len(value) for name, value in bound) > largest:
        return pdu.encode_pdu(pdu.RESPONSE, asked.request_id, pdu.TOO_BIG, 0, varbinds.encode_varbinds([]))
    return pdu.encode_pdu(pdu.RESPONSE, asked.request_id, 0, 0, varbinds.encode_varbinds(bound))


def _get(walk: Walk, name: Oid, uptime: float) -> _Bound:
    value = walk.get(name, uptime)
    return _bound(name, value) if value is not None else _missing(name, Missing.NO_SUCH_INSTANCE)


def _next(walk: Walk, name: Oid, uptime: float) -> tuple[Oid | None, _Bound]:
    found = walk.next(name, uptime)
    if found is None:
        return None, _missing(name, Missing.END_OF_MIB_VIEW)
    return found[0], _bound(*found)


def _bulk(walk: Walk, names: list[Oid], non_repeaters: int, repetitions: int, uptime: float) -> Iterator[_Bound]:
    for name in names[:non_repeaters]:
        yield _next(walk, name, uptime)[1]
    row: list[Oid] = names[non_repeaters:]
    for _ in range(min(repetitions, MOST_REPETITIONS)):
        ended = True
        for column, name in enumerate(row):
            found, bound = _next(walk, name, uptime)
            yield bound
            if found is not None:
                row[column] = found
                ended = False
        if ended:
            return


def _fitting(bound: Iterator[_Bound], largest: int) -> list[_Bound]:
    kept: list[_Bound] = []
    size = 0
    for name, value in bound:
        size += len(name) + len(value) + 8
        if kept and size > largest:
            break
        kept.append((name, value))
    return kept


def _bound(name: Oid, typed: Typed) -> _Bound:
    return ber.oid_octets(dotted(name)), varbinds.encode_value(typed.tag, typed.value)


def _missing(name: Oid, missing: Missing) -> _Bound:
    return ber.oid_octets(dotted(name)), varbinds.encode_value(missing.value, None)
