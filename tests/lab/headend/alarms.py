"""The alarm state that a head-end holds which applies the records of events in order, by nothing but the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.lab.headend.store import Stored


class Contradiction(Exception):
    """A record that no reader of the contract could apply."""


def alarms_of(records: Iterable[Stored]) -> dict[str, Mapping[str, Any]]:
    """Id of the alarm → the last record of it, for the alarms that hold after all records.

    Raises:
        Contradiction: an alarm is raised again after its clear, or cleared without having been raised.
    """
    held: dict[str, Mapping[str, Any]] = {}
    ended: set[str] = set()
    for record in records:
        if record.type != "cmsp.event.v1" or record.data["state"] == "info":
            continue
        alarm, state = record.data["alarm"], record.data["state"]
        if state == "raise":
            if alarm in ended:
                raise Contradiction(f"{record.sequence}: {alarm} is raised after its clear")
            held[alarm] = record.data
        elif held.pop(alarm, None) is None:
            raise Contradiction(f"{record.sequence}: {alarm} is cleared and was not raised")
        else:
            ended.add(alarm)
    return held
