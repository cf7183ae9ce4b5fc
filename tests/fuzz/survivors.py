"""Judges the survivors of `mutants`: does one read anything differently, of so many whole and mutated inputs?

    .venv/bin/python -m tests.fuzz.survivors varbinds|usual_trap [COUNT]

What differs and yet survives lacks a unit test; the shortest input that shows it is printed, to make one of it. The
module under test is imported after the mutants have run: each of their processes puts its own in its place.
"""

import argparse
import ast
import sys
from collections.abc import Callable

from tests.fuzz.mutants import PACKAGE, ROOT, mutants, survives

COUNT = 25_000
Mutant = tuple[int, str, str]
"""Line, what was changed, the source."""
Shown = Callable[[str], str | None]
"""Of a mutant's source: the shortest input that it reads differently, and what it reads; None: it reads all alike."""


def source_of(name: str) -> str:
    """The module's source."""
    return ROOT.joinpath("agent", *PACKAGE.split("."), f"{name}.py").read_text()


def survivors(name: str) -> list[Mutant]:
    """The mutants that no unit test notices.

    Raises:
        RuntimeError: the tests fail without a mutation.
    """
    source = source_of(name)
    if not survives(name, ast.unparse(ast.parse(source))):
        raise RuntimeError("the tests fail without a mutation")
    return [mutant for mutant in mutants(source) if survives(name, mutant[2])]


def _lists(count: int) -> Shown:
    from tests.fuzz import readings

    inputs = list(readings.lists(count))
    wanted = readings.of(source_of("varbinds"), inputs)

    def shown(source: str) -> str | None:
        given = readings.shortest_difference(inputs, wanted, readings.of(source, inputs))
        return f"{given[0].hex()} from {given[1]} to {given[2]}" if given else None

    return shown


def _traps(count: int) -> Shown:
    from tests.fuzz import trap_readings

    inputs = list(trap_readings.traps(count))
    wanted = trap_readings.by_the_long_way(inputs)

    def shown(source: str) -> str | None:
        differ = trap_readings.differing(source, inputs, wanted)
        given = min(differ, key=lambda each: len(each[0]), default=None)
        return f"{given[0].hex()} as {given[1]}" if given else None

    if unchanged := shown(source_of("usual_trap")):
        raise RuntimeError(f"read differently without a mutation: {unchanged}")
    return shown


JUDGES: dict[str, Callable[[int], Shown]] = {"varbinds": _lists, "usual_trap": _traps}


def main() -> int:
    """List the survivors that read something differently; 1 where any does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", choices=sorted(JUDGES))
    parser.add_argument("count", nargs="?", type=int, default=COUNT)
    options = parser.parse_args()
    found = survivors(options.module)
    differs = JUDGES[options.module](options.count)
    missing = 0
    for line, shown, changed in found:
        if (given := differs(changed)) is not None:
            missing += 1
            print(f"{options.module}.py:{line}: {shown}: {given}", flush=True)
    print(f"{len(found)} survive; {missing} of them read one of {options.count} inputs differently and lack a test")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
