"""The import contracts hold what they promise: one violation of each, planted in a copy of the source, is found.

The contracts are read from pyproject.toml, so a new one is tested without a line here; what a violation looks like
depends on the kind of contract only.
"""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS: dict[str, dict[str, Any]] = {contract["id"]: contract for contract in SETTINGS["contracts"]}
LAYERS: list[str] = CONTRACTS["layers"]["layers"]
ROOMS = [layer.split(" | ")[0] for layer in CONTRACTS["rooms"]["layers"]][:3]
"""A package of each row; further down there are modules."""
FORBIDDEN = [contract for contract in CONTRACTS.values() if contract["type"] == "forbidden"]
OURS = ("cmsp_agent", "cmsp_plugins")
OUTSIDE = {
    library: identifier
    for identifier, contract in CONTRACTS.items()
    for library in contract.get("protected_modules", [])
    if library not in OURS
}

# The linter builds the whole import graph: seconds, shared by all tests of this module.
pytestmark = pytest.mark.timeout(60)


def lint(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the linter on a copy of the source roots."""
    roots = f"import sys; sys.path[:0] = [{str(tree / 'agent')!r}, {str(tree / 'plugins')!r}]; "
    run = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", roots + run, "--no-cache", "--no-logo", *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=50)


def plant(tree: Path, module: str, text: str) -> None:
    """Add a module with `text` to the copy."""
    root = "agent" if module.startswith("cmsp_agent") else "plugins"
    path = tree / root / Path(*module.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.write_text(text)


def copy_source(tree: Path) -> Path:
    """Copy what the linter reads."""
    for root in ("agent", "plugins"):
        shutil.copytree(ROOT / root, tree / root, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The linter's words on a copy with a violation of every contract in it."""
    tree = copy_source(tmp_path_factory.mktemp("planted"))
    for upper, lower in pairwise(LAYERS):
        plant(tree, f"cmsp_agent.{upper}.planted_target", "")
        plant(tree, f"cmsp_agent.{lower}.planted_climber", f"import cmsp_agent.{upper}.planted_target\n")
    for library in OUTSIDE:
        plant(tree, f"cmsp_agent.model.planted_{library}", f"import {library}\n")
    plant(tree, "cmsp_plugins.planted.plugin", "import cmsp_agent.model.ids\nimport cmsp_plugins.reachability.plugin\n")
    for upper, lower in pairwise(ROOMS):
        plant(tree, f"cmsp_agent.services.{upper}.planted_target", "")
        plant(
            tree, f"cmsp_agent.services.{lower}.planted_climber", f"import cmsp_agent.services.{upper}.planted_target\n"
        )
    for each in FORBIDDEN:
        plant(tree, f"{each['source_modules'][0]}.planted_{each['id'].replace('-', '_')}", "".join(_imports(each)))
    plant(tree, "cmsp_agent.services.planted_plugin", "import cmsp_plugins.reachability.plugin\n")
    result = lint(tree)
    assert result.returncode == 1, result.stdout + result.stderr
    return result.stdout


def _imports(contract: dict[str, Any]) -> Iterator[str]:
    for module in contract["forbidden_modules"]:
        yield f"import {module}\n"


def statuses(output: str) -> dict[str, str]:
    """KEPT or BROKEN for each contract's name."""
    found = (re.fullmatch(r"(.+) (KEPT|BROKEN)( \(.*\))?", line) for line in output.splitlines())
    return {match[1]: match[2] for match in found if match}


def test_the_source_keeps_every_contract(tmp_path: Path) -> None:
    result = lint(copy_source(tmp_path))
    assert result.returncode == 0, result.stdout + result.stderr
    assert statuses(result.stdout) == {contract["name"]: "KEPT" for contract in CONTRACTS.values()}


@pytest.mark.parametrize("identifier", CONTRACTS)
def test_a_planted_violation_is_found(verdict: str, identifier: str) -> None:
    assert statuses(verdict)[CONTRACTS[identifier]["name"]] == "BROKEN"


@pytest.mark.parametrize(("upper", "lower"), list(pairwise(LAYERS)))
def test_no_layer_may_import_the_one_above_it(verdict: str, upper: str, lower: str) -> None:
    assert f"cmsp_agent.{lower} is not allowed to import cmsp_agent.{upper}:" in verdict


@pytest.mark.parametrize("library", OUTSIDE)
def test_an_outside_library_has_one_importer(verdict: str, library: str) -> None:
    assert f"cmsp_agent.model.planted_{library} -> {library}" in verdict


def test_a_package_that_no_layer_names_is_found(tmp_path: Path) -> None:
    tree = copy_source(tmp_path)
    plant(tree, "cmsp_agent.unplaced.module", "")
    result = lint(tree, "--contract", "layers")
    assert result.returncode == 1
    assert "cmsp_agent.unplaced" in result.stdout


def imported_tops(path: Path) -> Iterator[str]:
    """The first part of each module that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_every_outside_library_is_pinned_by_a_contract() -> None:
    files = [file for root in ("agent", "plugins") for file in (ROOT / root).rglob("*.py")]
    used = {top for file in files for top in imported_tops(file)}
    assert used - set(sys.stdlib_module_names) - set(OURS) <= set(OUTSIDE)
