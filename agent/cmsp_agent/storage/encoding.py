"""Bytes of records and back: JSON by msgspec, of dataclasses, enums and plain values. The contract is in records."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from cmsp_agent.model.errors import StorageError

log = logging.getLogger(__name__)

T = TypeVar("T")


class DocumentInvalid(StorageError, ValueError):
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


def decoded(rows: Iterable[tuple[object]], shape: type[T]) -> list[T]:
    """The values of a page's rows; one that can't be read is passed over and logged: it costs itself only."""
    values = []
    for (document,) in rows:
        try:
            values.append(decode(document, shape))
        except DocumentInvalid as error:
            log.error("a stored row can't be read", extra={"kind": shape.__name__, "reason": str(error)})
    return values


def decoded_lines(lines: bytes, shape: type[T]) -> list[T]:
    """The values of a text of one document a line; a line that can't be read is passed over, as in `decoded`."""
    try:
        return msgspec.json.Decoder(shape).decode_lines(lines)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return decoded(((line,) for line in lines.split(b"\n") if line), shape)


def decode(document: object, shape: type[T]) -> T:
    """The value of the given dataclass or type; fields that the shape does not know are ignored.

    Raises:
        DocumentInvalid: not JSON, or a field is missing or of another type.
    """
    if not isinstance(document, bytes | str):
        raise DocumentInvalid("damaged: it is no document")
    try:
        return msgspec.json.decode(document, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentInvalid(f"damaged: {error}") from error
