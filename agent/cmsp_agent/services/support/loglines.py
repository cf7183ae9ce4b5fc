"""The agent's own last log lines, kept in memory for the support bundle: the journal is not ours to read."""

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from cmsp_agent.model.times import rfc3339

MOST_LINES = 5_000
LONGEST = 2_000
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LogLines(logging.Handler):
    """Keeps the newest lines."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[dict[str, str]] = deque(maxlen=MOST_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record, with what was said beside its text."""
        beside = {name: str(value) for name, value in vars(record).items() if name not in _PLAIN}
        at = rfc3339(round(record.created * 1000))
        said = {"at": at, "level": record.levelname, "logger": record.name, "event": record.getMessage(), **beside}
        if record.exc_info and record.exc_info[0] is not None:
            said["exception"] = logging.Formatter().formatException(record.exc_info)
        self._lines.append({name: text[:LONGEST] for name, text in said.items()})

    def rows(self) -> list[dict[str, str]]:
        """The lines, the oldest first."""
        return list(self._lines)


@contextmanager
def kept_log() -> Iterator[LogLines]:
    """Keep what is logged for as long as the block runs."""
    lines, root = LogLines(), logging.getLogger()
    root.addHandler(lines)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
