"""Logging: JSON lines under systemd, readable lines on a terminal. Everybody else uses the standard `logging`."""

import logging
import os
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import Processor

CHATTY = ("paramiko", "urllib3", "asyncio", "uvicorn", "apscheduler")
"""Libraries whose own chatter says nothing to an operator, and may quote what it should not."""


def under_systemd(environment: Mapping[str, str]) -> bool:
    """Whether standard error goes to the journal."""
    return "JOURNAL_STREAM" in environment or "NOTIFY_SOCKET" in environment


def configure(level: str = "info", stream: TextIO = sys.stderr, *, json: bool | None = None) -> None:
    """Send all logging to `stream`, replacing what was configured before.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        stream: where lines go.
        json: None: JSON under systemd only.
    """
    as_json = under_systemd(os.environ) if json is None else json
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(as_json, colours=stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # paramiko logs tracebacks of its own for what the transports report as errors
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    # uvicorn writes a line for each broken request, as many as a caller likes to send: they are counted instead
    logging.getLogger("uvicorn").setLevel(logging.ERROR)


def formatter(as_json: bool, *, colours: bool) -> logging.Formatter:
    """The formatter for one of the two readers. Tracebacks never show the values of variables."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]
    )
