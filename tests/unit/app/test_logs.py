"""What a log line looks like, and what it never shows."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from cmsp_agent.app import logs

CANARY = "s3cr3t-canary"


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def fail_with_a_secret_in_hand() -> None:
    password = CANARY
    raise RuntimeError(f"failed with {len(password)} characters")


def logged(*, json_lines: bool) -> str:
    stream = io.StringIO()
    logs.configure(stream=stream, json=json_lines)
    try:
        fail_with_a_secret_in_hand()
    except RuntimeError:
        logging.getLogger("cmsp_agent.test").exception("it broke", extra={"component": "gw-1"})
    return stream.getvalue()


def test_json_carries_the_extra_fields_and_the_traceback() -> None:
    [line] = logged(json_lines=True).splitlines()
    record = json.loads(line)
    assert (record["event"], record["component"], record["level"]) == ("it broke", "gw-1", "error")
    assert "RuntimeError" in record["exception"]


@pytest.mark.parametrize("json_lines", [True, False])
def test_tracebacks_never_show_the_values_of_variables(json_lines: bool) -> None:
    text = logged(json_lines=json_lines)
    assert "fail_with_a_secret_in_hand" in text
    assert CANARY not in text


def test_the_journal_gets_json() -> None:
    assert logs.under_systemd({"JOURNAL_STREAM": "8:1"})
    assert not logs.under_systemd({})
