"""Hold names to the field's words: no name says what the glossary says otherwise, and no name of a type occurs twice.

Tests are held to the words too; each of them may name its own types.

The glossary is in `docs/architecture.md`. Names that a contract gives stay (`suppressed_by`, the keys of the file).
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = ("agent", "plugins")
TESTS = "tests"
BARRED = {
    "situation": "alarm state",
    "telling": "alarm report, or link",
    "tellings": "alarm reports",
    "explained": "inhibited",
    "eclipsed": "inhibited",
    "rubbish": "protocol violation, or what does not fit",
    "ground": "runtime",
    "serving": "api",
    "witness": "tracked next hop",
    "witnesses": "tracked next hops",
    "vouch": "authenticate, or what is done",
    "knock": "check a port",
    "bury": "set aside as a dead letter",
    "buried": "dead letters",
    "hangup": "reload signal",
    "hangups": "reload signal",
    "bought": "ordered",
    "heard": "received, or answered",
    "unheard": "unanswered",
    "told": "reported, or what was shown",
    "untold": "what it is",
    "trial": "test",
}
"""Word → what the field calls it."""
BARRED_WHERE_POLLS_ARE_JUDGED = {"silence": "unanswered polls", "silences": "unanswered polls"}
"""A silence is a mute of notifications; a component that does not answer has unanswered polls."""
JUDGING = tuple(f"agent/cmsp_agent/{each}" for each in ("pipeline/poll_judge", "pipeline/causes", "services/polling/"))
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that a module defines or uses, with its line."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "name", "arg", "asname"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield getattr(node, "lineno", 1), name


def barred_in(path: str, tree: ast.AST) -> Iterator[str]:
    """What a module calls by a barred word."""
    barred = BARRED | BARRED_WHERE_POLLS_ARE_JUDGED if path.startswith(JUDGING) else BARRED
    for line, name in [(1, Path(path).stem), *names_in(tree)]:
        for word in _WORD.findall(name):
            if word.lower() in barred:
                yield f"{path}:{line}: {name}: the field says {barred[word.lower()]}"


def types_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The classes of a module, and the names that it gives to types such as `Callable[...]`.

    `Annotated[...]` says how an argument is read from a command or a file: each command and section has its own.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.name
    for node in tree.body:
        target = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
        if isinstance(target, ast.Name) and re.fullmatch("[A-Z]+[a-z].*", target.id):
            value = getattr(node, "value", None)
            if isinstance(value, ast.Subscript | ast.BinOp) and not ast.unparse(value).startswith("Annotated["):
                yield node.lineno, target.id


def check(root: Path) -> list[str]:
    """What is wrong under `root`, sorted."""
    faults: set[str] = set()
    classes: dict[str, list[str]] = defaultdict(list)
    for source in (*SOURCE_ROOTS, TESTS):
        for file in sorted((root / source).rglob("*.py")):
            path = str(file.relative_to(root))
            tree = ast.parse(file.read_text(encoding="utf-8"), path)
            faults.update(barred_in(path, tree))
            for line, name in types_in(tree) if source != TESTS else ():
                classes[name].append(f"{path}:{line}")
    twice = (
        f"{places[-1]}: type {name} is also {', '.join(places[:-1])}" for name, places in classes.items() if places[1:]
    )
    return sorted([*faults, *twice])


if __name__ == "__main__":
    found = check(ROOT)
    print("\n".join(found) or "words: ok")
    sys.exit(bool(found))
