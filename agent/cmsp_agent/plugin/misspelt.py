"""Names and fields in a plugin's source that the API does not have: each misspelt one by its line, not the first alone.

Python stops at the first one. This reads the source and runs nothing of it.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path

from cmsp_agent.config.nearest import did_you_mean
from cmsp_agent.plugin import api
from cmsp_agent.plugin.source_line import file_of, line_of

MODULE = "cmsp_agent.plugin.api"
LARGEST = 1_000_000
"""Octets of a source that is looked at."""
ANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def misspelt_in(error: BaseException) -> list[str]:
    """Every name and call of the file in which an error was raised that the API would refuse; none for other errors."""
    file = file_of(error) if isinstance(error, TypeError | ImportError) else ""
    try:
        source = Path(file).read_bytes()[:LARGEST] if file else b""
        tree = ast.parse(source)
        return [*_not_offered(file, tree), *_misspelt(file, tree)]
    except (OSError, ValueError, SyntaxError, RecursionError):
        return []


def _not_offered(file: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == MODULE:
            for each in node.names:
                if each.name != "*" and not hasattr(api, each.name):
                    near = did_you_mean(each.name, api.__all__, 0)
                    yield f"{line_of(file, node.lineno)}: {MODULE} has no '{each.name}'{near}"


def _misspelt(file: str, tree: ast.Module) -> Iterator[str]:
    names = dict(_imported(tree))
    calls = sorted((each for each in ast.walk(tree) if isinstance(each, ast.Call)), key=lambda call: call.lineno)
    for call in calls:
        name = names.get(call.func.id, "") if isinstance(call.func, ast.Name) else ""
        if name and callable(part := getattr(api, name, None)):
            place = line_of(file, call.lineno)
            yield from (f"{place}: {name}: {wrong}" for wrong in _wrong(call, inspect.signature(part).parameters))


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(name in the file, name in the API) of what is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == MODULE:
            if any(each.name == "*" for each in node.names):
                yield from ((name, name) for name in api.__all__)
            yield from ((each.asname or each.name, each.name) for each in node.names if each.name in api.__all__)


def _wrong(call: ast.Call, known: Mapping[str, inspect.Parameter]) -> Iterator[str]:
    if any(each.kind in ANY for each in known.values()):
        return
    given = [each.arg for each in call.keywords if each.arg is not None]
    yield from (f"no field {name!r}{did_you_mean(name, known)}" for name in given if name not in known)
    if any(isinstance(each, ast.Starred) for each in call.args) or len(given) < len(call.keywords):
        return  # what stands behind * and ** is not known here
    by_place = [name for name, each in known.items() if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    if len(call.args) > len(by_place):
        yield f"{len(call.args)} values, and it has {len(by_place)} fields"
    taken = {*by_place[: len(call.args)], *given}
    missing = [name for name, each in known.items() if each.default is inspect.Parameter.empty and name not in taken]
    if missing:
        yield f"lacks {', '.join(missing)}"
