"""Where in a plugin's source a part of a device type was written, so that a mistake is reported with its line."""

import inspect
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePath
from types import FrameType
from typing import Any

_OWN = ("cmsp_agent.", "dataclasses", "importlib")
_NO_PLUGIN = frozenset({*sys.stdlib_module_names, "cmsp_agent", "pluggy"})
"""Packages whose lines are nobody's mistake: an error in them is at the plugin's line that led there."""


def written_here() -> str:
    """`folder/file.py:line` of the code that is building a part; empty where no plugin is.

    Called by the constructor of a part: frames of the agent and of `dataclasses` are passed over.
    """
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(_OWN):
        frame = frame.f_back
    return "" if frame is None else line_of(frame.f_code.co_filename, frame.f_lineno)


def written_at(part: object) -> str:
    """Where a part was written, as it keeps it itself; empty where it keeps no place (`where` may be a pattern)."""
    known: Mapping[str, Any] = getattr(type(part), "__dataclass_fields__", {})
    names = (
        name for name in ("where_written", "where") if getattr(known.get(name), "default_factory", None) is written_here
    )
    return next((str(getattr(part, name)) for name in names), "")


def line_of(file: str, line: int) -> str:
    """A line of a file, with the folder that the file is in: enough to find it, short enough to read."""
    return f"{'/'.join(PurePath(file).parts[-2:])}:{line}"


def first_line(function: Callable[..., object]) -> str:
    """Where a function begins, with what decorates it."""
    code = inspect.unwrap(function.func if isinstance(function, partial) else function).__code__
    return line_of(code.co_filename, code.co_firstlineno)


def file_of(error: BaseException) -> str:
    """The plugin's file in which an error was raised, the innermost one; empty where it was in none of its files."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename
    found, trace = "", error.__traceback__
    while trace is not None:
        if _is_plugin(trace.tb_frame):
            found = trace.tb_frame.f_code.co_filename
        trace = trace.tb_next
    return found


def _is_plugin(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] not in _NO_PLUGIN


def place_of(error: BaseException) -> str:
    """The plugin's line at which an error was raised, the innermost one; empty where it was in none of its lines."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return line_of(error.filename, error.lineno)
    found, trace = "", error.__traceback__
    while trace is not None:
        if _is_plugin(trace.tb_frame):
            found = line_of(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found
