"""What an answer of the head-end means. Pure: reads replies, does nothing.

Whatever is not of the contract has `violation` set: it is counted, and what we have is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

from cmsp_agent.transports.headend import HeadendReply

LATER = (408, 423, 425, 426, 429)
"""Refusals that are of the moment or the connection, not of what was sent."""
LONGEST_WAIT = 3600.0
"""Seconds: a head-end that asks for more is asked again after so long."""


@dataclass(frozen=True, slots=True)
class Durable:
    """200: everything up to `durable` of this epoch is safe; epoch None: the head-end has nothing of us."""

    epoch: str | None
    durable: int


@dataclass(frozen=True, slots=True)
class Expected:
    """409: what must come next."""

    epoch: str | None
    expected: int


@dataclass(frozen=True, slots=True)
class TooLarge:
    """413."""


@dataclass(frozen=True, slots=True)
class RecordRefused:
    """422: this record can't be taken."""

    sequence: int
    detail: str


@dataclass(frozen=True, slots=True)
class BatchRefused:
    """400 and its kind, or an answer that can't be read: a record can't be taken, and it does not say which."""

    reason: str
    violation: bool = False
    doubtful: bool = False
    """The record need not be the cause: a route, a right or a proxy may be. It costs time before it costs a record."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """Nothing was sent: the connection had ended, and what may have changed meanwhile is asked first."""


@dataclass(frozen=True, slots=True)
class Wait:
    """429 or 503 with Retry-After, in seconds from now."""

    seconds: float


@dataclass(frozen=True, slots=True)
class AccessRefused:
    """401 or 403."""

    status: int


@dataclass(frozen=True, slots=True)
class Failed:
    """Anything else, or no answer."""

    reason: str
    violation: bool = False


HeadendAnswer: TypeAlias = (
    Durable | Expected | TooLarge | RecordRefused | BatchRefused | Unsent | Wait | AccessRefused | Failed
)

IN_WORDS: Mapping[type[HeadendAnswer], str] = {
    Durable: "stored",
    Expected: "wants another record",
    TooLarge: "batch too large",
    RecordRefused: "record refused",
    BatchRefused: "batch refused",
    Unsent: "not sent",
    Wait: "asked to wait",
    AccessRefused: "access refused",
    Failed: "failed",
}
"""What people call each answer, in counters."""


def understood(reply: HeadendReply, now: int) -> HeadendAnswer:
    """The answer that a reply is.

    Args:
        reply: what came back.
        now: wall time, ms since the epoch, for a Retry-After that is a date where the reply has none of its own.
    """
    document = reply.document or {}
    match reply.status:
        case 200:
            return _number(document, "durable", 0, Durable) or _violation(reply)
        case 409:
            return _number(document, "expected", 1, Expected) or _violation(reply)
        case 413:
            return TooLarge()
        case 422:
            sequence = document.get("sequence")
            if not _is_count(sequence, 1):
                return replace(_violation(reply), doubtful=False)
            return RecordRefused(int(str(sequence)), str(document.get("detail", ""))[:500])
        case 401 | 403:
            return AccessRefused(reply.status)
        case 400 | 415:
            return BatchRefused(f"answered {reply.status}")
        case status if 400 <= status < 500 and status not in LATER:
            # of the route, of a proxy, of anything: only time shows that a record is its cause
            return BatchRefused(f"answered {status}", doubtful=True)
        case 429 | 503:
            seconds = retry_after(reply.retry_after, reply.date, now)
            return Wait(seconds) if seconds is not None else Failed(f"answered {reply.status} without Retry-After")
    return Failed(f"answered {reply.status}")


def retry_after(header: str | None, date: str | None, now: int) -> float | None:
    """Seconds to wait by a Retry-After (RFC 9110, 10.2.3), a number or a date, capped; None where neither.

    A date is by the clock of the head-end, which `date` shows; ours, where it shows none, may be a day off.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return float(min(int(text[:9]), LONGEST_WAIT))
    at, there = _moment(text), _moment(date or "")
    if at is None:
        return None
    return min(max(0.0, at - (now / 1000 if there is None else there)), LONGEST_WAIT)


def _moment(text: str) -> float | None:
    """An HTTP date, seconds since the epoch; None where it is none. One without a zone is in UTC."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _number(
    document: Mapping[str, Any], name: str, least: int, shape: type[Durable] | type[Expected]
) -> HeadendAnswer | None:
    epoch, number = document.get("epoch"), document.get(name)
    if not _is_count(number, least) or not (epoch is None or isinstance(epoch, str)):
        return None
    return shape(epoch, int(str(number)))


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < 1 << 62


def _violation(reply: HeadendReply) -> BatchRefused:
    problem = reply.problem or "fields that are missing or of another type"
    return BatchRefused(f"answered {reply.status} with {problem}", violation=True, doubtful=True)
