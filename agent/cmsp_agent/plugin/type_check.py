"""Checks whether a value has the type that its annotation promises. Python does not; plugins may return anything."""

import collections.abc
import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Collection, Mapping
from functools import lru_cache

Hint = typing.Any
PLAIN = frozenset({str, int, float, bool})
"""Types that say all of their values: every start looks at 20,000 of them."""


def misfits(value: object, hint: Hint, path: str = "") -> list[str]:
    """What in a value is not of its annotated type, as `path: expected X, got Y`; looks into containers too.

    Knows what the plugin API uses: plain classes, enums, dataclasses, tuples, frozensets, mappings, unions, callables.
    """
    origin: Hint = typing.get_origin(hint)
    if origin is typing.Union or origin is types.UnionType:
        return _of_union(value, hint, path)
    if origin in (tuple, frozenset):
        return _of_collection(value, hint, path)
    if origin is not None and issubclass(origin, Mapping):
        return _of_mapping(value, hint, path)
    if origin is collections.abc.Callable:
        return [] if callable(value) else [_mismatch(path, "a callable", value)]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _of_dataclass(value, hint, path)
    return _of_class(value, hint, path)


def _of_class(value: object, hint: type, path: str) -> list[str]:
    if hint is type(None):
        return [] if value is None else [_mismatch(path, "None", value)]
    if isinstance(value, bool) and hint is not bool:
        return [_mismatch(path, hint.__name__, value)]
    if hint is float and isinstance(value, int):
        return []
    if issubclass(hint, enum.Enum):
        return [] if type(value) is hint else [_mismatch(path, hint.__name__, value)]
    return [] if isinstance(value, hint) else [_mismatch(path, hint.__name__, value)]


def _of_dataclass(value: object, hint: Hint, path: str) -> list[str]:
    if value.__class__ != hint:
        return [_mismatch(path, hint.__name__, value)]
    found: list[str] = []
    for name, field_hint in _fields(hint):
        held = getattr(value, name)
        if held.__class__ is not field_hint or field_hint not in PLAIN:
            found += misfits(held, field_hint, f"{path}.{name}" if path else name)
    return found


@lru_cache(maxsize=64)
def _fields(hint: Hint) -> tuple[tuple[str, Hint], ...]:
    return tuple(typing.get_type_hints(hint).items())


def _of_union(value: object, hint: Hint, path: str) -> list[str]:
    answers = [misfits(value, choice, path) for choice in typing.get_args(hint)]
    return [] if any(not answer for answer in answers) else answers[0]


def _of_collection(value: object, hint: Hint, path: str) -> list[str]:
    origin: Hint = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if type(value) is not origin:
        return [_mismatch(path, f"a {origin.__name__}", value)]
    items = list(typing.cast("Collection[object]", value))
    if origin is tuple and arguments[-1] is not Ellipsis:
        if len(items) != len(arguments):
            return [_mismatch(path, f"{len(arguments)} items", value)]
        pairs = list(zip(items, arguments, strict=True))
    else:
        pairs = [(item, arguments[0]) for item in items]
    return [text for place, (item, kind) in enumerate(pairs) for text in misfits(item, kind, f"{path}[{place}]")]


def _of_mapping(value: object, hint: Hint, path: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [_mismatch(path, "a mapping", value)]
    key_hint, item_hint = typing.get_args(hint)
    found: list[str] = []
    for key, item in value.items():
        found += misfits(key, key_hint, f"{path} key") + misfits(item, item_hint, f"{path}[{key!r}]")
    return found


def _mismatch(path: str, expected: str, value: object) -> str:
    return f"{path or 'value'}: expected {expected}, got {type(value).__name__}"


def takes(code: collections.abc.Callable[..., object], count: int) -> bool:
    """Whether a function can be called with so many values; what says nothing of itself may be."""
    try:
        inspect.signature(code).bind(*[None] * count)
    except TypeError:
        return False
    except ValueError:  # a builtin
        return True
    return True
