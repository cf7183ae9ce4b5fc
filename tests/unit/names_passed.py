"""Which texts reach an argument of a call, found in the source alone: through variables, parameters and other modules.

`self._alarms.alarm(self._kind, …)` is followed to what the class was made with, and from there to the constant of
another module. A part of a text that can't be found is `*`, with the expression that was not followed: nothing hides.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from pathlib import Path

import cmsp_agent

ANY = "*"
DEEPEST = 12
"""Steps from a call back to the texts."""


@dataclass(frozen=True)
class Origin:
    """A text, or `*` with the expression that could not be followed."""

    text: str
    place: str
    """The module, the line, and what was not followed."""

    @property
    def place_of_any_line(self) -> str:
        """The same without the line."""
        return re.sub(r":\d+", "", self.place, count=1)


@dataclass
class Module:
    """A module with what it names."""

    path: str
    tree: ast.Module
    values: dict[str, ast.expr] = field(default_factory=dict)
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom):
                self.imported.update((one.asname or one.name, (node.module or "", one.name)) for one in node.names)
            for target, value in _bound(node):
                self.values[ast.unparse(target)] = value

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """Each node's holder."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def within(self, node: ast.AST) -> Iterator[ast.AST]:
        """What holds a node, from the inside."""
        while node in self.parents:
            node = self.parents[node]
            yield node


