"""Whether what says a device's model, serial number and release makes sense by itself."""

import re
from collections.abc import Iterator

from cmsp_agent.plugin.identity import Fact, Identity
from cmsp_agent.plugin.notation import oid, oids, pattern


def identity(declared: Identity) -> Iterator[str]:
    """What is wrong with the identity of a device type, beside its members, which are judged one by one."""
    yield from pattern("identity.chassis_tells_version", declared.chassis_tells_version)
    numbers = [number for number, _ in declared.products]
    for twice in sorted({each for each in numbers if numbers.count(each) > 1}):
        yield f"identity.products: {twice!r} twice"


def fact(path: str, each: Fact) -> Iterator[str]:
    """What is wrong with a place where a fact is read."""
    yield from oids(f"{path}.oid", (each.oid, each.also) if each.also else (each.oid,))
    if each.also and each.pattern:
        yield f"{path}.pattern: not searched where a second instance is part of the fact (also={each.also!r})"
    if each.also and "{1}" not in each.form:
        yield f"{path}.form: of two instances the second is filled in as {{1}} ({each.form!r})"
    wrong = list(pattern(f"{path}.pattern", each.pattern))
    yield from wrong
    if not wrong:
        parts = 2 if each.also else re.compile(each.pattern).groups if each.pattern else 1
        try:
            each.form.format(*[""] * parts)
        except (KeyError, IndexError, ValueError, AttributeError):
            yield f"{path}.form: only what was read is filled in ({each.form!r})"


def system(path: str, each: tuple[str, str]) -> Iterator[str]:
    """What is wrong with a pattern that tells another system."""
    yield from pattern(path, each[0])
    if not each[1]:
        yield f"{path}: no system: it is empty"


def product(path: str, each: tuple[str, str]) -> Iterator[str]:
    """What is wrong with a product."""
    yield from oid(path, each[0])
    if not each[1]:
        yield f"{path}: no model: it is empty"
