"""What nobody foresaw is one line; a permission, a disk or a damaged row is said for what it is."""

import errno
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cmsp_agent.cli.main import _in_one_line


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied", "/var/lib/x"),
            "/var/lib/x: Permission denied; run this as",
        ),
        (OSError(errno.ENOSPC, "No space left on device", "/var/lib/x"), "make room on that disk"),
        (OSError(errno.EROFS, "Read-only file system", "/x"), "mounted read-only"),
        (sqlite3.DatabaseError("file is not a database"), "a database is damaged"),
    ],
)
def test_what_the_machine_refuses_is_no_mistake_of_ours(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _in_one_line(type(error), error, None)
    text = capsys.readouterr().err
    assert said in text
    assert "please report" not in text


@pytest.mark.timeout(30)
@pytest.mark.parametrize("arguments", [["-h"], ["config", "-h"], ["component", "list", "-h"]])
def test_help_has_a_short_form(arguments: list[str]) -> None:
    program = Path(sys.executable).with_name("cmsp-agent")
    ended = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, "Usage: cmsp-agent" in ended.stdout) == (0, True)
