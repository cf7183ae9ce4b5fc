"""``make demo`` as a partner's engineer sees it without a terminal: the story comes true, the books agree, in time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LIMIT = 90.0


@pytest.mark.timeout(150)
def test_the_demonstration_ends_by_itself_and_its_books_agree(repository: Path) -> None:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.lab.demo"],
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=140,
        check=False,
    )
    took = time.monotonic() - began
    assert done.returncode == 0, done.stdout + done.stderr
    assert took < LIMIT
    for reported in (
        "P3: major x individual (60/400 people, 0/4 sites, 1/8 components)",
        "+ description to the new floor",
        "records wait for the head-end",
        "P2: critical x localised (100/400 people, 1/4 sites, 2/8 components)",
        "all 8 components are up, no fault is left",
    ):
        assert reported in done.stdout
    assert done.stdout.count("agrees") == 11
    assert "Traceback" not in done.stderr


@pytest.mark.timeout(60)
def test_an_interrupted_demonstration_leaves_nothing_behind(repository: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.lab.demo"],
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "all 8 components answer" in line:
                break
        demo.send_signal(signal.SIGINT)
        demo.stdout.read()
        assert demo.wait(20) == 130
    assert list(tmp_path.iterdir()) == []