def _bound(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(target, value) of an assignment, a tuple of names taken apart."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    yield from zip(target.elts, value.elts, strict=False)
                else:
                    yield target, value
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            yield target, value


class Source:
    """All modules below a folder, or given as texts."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._modules = {path: Module(path, ast.parse(text)) for path, text in texts.items()}
        self._called: dict[str, list[tuple[Module, ast.Call]]] = {}
        self._defined: Counter[str] = Counter()
        for module in self._modules.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    for name, call in _calls_of(node):
                        self._called.setdefault(name, []).append((module, call))
                elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    self._defined[node.name] += 1

    @classmethod
    def below(cls, folder: Path) -> "Source":
        """The modules of a folder."""
        return cls({str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.py"))})

    def passed(self, function: str, place: int, keyword: str, of: str = "") -> set[Origin]:
        """The texts that an argument may have, of all calls of a function or a class by its last name.

        Args:
            function: its name.
            place: the argument's place.
            keyword: the argument's name.
            of: how the name before it ends; empty: whatever stands before it.
        """
        return {
            origin
            for module, call in self._called.get(function, ())
            if not of or (isinstance(call.func, ast.Attribute) and _last_name(call.func.value).endswith(of))
            if (argument := _argument(call, place, keyword)) is not None
            for origin in self._origins(module, argument, DEEPEST)
        }

    def _origins(self, module: Module, node: ast.expr, left: int) -> Iterator[Origin]:
        found = list(self._followed(module, node, left - 1)) if left else []
        yield from found or [Origin(ANY, f"{module.path}:{node.lineno}: {ast.unparse(node)}")]

    def _followed(self, module: Module, node: ast.expr, left: int) -> Iterator[Origin]:
        place = f"{module.path}:{node.lineno}"
        match node:
            case ast.Constant(value=str(text)):
                yield Origin(text, place)
            case ast.JoinedStr(values=parts):
                each = [self._texts(module, part, left) for part in parts]
                yield from (Origin("".join(parts), place) for parts in product(*each))
            case ast.IfExp(body=first, orelse=second):
                for branch in (first, second):
                    yield from self._origins(module, branch, left)
            case ast.BoolOp(values=branches) | ast.Tuple(elts=branches) | ast.List(elts=branches):
                for branch in branches:
                    yield from self._origins(module, branch, left)
            case ast.Call(func=ast.Name(id=name)):
                yield from self._of_answer(module, name, left)
            case ast.Name(id=name):
                yield from self._of_name(module, node, name, left)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                yield from self._of_field(module, node, name, left)

    def _texts(self, module: Module, part: ast.expr, left: int) -> list[str]:
        value = part.value if isinstance(part, ast.FormattedValue) else part
        return sorted({origin.text for origin in self._origins(module, value, left)})

    def _of_name(self, module: Module, node: ast.AST, name: str, left: int) -> Iterator[Origin]:
        for holder in module.within(node):
            if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                bound = list(_bound_in(module, holder, name))
                if bound:
                    for value in bound:
                        yield from self._origins(module, value, left)
                    return
            if isinstance(holder, ast.FunctionDef | ast.AsyncFunctionDef):
                names = [each.arg for each in (*holder.args.posonlyargs, *holder.args.args, *holder.args.kwonlyargs)]
                if name in names:
                    yield from self._of_parameter(module, holder, names.index(name), name, left)
                    return
        yield from self._of_module(module, name, left)

    def _of_module(self, module: Module, name: str, left: int) -> Iterator[Origin]:
        """A constant of a module, also one that it only passes on."""
        if name in module.values:
            yield from self._origins(module, module.values[name], left)
        elif name in module.imported and left:
            origin, original = module.imported[name]
            for other in self._modules.values():
                if origin.endswith(other.path.removesuffix(".py").replace("/", ".")):
                    yield from self._of_module(other, original, left - 1)

    def _of_answer(self, module: Module, name: str, left: int) -> Iterator[Origin]:
        """What a function of the module returns."""
        for function in module.tree.body:
            if isinstance(function, ast.FunctionDef) and function.name == name:
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        yield from self._origins(module, node.value, left)

    def _of_parameter(
        self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef, place: int, name: str, left: int
    ) -> Iterator[Origin]:
        holder = module.parents[function]
        called = function.name
        if isinstance(holder, ast.ClassDef):
            place -= 1
            called = holder.name if called == "__init__" else called
        near = called.startswith("_")
        if not near and self._defined[called] > 1:
            return  # which of them is called, only the types say
        for other, call in self._called.get(called, ()):
            argument = _argument(call, place, name)
            if argument is not None and (other is module or not near):
                yield from self._origins(other, argument, left)

    def _of_field(self, module: Module, node: ast.AST, name: str, left: int) -> Iterator[Origin]:
        holder = next((each for each in module.within(node) if isinstance(each, ast.ClassDef)), None)
        if holder is None:
            return
        for part in ast.walk(holder):
            for target, value in _bound(part):
                if ast.unparse(target) == f"self.{name}":
                    yield from self._origins(module, value, left)
        annotated = [part.target for part in holder.body if isinstance(part, ast.AnnAssign)]
        fields = [target.id for target in annotated if isinstance(target, ast.Name)]
        if name in fields:
            for other, call in self._called.get(holder.name, ()):
                argument = _argument(call, fields.index(name), name)
                if argument is not None:
                    yield from self._origins(other, argument, left)


def _calls_of(call: ast.Call) -> Iterator[tuple[str, ast.Call]]:
    """The call by the last name of what is called; `partial(f, x)` is a call of `f` too."""
    name = _last_name(call.func)
    yield name, call
    if name == "partial" and call.args:
        yield _last_name(call.args[0]), ast.Call(call.args[0], call.args[1:], call.keywords)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _argument(call: ast.Call, place: int, keyword: str) -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == keyword), None)
    return named if named is not None or len(call.args) <= place else call.args[place]


def _bound_in(module: Module, function: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a variable of a function is set to, also by a loop over what is written there or in the module."""
    for node in ast.walk(function):
        yield from (value for target, value in _bound(node) if ast.unparse(target) == name)
        if isinstance(node, ast.For | ast.comprehension):
            rows = module.values.get(ast.unparse(node.iter), node.iter)
            if ast.unparse(node.target) == name:
                yield rows
            elif isinstance(node.target, ast.Tuple) and name in (names := [*map(ast.unparse, node.target.elts)]):
                yield from _column(rows, names.index(name))


def _column(rows: ast.expr, place: int) -> Iterator[ast.expr]:
    for row in rows.elts if isinstance(rows, ast.Tuple | ast.List) else ():
        if isinstance(row, ast.Tuple):
            yield row.elts[place]


@cache
def agent() -> Source:
    """The agent's source."""
    return Source.below(Path(cmsp_agent.__file__).parent)
