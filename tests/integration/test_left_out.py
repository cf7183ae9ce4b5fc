"""In CI a test that is left out is a failure, unless only the reference material beside the repository is absent."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = """
import pytest

def test_kept():
    pass

def test_left_out():
    pytest.skip("no such tool here")

def test_needs_reference(shared):
    pass
"""

pytestmark = pytest.mark.timeout(30)


def outcome(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the sample's tests under the project's own rules."""
    sample = folder / "test_sample.py"
    sample.write_text(SAMPLE)
    base = {key: value for key, value in os.environ.items() if key not in {"CI", "CMSP_SHARED"}}
    command = (sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider")
    return subprocess.run(
        [*command, "-c", "/dev/null", "--rootdir", str(folder), str(sample)],
        cwd=ROOT,
        env={**base, "CMSP_SHARED": str(folder / "absent"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_by_hand_it_is_said(tmp_path: Path) -> None:
    result = outcome(tmp_path, {})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 passed, 2 skipped" in result.stdout
    assert "1  no such tool here" in result.stdout


def test_in_ci_it_fails_but_for_absent_reference_material(tmp_path: Path) -> None:
    result = outcome(tmp_path, {"CI": "1"})
    assert result.returncode == 1
    assert "1 failed, 1 passed, 1 skipped" in result.stdout
    assert "left out in CI, where nothing may be: no such tool here" in result.stdout
