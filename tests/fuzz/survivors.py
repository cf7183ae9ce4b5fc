"""Judges the survivors of `mutants varbinds`: does a mutant read anything differently, of so many mutated lists?

    .venv/bin/python -m tests.fuzz.survivors [COUNT]

What differs and yet survives lacks a unit test; the shortest list that shows it is printed, to make one of it.
"""

import random
import sys
import types
from collections.abc import Iterator
from pathlib import Path

from cmsp_agent.transports.snmp import ber, varbinds
from cmsp_agent.transports.snmp.ber import DecodeError, OidTexts
from cmsp_agent.transports.snmp.varbinds import encode_varbind
from tests.conformance.field import answers
from tests.fuzz import samples
from tests.fuzz.mutants import mutants, survives
from tests.fuzz.test_mutations import mutated

COUNT = 25_000
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


def read(module: types.ModuleType, given: List) -> object:
    """What a module makes of a list."""
    try:
        return module.decode_varbinds(*given, OidTexts())
    except DecodeError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - a mutant may fail in any way
        return repr(error)


def differing(source: str, inputs: list[List], wanted: list[object]) -> list[str]:
    """The lists that a mutant reads differently, the shortest first."""
    mutant = types.ModuleType("mutant")
    exec(compile(source, "mutant", "exec"), mutant.__dict__)
    found = [given[0].hex() for given, value in zip(inputs, wanted, strict=True) if read(mutant, given) != value]
    return sorted(found, key=len)


def main() -> int:
    """List the survivors and what of them reads differently; 1 where any does."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    inputs = list(lists(count))
    wanted = [read(varbinds, given) for given in inputs]
    same = missing = 0
    for line, shown, changed in mutants(Path(varbinds.__file__).read_text()):
        if not survives("varbinds", changed):
            continue
        found = differing(changed, inputs, wanted)
        same, missing = same + (not found), missing + bool(found)
        if found:
            print(f"varbinds.py:{line}: {shown}: {len(found)} lists, {found[0]}", flush=True)
    print(f"{same + missing} survive; {same} read all of {count} lists alike, {missing} lack a test")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
