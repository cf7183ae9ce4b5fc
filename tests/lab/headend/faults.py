"""The ways in which the reference head-end can be told to fail, each for a number of requests."""

import threading
from dataclasses import dataclass, replace
from enum import StrEnum

FOREVER = 1 << 30


class Kind(StrEnum):
    """What happens instead of an answer by the contract."""

    STATUS = "status"
    """Answer with the status `value`, `Retry-After` from `text` where it is given."""
    REFUSE = "refuse"
    """422 for the sequence `value`."""
    EXPECT = "expect"
    """409: expects the sequence `value`."""
    VIOLATION = "violation"
    """200 with the body `text`."""
    HUGE = "huge"
    """200 with a JSON string of `value` bytes."""
    DRIP = "drip"
    """An answer that comes one byte a second."""
    SILENCE = "silence"
    """The request is read, nothing is answered."""
    SLOW = "slow"
    """The right answer, `value` ms late."""
    DROP = "drop"
    """The connection is closed before the request is looked at."""
    DEAF = "deaf"
    """The batch is made durable, then the connection is closed without an answer."""
    CUT = "cut"
    """New connections are closed at once, existing ones too: no way to the head-end."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail, and on how many requests of which method."""

    kind: Kind
    value: int = 0
    text: str = ""
    times: int = 1
    method: str = "POST"
    """`POST` events, `GET` durable, `PUT` heartbeat; empty: all."""


class Faults:
    """The plan: faults are used up in order, one a request. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plan: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._plan.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._plan.clear()

    def next_for(self, method: str) -> Fault | None:
        """The fault that this request meets, counted down."""
        with self._lock:
            for place, fault in enumerate(self._plan):
                if fault.kind is not Kind.CUT and fault.method in ("", method):
                    self._plan[place : place + 1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    return fault
        return None

    @property
    def cut(self) -> bool:
        """Whether there is no way to the head-end at present."""
        with self._lock:
            return any(fault.kind is Kind.CUT for fault in self._plan)
