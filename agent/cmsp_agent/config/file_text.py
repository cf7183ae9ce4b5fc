"""Read the YAML file's text within bounds: size, kind of file, UTF-8, no control characters. Knows nothing of YAML."""

import re
from pathlib import Path

from cmsp_agent.config.file_kind import in_place_of_a_file, move_away
from cmsp_agent.model.errors import ConfigurationError, Problem
from cmsp_agent.model.machine_faults import help_for

MOST_BYTES = 2 * 2**20
"""A site of 500 components takes some 250 kB; what is larger is no configuration."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def read_text(path: Path) -> str:
    """The file's text, without a byte order mark.

    Raises:
        ConfigurationError: missing, not a regular file, not readable, too large, not UTF-8, or with control characters.
    """
    data = _read(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _problem(path, line, "not UTF-8: save the file as UTF-8") from error
    if found := _CONTROL.search(text):
        line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
        raise _problem(path, line, f"a control character (U+{ord(found[0]):04X}) has no place in this file", column)
    return text


def _read(path: Path) -> bytes:
    try:
        if kind := in_place_of_a_file(path):
            raise _problem(path, 0, f"not a regular file but {kind}: {move_away(path)}")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        helps = help_for(error.errno or 0, path)
        raise _problem(path, 0, f"can't be read: {error.strerror}{f'; {helps}' if helps else ''}") from error
    if len(data) > MOST_BYTES:
        raise _problem(path, 0, f"larger than {MOST_BYTES // 2**20} MiB: this is no configuration")
    return data


def _problem(path: Path, line: int, text: str, column: int = 0) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), line, "", text, column)])
