"""Mutation testing of the codec: changes one thing in a module at a time and sees whether the unit tests notice.

    .venv/bin/python -m tests.fuzz.mutants ber usm [--list]

Each mutant runs in a forked child, whose imports are made beforehand, with the mutated source in place of the module.
The survivors and what was made of them: docs/engineering/mutation.md.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "cmsp_agent.transports.snmp"
UNIT = ROOT / "tests" / "unit" / "transports" / "snmp"
TESTS = {
    "ber": ("test_ber.py", "test_varbinds.py", "test_message.py"),
    "varbinds": ("test_varbinds.py", "test_message.py"),
    "usm": ("test_usm.py", "test_authoritative.py", "test_notifications.py"),
    "users": ("test_usm.py", "test_authoritative.py"),
    "timeliness": ("test_timeliness.py", "test_authoritative.py"),
    "usual_trap": ("test_usual_trap.py", "test_notifications.py"),
    "values": ("test_values.py", "test_varbinds.py"),
    "keys": ("test_keys.py",),
    "privacy": ("test_privacy.py", "test_usm.py"),
    "pdu": ("test_pdu.py", "test_message.py", "test_notifications.py"),
    "message": ("test_message.py", "test_pdu.py", "test_notifications.py"),
    "peers": ("test_peers.py",),
    "bindings": ("test_notifications.py",),
    "notifications": ("test_notifications.py", "test_usual_trap.py"),
}
PATIENCE = 60
"""Seconds after which a mutant that goes round in circles counts as noticed."""

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATIONS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.Mod: ast.Add,
}


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """What a node may be changed into, one thing at a time."""
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            new = copy.deepcopy(node)
            new.ops[at] = COMPARISONS[type(operator)]()
            yield new
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        yield ast.BinOp(node.left, OPERATIONS[type(node.op)](), node.right)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        yield ast.Constant(node.value + b"x")
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Raise):
        yield ast.Pass()
    elif isinstance(node, ast.AugAssign) and type(node.op) in OPERATIONS:
        yield ast.AugAssign(node.target, OPERATIONS[type(node.op)](), node.value)


SKIPPED_FIELDS = {"annotation", "returns", "decorator_list", "type_params"}


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every place of a tree that holds a node which may be changed; messages of errors and annotations are left out."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.Raise | ast.JoinedStr):
            continue
        for name, field in ast.iter_fields(parent):
            if name in SKIPPED_FIELDS:
                continue
            for at, child in enumerate(field if isinstance(field, list) else [field]):
                if isinstance(child, ast.AST):
                    yield parent, name, at if isinstance(field, list) else None, child


def _inside_messages(tree: ast.AST) -> set[int]:
    skipped: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Raise):
            parts = [node.exc, node.cause]
        elif isinstance(node, ast.JoinedStr):
            parts = list(node.values)
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns, *(argument.annotation for argument in node.args.args)]
        elif isinstance(node, ast.AnnAssign):
            parts = [node.annotation]
        skipped |= {id(inner) for part in parts if part is not None for inner in ast.walk(part)}
    return skipped


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """All mutants of a module: line, what was changed, the new source."""
    tree = ast.parse(source)
    skipped = _inside_messages(tree)
    for parent, name, at, child in list(places(tree)):
        if id(child) in skipped or id(parent) in skipped:
            continue
        for variant in variants(child):
            ast.copy_location(variant, child)
            _put(parent, name, at, variant)
            changed = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, name, at, child)
            shown = f"{ast.unparse(child)}  ->  {ast.unparse(variant)}".replace("\n", " ")
            yield getattr(child, "lineno", 0), shown, changed


def _put(parent: ast.AST, name: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[at] = node


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Puts a source in the place of one module."""

    def __init__(self, name: str, source: str) -> None:
        self._name = name
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, self._name, "exec"), module.__dict__)


def survives(name: str, source: str) -> bool:
    """Whether the unit tests pass with this source in place of the module."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        import pytest

        sys.meta_path.insert(0, Mutated(f"{PACKAGE}.{name}", source))
        files = [str(UNIT / file) for file in TESTS[name]]
        os._exit(int(pytest.main([*files, "-x", "-q", "-p", "no:cacheprovider", "--timeout", "20"])))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def main() -> int:
    """Run the mutants of the modules named; list the survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="+", choices=sorted(TESTS))
    parser.add_argument("--list", action="store_true", help="only count the mutants")
    options = parser.parse_args()
    import asyncio  # noqa: F401 (here and below: imported once, before the forks)

    import cryptography.hazmat.primitives.ciphers  # noqa: F401
    import pytest  # noqa: F401

    for name in options.modules:
        source = (ROOT / "agent" / "cmsp_agent" / "transports" / "snmp" / f"{name}.py").read_text()
        every = list(mutants(source))
        if not options.list and not survives(name, ast.unparse(ast.parse(source))):
            print(f"{name}: the tests fail without a mutation")
            return 1
        left = [] if options.list else [(line, shown) for line, shown, changed in every if survives(name, changed)]
        print(f"{name}: {len(every)} mutants, {len(every) - len(left)} noticed, {len(left)} survive", flush=True)
        for line, shown in left:
            print(f"  {name}.py:{line}: {shown}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
