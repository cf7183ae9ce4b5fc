"""Find the MIBs that a file imports from, where they lie in its folder: by the file's name, or by what it defines."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from cmsp_agent.plugin.mib_file import imported_modules

ENDINGS = ("", ".txt", ".mib", ".my", ".smi")
"""Of files that bear the module's name."""
MOST_FILES = 5_000
"""Of a folder, in the order of their names; more are not looked into."""
LARGEST = 16 << 20
"""Octets of a file that is looked into."""
_HEADER = re.compile(rb"DEFINITIONS\b")
_NAME_BEFORE = re.compile(rb"([A-Za-z][\w-]*)\s*(?:\{[^}]*\}\s*)?\Z")


def text_of(file: Path) -> str:
    """The file as text; what is no UTF-8 in it stands in descriptions only."""
    return file.read_text("utf-8", "replace")


def imported(files: Sequence[Path]) -> list[Path]:
    """The files beside these that they import from, and those that these import from in turn."""
    found: list[Path] = []
    defined: dict[Path, dict[str, Path]] = {}
    for file in (waiting := list(files)):
        for module in imported_modules(text_of(file)):
            path = _of_that_name(file, module)
            if path is None:
                folder = file.parent
                if folder not in defined:
                    defined[folder] = {name: path for path, name in _definitions(folder)}
                path = defined[folder].get(module)
            if path is not None and path not in waiting:
                found.append(path)
                waiting.append(path)
    return found


def _of_that_name(file: Path, module: str) -> Path | None:
    beside = (file.with_name(f"{module}{ending}") for ending in ENDINGS)
    return next((path for path in beside if path.is_file()), None)


def _definitions(folder: Path) -> Iterator[tuple[Path, str]]:
    """(file, module that it defines)."""
    files = (path for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_size <= LARGEST)
    for path in islice(files, MOST_FILES):
        data = path.read_bytes()
        for header in _HEADER.finditer(data):
            name = _NAME_BEFORE.search(data, max(0, header.start() - 200), header.start())
            if name is not None:
                yield path, name[1].decode()
