"""Where in a plugin's source a part of a device type was written, so that a mistake is reported with its line."""

import inspect
from pathlib import PurePath
from types import FrameType

_OWN = ("cmsp_agent.", "dataclasses", "importlib")


def written_here() -> str:
    """`folder/file.py:line` of the code that is building a part; empty where no plugin is.

    Called by the constructor of a part: frames of the agent and of `dataclasses` are passed over.
    """
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith(_OWN):
        frame = frame.f_back
    return "" if frame is None else line_of(frame.f_code.co_filename, frame.f_lineno)


def line_of(file: str, line: int) -> str:
    """A line of a file, with the folder that the file is in: enough to find it, short enough to read."""
    return f"{'/'.join(PurePath(file).parts[-2:])}:{line}"


def file_of(error: BaseException) -> str:
    """The plugin's file in which an error was raised, the innermost one; empty where it was in none of its files."""
    found, trace = "", error.__traceback__
    while trace is not None:
        if not str(trace.tb_frame.f_globals.get("__name__", "")).startswith((*_OWN, "pluggy")):
            found = trace.tb_frame.f_code.co_filename
        trace = trace.tb_next
    return found


def place_of(error: BaseException) -> str:
    """The plugin's line at which an error was raised, the innermost one; empty where it was in none of its lines."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return line_of(error.filename, error.lineno)
    found, trace = "", error.__traceback__
    while trace is not None:
        if not str(trace.tb_frame.f_globals.get("__name__", "")).startswith((*_OWN, "pluggy")):
            found = line_of(trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return found
