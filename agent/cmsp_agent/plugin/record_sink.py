"""Sinks: where the outbox's records go beside the head-end. What a plugin brings; see services.link.sinks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """A run of the outbox: CloudEvents in the order of their sequence, as the head-end gets them."""

    epoch: str
    first: int
    """The first sequence; a gap at the head stands from here."""
    last: int
    count: int
    body: bytes
    """The JSON array, UTF-8, at most 1 MiB unless one record is larger."""

    def events(self) -> list[dict[str, Any]]:
        """The records, parsed."""
        parsed: list[dict[str, Any]] = json.loads(self.body)
        return parsed


TakeBatch: TypeAlias = Callable[[RecordBatch], object]
"""Takes a batch as a whole; whatever it raises, the same batch comes again."""


@dataclass(frozen=True, slots=True)
class RecordSink:
    """A kind of sink.

    `open` gets the options of the file, secrets in clear, and returns what takes the batches. Both run on a thread of
    the sink's own, where they may block. It is called before the first batch and again after each failure.
    """

    name: str
    """As the file names it: `kind`."""
    title: str
    open: Callable[[Mapping[str, str]], TakeBatch]
