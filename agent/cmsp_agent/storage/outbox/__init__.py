"""The outbox: records for the head-end, in contiguous numbers within an epoch, and gaps for what was lost."""

from cmsp_agent.storage.outbox.queue import (
    Backlog,
    Batch,
    append,
    append_all,
    backlog,
    forget,
    insert_at,
    last_sequence,
    mark_sent,
    mark_unsent,
    read_batch,
    sent,
    source_of,
)

__all__ = [
    "Backlog",
    "Batch",
    "append",
    "append_all",
    "backlog",
    "forget",
    "insert_at",
    "last_sequence",
    "mark_sent",
    "mark_unsent",
    "read_batch",
    "sent",
    "source_of",
]
