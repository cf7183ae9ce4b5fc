"""The check of names knows the barred words, in every spelling, and class names that occur twice."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def words() -> ModuleType:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("words", ROOT / "packaging/words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "text",
    ["told = 1", "class HeardV3: pass", "def _go(at_ground): pass", "x.vouch()", "import a as knock", "SITUATION = 1"],
)
def test_a_barred_word_is_found(words: ModuleType, text: str) -> None:
    assert len(list(words.barred_in("agent/sample.py", ast.parse(text)))) == 1


@pytest.mark.parametrize("text", ["background = 1", "'told'", "overheard = 1", "silence = 1"])
def test_other_names_are_not(words: ModuleType, text: str) -> None:
    assert list(words.barred_in("agent/sample.py", ast.parse(text))) == []


def test_a_silence_is_no_component_that_does_not_answer(words: ModuleType) -> None:
    assert list(words.barred_in("agent/cmsp_agent/pipeline/poll_judge.py", ast.parse("silence = 1")))


def test_a_module_is_named_like_everything_else(words: ModuleType) -> None:
    assert list(words.barred_in("agent/telling.py", ast.parse("")))


def test_a_class_name_occurs_once(words: ModuleType, tmp_path: Path) -> None:
    for name in ("one", "two"):
        file = tmp_path / "agent" / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text("class Reply:\n    pass\n")
    assert words.check(tmp_path) == ["agent/two.py:1: type Reply is also agent/one.py:1"]


def test_a_name_for_a_type_occurs_once_too(words: ModuleType, tmp_path: Path) -> None:
    for name, text in (("one", "Sink = Callable[[int], None]\n"), ("two", "class Sink: pass\nLIMIT = A | B\n")):
        file = tmp_path / "agent" / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    assert words.check(tmp_path) == ["agent/two.py:1: type Sink is also agent/one.py:1"]


def test_how_an_argument_is_read_may_be_named_by_each_command(words: ModuleType) -> None:
    assert list(words.types_in(ast.parse("Config = Annotated[Path, Option()]"))) == []


def test_tests_use_the_same_words_and_types_of_their_own(words: ModuleType, tmp_path: Path) -> None:
    for name in ("test_one", "test_two"):
        file = tmp_path / "tests" / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text("class Site: pass\nheard = 1\n")
    assert [fault.partition(": ")[0] for fault in words.check(tmp_path)] == [
        "tests/test_one.py:2",
        "tests/test_two.py:2",
    ]
