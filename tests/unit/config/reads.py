"""Which fields of the configuration the source reads: every `holder.field` of the tree, without running it.

A field of a class counts as read where a name that holds the class is asked for it: a field, an argument or a variable
that is annotated with it, what was taken from one, or `self` within the class.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Field = tuple[str, str]
"""(class, field)."""


def fields_of(modules: Iterable[Path]) -> dict[Field, str]:
    """The annotated fields of the classes in these modules, inherited ones too, with their annotations."""
    classes = {
        node.name: node for module in modules for node in ast.walk(_tree(module)) if isinstance(node, ast.ClassDef)
    }
    bases = {name for node in classes.values() for base in node.bases for name in _tails(base)}
    return {
        (name, part.target.id): ast.unparse(part.annotation)
        for name, node in classes.items()
        if name not in bases
        for one in (node, *(classes[base] for each in node.bases for base in _tails(each) if base in classes))
        for part in one.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    }


def read_in(fields: Mapping[Field, str], readers: Iterable[Path]) -> set[Field]:
    """The fields that these modules read."""
    trees = [_tree(reader) for reader in readers]
    holders: dict[str, set[str]] = {kind: {_short(kind)} for kind, _ in fields}
    members = [*((name, annotation) for (_, name), annotation in fields.items()), *_members(trees)]
    for name, annotation in members:
        for kind in _named(annotation, holders):
            holders[kind] |= {name, name.removesuffix("s")}
    return {field for tree in trees for field in _read(tree, holders)} & fields.keys()


def _short(kind: str) -> str:
    """How a variable of a class is called: `order` for `OrderSection`."""
    return re.sub(r"(Settings|Plan|Policy|Section|Entry)$", "", kind).lower()


def _members(trees: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield from _annotated(part for part in node.body if isinstance(part, ast.AnnAssign))


def _read(tree: ast.AST, holders: Mapping[str, set[str]]) -> Iterator[Field]:
    """The fields that a module or a function reads; what its arguments and variables hold counts within it only."""
    local = {kind: set(names) for kind, names in holders.items()}
    here = [*_here(tree)]
    for name, annotation in _annotated(here):
        for kind in _named(annotation, local):
            local[kind].add(name)
    for name, sources in [*_assigned(here)] * 2:  # twice: a variable may be taken from a later one's loop
        for held in local.values():
            if name and not sources.isdisjoint(held):
                held.add(name)
    for node in here:
        if isinstance(node, ast.Attribute):
            yield from ((kind, node.attr) for kind in local if not _tails(node.value).isdisjoint(local[kind]))
        elif isinstance(node, ast.ClassDef) and node.name in local:
            yield from (
                (node.name, each.attr) for each in ast.walk(node) if isinstance(each, ast.Attribute) and _is_own(each)
            )
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _read(node, local)


def _here(tree: ast.AST) -> Iterator[ast.AST]:
    """What stands in a module or a function, the functions within it without what is in them."""
    for child in ast.iter_child_nodes(tree):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _here(child)


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _annotated(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.arg) and node.annotation is not None:
            yield node.arg, ast.unparse(node.annotation)
        if isinstance(node, ast.AnnAssign):
            yield from ((name, ast.unparse(node.annotation)) for name in _tails(node.target))


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, set[str]]]:
    """(name, what it was taken from) of assignments and loops, in the order of the source."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _pairs(target, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            yield from _pairs(node.target, node.iter)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, set[str]]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other)
        return
    for part in target.elts if isinstance(target, ast.Tuple) else [target]:
        yield from ((name, _tails(value)) for name in _tails(part))


def _tails(node: ast.expr) -> set[str]:
    """The last names of an expression: `hours` of `self._site.hours`, `sites` of `sites.values()`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return {name.removeprefix("_")}
        case ast.Subscript(value=value):
            return _tails(value)
        case ast.Call(func=ast.Attribute(value=value) as function):
            return _tails(function) | _tails(value)
        case ast.Call(func=function):
            return _tails(function)
        case ast.BoolOp(values=[first, *_]) | ast.GeneratorExp(elt=first) | ast.ListComp(elt=first):
            return _tails(first)
    return set()


def _named(annotation: str, classes: Iterable[str]) -> Iterator[str]:
    return (kind for kind in list(classes) if re.search(rf"\b{kind}\b", annotation))


def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))
