"""Run the unit tests in a few processes side by side, within a bound of time: `fast_tests.py SECONDS`.

They need no network and no root. What a process prints is shown when it has failed; else its last line.
"""

import subprocess
import sys
import time
from pathlib import Path

UNIT = Path(__file__).resolve().parent.parent / "tests/unit"
PROCESSES = 4


def shares(folder: Path, count: int) -> list[list[str]]:
    """The folder's test files in shares of about equal size, each folder's spread over all: the largest file first."""
    sizes = {str(path): path.stat().st_size for path in folder.rglob("test_*.py")}
    made: list[list[str]] = [[] for _ in range(count)]
    weights = [0] * count
    for path in sorted(sizes, key=lambda name: (-sizes[name], name)):
        smallest = weights.index(min(weights))
        made[smallest].append(path)
        weights[smallest] += sizes[path]
    return [sorted(share) for share in made if share]


def main(seconds: float) -> int:
    """The exit code: 0 all passed, 1 some failed, 124 the time was over."""
    deadline = time.monotonic() + seconds
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *share],
            cwd=UNIT.parent.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for share in shares(UNIT, PROCESSES)
    ]
    code = 0
    for process in running:
        try:
            out, _ = process.communicate(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(
                f"not over within {seconds:g} s; a slow or busy machine takes longer: make test-fast FAST_SECONDS=300"
            )
            code = 124
            break
        print(out if process.returncode else out.splitlines()[-1])
        code = code or min(process.returncode, 1)
    for process in running:
        process.kill()
    return code


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
