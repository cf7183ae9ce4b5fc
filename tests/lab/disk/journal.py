"""What a process did to its files, written down by a preloaded library (recorder.c) in the order in which it did it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("recorder.c")
ROOT = Path(__file__).resolve().parents[3]
WITHIN = 100
"""Seconds for what is recorded."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call: what, on which path, and what was written at which offset."""

    what: str
    path: str
    to: str = ""
    offset: int = 0
    data: bytes = b""


def compiler() -> str | None:
    """The C compiler that the recorder needs; None where there is none."""
    return shutil.which("cc") or shutil.which("gcc")


def preloaded(directory: Path, root: Path) -> Mapping[str, str]:
    """Compile the recorder; the environment that makes a process write down what it does below `root`."""
    library, cc = directory / "recorder.so", compiler()
    assert cc is not None
    subprocess.run([cc, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "DISK_ROOT": str(root), "DISK_JOURNAL": str(directory / "journal")}


def recorded_run(place: Path, module: str, *arguments: object) -> list[Step]:
    """What a module does below `place/victim`, which is its first argument, from the creation of everything on."""
    directory = place / "victim"
    directory.mkdir()
    command = [sys.executable, "-m", module, str(directory), *map(str, arguments)]
    environment = {**os.environ, **preloaded(place, directory)}
    subprocess.run(command, cwd=ROOT, check=True, timeout=WITHIN, env=environment)
    return list(steps(place))


def steps(directory: Path) -> Iterator[Step]:
    """What was written down, in order; a last line that was cut is left out."""
    with (directory / "journal").open() as lines:
        for line in lines:
            if line.endswith("\n"):
                yield _step(line[:-1].split("\t"))


def _step(fields: list[str]) -> Step:
    match fields:
        case ["write", path, offset, data]:
            return Step("write", path, offset=int(offset), data=bytes.fromhex(data))
        case ["cut", path, size]:
            return Step("cut", path, offset=int(size))
        case ["rename" | "link" | "symlink" as what, path, to]:
            return Step(what, path, to)
        case [what, path]:
            return Step(what, path)
    raise ValueError(f"no step: {fields[:2]}")
