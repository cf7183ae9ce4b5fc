"""Usual traps, whole and mutated, and what a source of `usual_trap` makes of them: see `survivors`.

The module is a shortcut: it may leave any trap to the long way. What it reads, it must read as the long way does.
"""

import random
import sys
import types
from collections.abc import Iterator, Sequence

from cmsp_agent.transports.snmp import ber, message
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.notifications import NotificationDecoder
from cmsp_agent.transports.snmp.pdu import TRAP, encode_pdu
from cmsp_agent.transports.snmp.trap_datagram import Notification, NotificationRefused
from cmsp_agent.transports.snmp.varbinds import encode_value, encode_varbinds
from tests.conformance.field import traps as odd
from tests.fuzz.test_mutations import mutated
from tests.lab.clock import ManualClock

LEFT = "left to the long way"


def traps(count: int) -> Iterator[bytes]:
    """Of v2c, with bindings of every type, whole and mutated, with communities of any length that fits."""
    chance = random.Random(5)
    seeds = [trap.pdu for trap in odd.TRAPS if trap.version == 1] + [_long(size) for size in range(100, 140)]
    for _ in range(count):
        community = b"c" * chance.choice((0, 1, 6, 6, 6, 90, 126, 127, 128))
        data = ber.element(ber.SEQUENCE, b"\x02\x01\x01" + ber.encode_octets(community) + chance.choice(seeds))
        yield mutated(data, chance) if chance.random() < 0.8 else data


def _long(size: int) -> bytes:
    """A trap whose name and only text are so long."""
    name = ".".join(["1.3", *["6"] * (size - 1)])
    values: list[tuple[str, int, int | bytes | str]] = [
        (odd.UPTIME, ber.TIME_TICKS, 1000),
        (odd.TRAP_OID, ber.OBJECT_IDENTIFIER, name),
        (odd.TEXT, ber.OCTET_STRING, b"x" * size),
    ]
    bindings = [(ber.oid_octets(oid), encode_value(tag, value)) for oid, tag, value in values]
    return encode_pdu(TRAP, 1, 0, 0, encode_varbinds(bindings))


def by_the_long_way(inputs: Sequence[bytes]) -> list[object]:
    """What `NotificationDecoder` reads without the shortcut."""
    decoder, texts = NotificationDecoder([], None, ManualClock()), OidTexts()
    return [_long_way(decoder, texts, data) for data in inputs]


def _long_way(decoder: NotificationDecoder, texts: OidTexts, data: bytes) -> object:
    try:
        received = message.decode(data, texts)
        read: Notification = decoder._from_v2c(received, received.pdu)  # type: ignore[arg-type]
    except (DecodeError, NotificationRefused, AttributeError):
        return "refused"
    return (*read[2:6], read.community) if read.kind == "trap" and not read.unreadable else "refused"


def differing(source: str, inputs: Sequence[bytes], wanted: Sequence[object]) -> list[tuple[bytes, object]]:
    """The traps of which that source reads something else, and what."""
    module = types.ModuleType("usual_trap_read")
    sys.modules[module.__name__] = module
    exec(compile(source, module.__name__, "exec"), module.__dict__)
    read = [(data, _reading(module.UsualTraps(OidTexts()), data)) for data in inputs]
    return [(data, now) for (data, now), long in zip(read, wanted, strict=True) if now not in (LEFT, long)]


def _reading(usual: object, data: bytes) -> object:
    try:
        return usual.read(data) or LEFT  # type: ignore[attr-defined]
    except DecodeError:
        return LEFT
    except Exception as error:  # noqa: BLE001 - a mutant may fail in any way
        return repr(error)
