"""What the source of a plugin shows without being run: imports that no plugin may use, hooks that are never called."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path

from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.plugin.source_line import line_of

AGENT, ALLOWED, MARK = "cmsp_agent", "cmsp_agent.plugin.api", "hook"
VERSION = "API_VERSION"
LARGEST, MOST_FILES = 1_000_000, 50
"""Octets of a file, and files of a package, that are looked at."""


def look_through(file: str, hooks: Mapping[str, inspect.Signature], version: int) -> list[str]:
    """Every mistake in a plugin's module and in those beside it, each as `file:line: what`; none in what can't be read.

    Args:
        file: the module that the entry point names.
        hooks: the hooks that there are.
        version: the version of the API.
    """
    own = Path(file)
    beside = own.parent.glob("*.py") if (own.parent / "__init__.py").exists() else (own,)
    found: list[str] = []
    for path in sorted({own, *beside})[:MOST_FILES]:
        try:
            tree = ast.parse(path.read_bytes()[:LARGEST])
        except (OSError, ValueError, SyntaxError, RecursionError):
            continue
        wrong = [
            *_imports(tree),
            *((*_hooks(tree, hooks), *_in_classes(tree), *_version(tree, version)) if path == own else ()),
        ]
        found += [f"{line_of(str(path), line)}: {text}" for line, text in sorted(wrong)]
    return found


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.partition(".")[0] == AGENT and name != ALLOWED:
                yield node.lineno, f"imports {name}: a plugin imports nothing of the agent but {ALLOWED}"


def _hooks(tree: ast.Module, hooks: Mapping[str, inspect.Signature]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or not any(_marks(each) for each in node.decorator_list):
            continue
        if node.name not in hooks:
            yield node.lineno, f"there is no hook {node.name!r}{did_you_mean(node.name, hooks)}"
            continue
        if node.name in seen:
            yield node.lineno, f"{node.name} is defined again: the first one is never called"
        seen.add(node.name)
        if node.args.vararg or node.args.kwarg:
            yield node.lineno, f"{node.name}: arguments are given by their names, never by * or **"
        known = hooks[node.name].parameters
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if argument.arg not in known:
                takes = ", ".join(known) or "nothing"
                yield argument.lineno, f"{node.name} is called with {takes}, not with {argument.arg!r}"


def _in_classes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Hooks that nobody finds: a module's own functions are looked at."""
    for holder in (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef | ast.FunctionDef)):
        for node in holder.body:
            if isinstance(node, ast.FunctionDef) and any(_marks(each) for each in node.decorator_list):
                yield node.lineno, f"{node.name} is inside {holder.name}: a hook is a function of the module"


def _marks(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == MARK


def _version(tree: ast.Module, version: int) -> Iterator[tuple[int, str]]:
    if not any(isinstance(each, ast.Name) and each.id == VERSION for each in ast.walk(tree)):
        yield 1, f"it does not say which API it is made for: {VERSION} = {version}"
    for node in tree.body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        named = any(isinstance(each, ast.Name) and each.id == VERSION for each in targets)
        if named and isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Constant):
            value = node.value.value
            if value != version or isinstance(value, bool):
                yield node.lineno, f"made for plugin API {value!r}; this agent has API {version}"
