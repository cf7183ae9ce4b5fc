"""Hold the source to its bars of size and care: what ruff and mypy don't measure.

Bars: half of the modules within 120 lines, nine in ten within 250, none over 300; half of the functions within 6 lines,
nine in ten within 20, none over 50 (docstrings not counted); a docstring on every module; every function with its
return type; a broad `except` only where isolating code of others is the module's job.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = ("agent", "plugins")
ISOLATING = ("agent/cmsp_agent/aio/supervise.py", "agent/cmsp_agent/plugin/host.py")
LONGEST_MODULE = 300
LONGEST_FUNCTION = 50
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Measures:
    """Sizes in lines, and sentences that name what is wrong where."""

    modules: list[int] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def function_lines(node: Function) -> int:
    """Lines of a function from `def` to its end, without its docstring."""
    size = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        size -= (first.end_lineno or first.lineno) - first.lineno + 1
    return size


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches everything."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in kinds)


def faults_of(path: str, node: ast.AST) -> Iterator[str]:
    """What one node of a module's tree does against the bars."""
    if isinstance(node, Function):
        if function_lines(node) > LONGEST_FUNCTION:
            yield f"{path}:{node.lineno}: {node.name} has {function_lines(node)} lines (at most {LONGEST_FUNCTION})"
        if node.returns is None and node.name != "__init__":
            yield f"{path}:{node.lineno}: {node.name} has no return type"
    elif isinstance(node, ast.ExceptHandler) and is_broad(node) and path not in ISOLATING:
        yield f"{path}:{node.lineno}: broad except outside {' and '.join(ISOLATING)}"


def measure(root: Path) -> Measures:
    """Measure every module of the source roots under `root`."""
    measures = Measures()
    for top in SOURCE_ROOTS:
        for file in sorted((root / top).rglob("*.py")):
            path, text = file.relative_to(root).as_posix(), file.read_text()
            tree = ast.parse(text)
            if text.count("\n") > 5:
                measures.modules.append(text.count("\n"))
                if text.count("\n") > LONGEST_MODULE:
                    measures.faults.append(f"{path}:1: {text.count(chr(10))} lines (at most {LONGEST_MODULE})")
                if ast.get_docstring(tree) is None:
                    measures.faults.append(f"{path}:1: no docstring that says the module's role")
            for node in ast.walk(tree):
                measures.faults.extend(faults_of(path, node))
                if isinstance(node, Function):
                    measures.functions.append(function_lines(node))
    return measures


def main() -> int:
    """Print the measures and every fault; 1 where a bar is missed."""
    measures = measure(ROOT)
    if len(measures.modules) < 2 or len(measures.functions) < 2:
        print("shape: no source found")
        return 1
    for name, sizes, half_bar, most_bar in (
        ("module", measures.modules, 120, 250),
        ("function", measures.functions, 6, 20),
    ):
        deciles = quantiles(sizes, n=10, method="inclusive")
        middle, most = deciles[4], deciles[8]
        print(f"{name} lines: median {middle:g} (bar {half_bar}), p90 {most:g} (bar {most_bar}), max {max(sizes)}")
        if middle > half_bar or most > most_bar:
            measures.faults.append(f"{name} lines are over their bar")
    print("\n".join(measures.faults) or "shape: within every bar")
    return 1 if measures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
