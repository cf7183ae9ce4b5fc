"""Which modules are compiled, and that those suites that should run compiled really do."""

import importlib
import os
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from cmsp_agent import __version__
from cmsp_agent.cli import build
from cmsp_agent.cli.main import main

SOURCES = Path(__file__).resolve().parents[3] / "agent"
ON_COMPILED = os.environ.get("CMSP_TEST_COMPILED") == "1"


@pytest.mark.parametrize("module", build.modules())
def test_a_listed_module_has_a_source_and_runs_as_this_run_wants_it(module: str) -> None:
    assert (SOURCES / module.replace(".", "/")).with_suffix(".py").is_file()
    compiled = str(importlib.import_module(module).__file__).endswith(tuple(EXTENSION_SUFFIXES))
    assert compiled is ON_COMPILED
    assert build.is_compiled(module) is ON_COMPILED


@pytest.mark.parametrize("arguments", [["--version", "--verbose"], ["--verbose", "-V"]])
def test_version_says_which_modules_are_compiled(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    count = len(build.modules())
    assert lines[0] == f"cmsp-agent {__version__}"
    assert lines[2] == f"compiled modules: {count if ON_COMPILED else 0} of {count}"
    assert [line.split(":")[0].strip() for line in lines[3:]] == build.modules()


def test_a_compiled_module_is_known_by_its_suffix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"machine_code{EXTENSION_SUFFIXES[0]}").touch()
    (tmp_path / "source_code.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert build.is_compiled("machine_code")
    assert not build.is_compiled("source_code")
