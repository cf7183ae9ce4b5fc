"""The check of sizes and care names what is wrong, and where."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def shape() -> Iterator[ModuleType]:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("shape", ROOT / "packaging/shape.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["shape"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["shape"]


def faults(shape: ModuleType, folder: Path, text: str, path: str = "agent/cmsp_agent/sample.py") -> list[str]:
    """What the script says of one module."""
    file = folder / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return list(shape.measure(folder).faults)


def test_clean_source_has_no_fault(shape: ModuleType, tmp_path: Path) -> None:
    text = '"""Role."""\n\n\ndef one() -> int:\n    """Say one."""\n    return 1\n'
    assert faults(shape, tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n" * 8, "no docstring that says the module's role"),
        ('"""Role."""\ndef one():\n    return 1\n', "one has no return type"),
        ('"""Role."""\ndef one() -> None:\n' + "    pass\n" * 51, "one has 52 lines (at most 50)"),
        ('"""Role."""\n' + "ONE = 1\n" * 300, "301 lines (at most 300)"),
        ('"""Role."""\ntry:\n    pass\nexcept Exception:\n    pass\n', "broad except outside"),
        ('"""Role."""\ntry:\n    pass\nexcept (OSError, BaseException):\n    pass\n', "broad except outside"),
    ],
)
def test_a_fault_is_named(shape: ModuleType, tmp_path: Path, text: str, said: str) -> None:
    (fault,) = faults(shape, tmp_path, text)
    assert fault.startswith("agent/cmsp_agent/sample.py:")
    assert said in fault


def test_docstrings_don_t_count_as_lines(shape: ModuleType, tmp_path: Path) -> None:
    text = '"""Role."""\ndef one() -> None:\n    """Say.\n' + "\n    more\n" * 40 + '    """\n'
    assert faults(shape, tmp_path, text) == []


def test_isolation_may_catch_everything(shape: ModuleType, tmp_path: Path) -> None:
    text = '"""Role."""\ntry:\n    pass\nexcept Exception:\n    pass\n'
    assert faults(shape, tmp_path, text, shape.ISOLATING[0]) == []
