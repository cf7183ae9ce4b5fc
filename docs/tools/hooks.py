"""The page for writers of plugins: the hooks and the data that device types are made of, read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from docs.tools.markdown import cell, code, page, table

PLUGIN = Path("agent/cmsp_agent/plugin")


def _documented(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """Each statement with the string that stands below it."""
    for statement, following in zip(body, [*body[1:], ast.Pass()], strict=True):
        text = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            text = str(following.value.value)
        yield statement, text


def _fields(node: ast.ClassDef) -> str:
    rows = []
    for statement, text in _documented(node.body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            value = ast.unparse(statement.value) if statement.value else "required"
            rows.append((code(statement.target.id), code(ast.unparse(statement.annotation)), code(value), cell(text)))
    return table(("field", "type", "default", "meaning"), rows) if rows else ""


def _is_hook(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        ast.unparse(mark).startswith("spec") for mark in node.decorator_list
    )


def _hook(node: ast.FunctionDef) -> str:
    arguments = ast.unparse(node.args).replace("'", "")
    returns = ast.unparse(node.returns).replace("'", "") if node.returns else "None"
    return f"### {node.name}\n\n```python\ndef {node.name}({arguments}) -> {returns}\n```\n\n{ast.get_docstring(node)}"


def render(root: Path) -> str:
    """The page, from the plugin package's source."""
    specifications = ast.parse((root / PLUGIN / "hookspecs.py").read_text())
    api = ast.parse((root / PLUGIN / "api.py").read_text())
    classes = [
        f"### {node.name}\n\n{ast.get_docstring(node) or ''}\n\n{_fields(node)}"
        for node in api.body
        if isinstance(node, ast.ClassDef)
    ]
    aliases = [
        f"### {statement.target.id}\n\n{code(ast.unparse(statement.value))}\n\n{text}"
        for statement, text in _documented(api.body)
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value and text
    ]
    version = next(
        ast.unparse(node.value)
        for node in api.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "API_VERSION"
    )
    return page(
        "Plugins: hooks and device types",
        PLUGIN.as_posix(),
        ast.get_docstring(api) or "",
        f"The version of this API is {version}. A plugin for another version is refused, by name and reason.",
        "## Hooks",
        ast.get_docstring(specifications) or "",
        *(_hook(node) for node in specifications.body if isinstance(node, ast.FunctionDef) and _is_hook(node)),
        "## What device types are made of",
        *classes,
        *aliases,
    )
