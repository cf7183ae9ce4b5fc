"""Bytes of records and back: JSON by msgspec, of dataclasses, enums and plain values. The contract is in records."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class DocumentInvalid(ValueError):
    """Not JSON, or not of the shape that was asked for."""


def _hook(value: object) -> Any:
    if isinstance(value, Mapping):  # MappingProxyType and the like
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


_ENCODER = msgspec.json.Encoder(enc_hook=_hook)


def encode(value: object) -> bytes:
    """JSON of a dataclass, mapping, sequence or scalar; times stay the integers that they are."""
    return _ENCODER.encode(value)


def decode(document: bytes | str, shape: type[T]) -> T:
    """The value of the given dataclass or type; fields that the shape does not know are ignored.

    Raises:
        DocumentInvalid: not JSON, or a field is missing or of another type.
    """
    try:
        return msgspec.json.decode(document, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentInvalid(str(error)) from error
