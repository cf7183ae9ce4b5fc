"""Lists of bindings, whole and mutated, and what a source of `varbinds` reads of them: see `survivors`."""

import random
import types
from collections.abc import Iterator, Sequence

from cmsp_agent.transports.snmp import ber
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.varbinds import encode_varbind
from tests.conformance.field import answers
from tests.fuzz import samples
from tests.fuzz.test_mutations import mutated

TAGS = (ber.INTEGER, ber.COUNTER32, ber.TIME_TICKS, ber.COUNTER64, ber.OBJECT_IDENTIFIER, ber.OCTET_STRING, 0xFF)
List = tuple[bytes, int, int]
"""A datagram, and where in it the list starts and stops."""


def originals(chance: random.Random) -> list[bytes]:
    """Lists of every type, of every short length, and of the odd inputs of our own."""
    last = encode_varbind(ber.oid_octets(answers.LAST), answers.GOOD)
    odd = ber.oid_octets(answers.ODD)
    found = [samples.bindings(samples.V2_TYPED)[2:], samples.bindings(samples.TYPED[:3])[2:]]
    found += [encode_varbind(odd, bytes.fromhex(case.octets)) + last for case in answers.VALUES]
    found += [case.octets + last for case in answers.BINDINGS]
    for tag in (
        ber.INTEGER,
        ber.COUNTER32,
        ber.TIME_TICKS,
        ber.COUNTER64,
        ber.OBJECT_IDENTIFIER,
        ber.OCTET_STRING,
        0xFF,
    ):
        for first in (0x00, 0x01, 0x7F, 0x80, 0xFF):
            values = (bytes((first,)) + chance.randbytes(size) for size in range(9))
            found += [encode_varbind(odd, ber.element(tag, value)) for value in values]
    return found


def lists(count: int) -> Iterator[List]:
    """Whole and mutated ones, among other octets and alone."""
    chance = random.Random(5)
    seeds = originals(chance)
    for _ in range(count):
        seed = chance.choice(seeds)
        inner = mutated(seed, chance) if chance.random() < 0.8 else seed
        before = chance.randbytes(chance.randrange(30)) if chance.random() < 0.3 else b""
        behind = chance.randbytes(chance.randrange(6)) if chance.random() < 0.2 else b""
        yield before + inner + behind, len(before), len(before) + len(inner)


def of(source: str, inputs: Sequence[List]) -> list[object]:
    """What the module of that source makes of each list."""
    module = types.ModuleType("varbinds_read")
    exec(compile(source, module.__name__, "exec"), module.__dict__)
    return [_reading(module, given) for given in inputs]


def _reading(module: types.ModuleType, given: List) -> object:
    try:
        return module.decode_varbinds(*given, OidTexts())
    except DecodeError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - a mutant may fail in any way
        return repr(error)


def shortest_difference(inputs: Sequence[List], wanted: Sequence[object], found: Sequence[object]) -> List | None:
    """The shortest list of which something else is read."""
    differ = [given for given, before, now in zip(inputs, wanted, found, strict=True) if before != now]
    return min(differ, key=lambda given: len(given[0]), default=None)
