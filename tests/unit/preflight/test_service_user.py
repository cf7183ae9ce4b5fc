"""What is not there is said to be not there, and not to be closed to the user who asks."""

import os
from pathlib import Path

from cmsp_agent.preflight.service_user import ServiceUser


def test_a_file_that_is_missing_is_missing_whoever_asks(tmp_path: Path) -> None:
    wanted = tmp_path / "tls" / "agent.pem"
    assert ServiceUser("me", os.geteuid(), frozenset()).why_unreadable(wanted) == f"there is no file {wanted}"
    wanted.parent.mkdir()
    wanted.write_text("x")
    assert ServiceUser("me", os.geteuid(), frozenset()).why_unreadable(wanted) == ""
