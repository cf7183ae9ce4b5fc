"""Judges the survivors of `mutants varbinds`: does a mutant read anything differently, of so many mutated lists?

    .venv/bin/python -m tests.fuzz.survivors [COUNT]

What differs and yet survives lacks a unit test; the shortest list that shows it is printed, to make one of it. The
module under test is imported after the mutants have run: each of their processes puts its own in its place.
"""

import ast
import sys

from tests.fuzz.mutants import PACKAGE, ROOT, mutants, survives

COUNT = 25_000
SOURCE = ROOT.joinpath("agent", *PACKAGE.split("."), "varbinds.py")
Mutant = tuple[int, str, str]
"""Line, what was changed, the source."""


def survivors() -> list[Mutant]:
    """The mutants that no unit test notices.

    Raises:
        RuntimeError: the tests fail without a mutation.
    """
    source = SOURCE.read_text()
    if not survives("varbinds", ast.unparse(ast.parse(source))):
        raise RuntimeError("the tests fail without a mutation")
    return [mutant for mutant in mutants(source) if survives("varbinds", mutant[2])]


def main() -> int:
    """List the survivors that read something differently; 1 where any does."""
    found = survivors()
    from tests.fuzz import readings

    inputs = list(readings.lists(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
    wanted = readings.of(SOURCE.read_text(), inputs)
    missing = 0
    for line, shown, changed in found:
        given = readings.shortest_difference(inputs, wanted, readings.of(changed, inputs))
        if given is not None:
            missing += 1
            print(f"varbinds.py:{line}: {shown}: {given[0].hex()} from {given[1]} to {given[2]}", flush=True)
    print(f"{len(found)} survive; {missing} of them read one of {len(inputs)} lists differently and lack a test")
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
