"""The package is the same, byte for byte, wherever it is built; a wheel that was tampered with is refused."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.lab.machine.commands import CommandFailed, run

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.timeout(1200)]


def build(out: Path) -> Path:
    """Build into `out`, in a scratch tree of another name each time."""
    run(str(ROOT / "packaging/build-deb"), str(out), within=600)
    (built,) = out.glob("*.deb")
    return built


def test_two_builds_are_equal(package: Path, tmp_path: Path) -> None:
    shutil.copytree(package.parent / "wheelhouse", tmp_path / "wheelhouse")
    again = build(tmp_path)
    assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(package.read_bytes()).hexdigest()


def test_a_wheel_of_another_content_is_refused(package: Path, tmp_path: Path) -> None:
    shutil.copytree(package.parent / "wheelhouse", tmp_path / "wheelhouse")
    (victim,) = (tmp_path / "wheelhouse").glob("pluggy-*.whl")
    victim.write_bytes(victim.read_bytes() + b"\0")
    with pytest.raises(CommandFailed, match=r"(?i)hash"):
        run(
            str(ROOT / ".venv/bin/python"),
            *("-m", "pip", "install", "--no-index", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *("--find-links", str(tmp_path / "wheelhouse"), "--target", str(tmp_path / "installed")),
            *("-r", str(ROOT / "packaging/requirements/runtime.txt")),
            within=300,
        )
