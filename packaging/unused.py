"""Find what the product never uses: public functions, methods and constants of the agent that tests alone name.

A name counts as used where a module of the agent or a plugin says it: as a name, an attribute, a keyword or a string. A
name that two classes share counts for both, so what is found is surely unused. Not looked at: what a framework calls
(decorated functions, methods of classes with foreign bases) and what is offered to plugins.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = ("agent", "plugins")
OFFERED = ("agent/cmsp_agent/plugin/api.py", "agent/cmsp_agent/plugin/hookspecs.py")
"""Modules for plugins from outside."""
OWN_BASES = {"Protocol", "NamedTuple", "StrEnum", "Enum", "IntEnum"}
Definition = tuple[int, str]


def definitions(tree: ast.Module) -> Iterator[Definition]:
    """Public functions, methods and constants of a module, each with its line."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((node.lineno, target.id) for target in targets if isinstance(target, ast.Name))
        yield from _function(node)
        if isinstance(node, ast.ClassDef) and not _is_foreign(node):
            for part in node.body:
                yield from _function(part)


def _function(node: ast.AST) -> Iterator[Definition]:
    decorators = {ast.unparse(each) for each in getattr(node, "decorator_list", ())}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and decorators <= {
        "property",
        "classmethod",
        "staticmethod",
    }:
        yield node.lineno, node.name


def _is_foreign(node: ast.ClassDef) -> bool:
    """Whether somebody else's class may call the methods: asyncio's protocols, pydantic's models, HTTP adapters."""
    return any(ast.unparse(base).partition("[")[0] not in OWN_BASES for base in node.bases)


def uses(tree: ast.Module) -> Iterator[str]:
    """Every name that a module uses, not those that it only defines."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name):
                yield name
            case ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(text)) if text.isidentifier():
                yield text


def unused(root: Path) -> list[str]:
    """What is never used under `root`, as `path:line: name`."""
    trees = {
        str(path.relative_to(root)): ast.parse(path.read_text(encoding="utf-8"))
        for source in SOURCE_ROOTS
        for path in sorted((root / source).rglob("*.py"))
    }
    used = {name for tree in trees.values() for name in uses(tree)}
    return [
        f"{path}:{line}: {name}"
        for path, tree in trees.items()
        if path.startswith("agent/") and path not in OFFERED
        for line, name in definitions(tree)
        if not name.startswith("_") and name not in used
    ]


if __name__ == "__main__":
    found = unused(ROOT)
    print("\n".join(f"{each} is used by nothing but tests" for each in found) or "unused: none")
    sys.exit(bool(found))
