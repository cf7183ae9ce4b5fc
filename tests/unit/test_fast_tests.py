"""The shares of the quick run hold every unit test once, and none is much larger than another."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def fast_tests() -> ModuleType:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("fast_tests", ROOT / "packaging/fast_tests.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_test_is_in_one_share(fast_tests: ModuleType) -> None:
    unit = ROOT / "tests/unit"
    shares = fast_tests.shares(unit, 4)
    parts = [Path(part) for share in shares for part in share]
    covered = [file for part in parts for file in ([part] if part.is_file() else part.rglob("test_*.py"))]
    assert sorted(covered) == sorted(unit.rglob("test_*.py"))
    assert len(shares) == 4


def test_the_largest_part_goes_to_the_smallest_share(fast_tests: ModuleType, tmp_path: Path) -> None:
    for name, size in (("a", 5), ("b", 4), ("c", 3), ("d", 2)):
        (tmp_path / f"test_{name}.py").write_text("#" * size * 10)
    shares = [[Path(part).stem for part in share] for share in fast_tests.shares(tmp_path, 2)]
    assert shares == [["test_a", "test_d"], ["test_b", "test_c"]]
