"""The check for what nothing but tests uses finds such names, and lets those pass that anything else may call."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]

MODULE = """
import asyncio
from plugins import route

LIMIT = 1
SPARE = 2

def used(): return LIMIT

def spare(): return used()

def _private(): ...

@route
def registered(): ...

class Reader:
    def read(self): return self.size

    @property
    def size(self): ...

    def rewind(self): ...

class Protocol(asyncio.Protocol):
    def connection_made(self, transport): ...
"""


@pytest.fixture(scope="module")
def unused() -> ModuleType:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("unused", ROOT / "packaging/unused.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_nobody_uses_is_found(unused: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent/module.py").write_text(MODULE)
    names = [each.rpartition(" ")[2] for each in unused.unused(tmp_path)]
    assert names == ["SPARE", "spare", "read", "rewind"]


def test_a_plugin_counts_as_a_user(unused: ModuleType, tmp_path: Path) -> None:
    for path, text in (("agent/module.py", "def used(): ..."), ("plugins/user.py", "from module import used\nused()")):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(text)
    assert unused.unused(tmp_path) == []
