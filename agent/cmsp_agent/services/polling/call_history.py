"""Reads the history of calls that a gateway keeps: which have ended since the last poll, and by which causes.

By default a gateway keeps the last 50 calls for 15 minutes: of a busy one, only a part is seen.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator, Mapping

from cmsp_agent.model.calls import CallLeg, cause_in_words
from cmsp_agent.model.signal import Value
from cmsp_agent.plugin.api import CallHistory
from cmsp_agent.services.devices.reading import ReadingSession
from cmsp_agent.services.polling.plan import Plan
from cmsp_agent.services.polling.samples import InterfaceName
from cmsp_agent.services.polling.uptime import TICKS, WRAP, Uptime
from cmsp_agent.services.polling.values import text

FAILED_CALLS = "calls.failed"
"""KPI: outgoing calls of the last hour that were not answered, for each cause."""
FAILED_BY_TRUNK = "calls.failed.trunk"
"""The same for each port or dial-peer and cause."""
MOST_ROWS = 500
HOUR = 3_600_000
OUTGOING = 1
_IN_BRACKETS = re.compile(r"\((\d{1,3})\)\s*$")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{1,2}")


class CallReader:
    """Of one device: remembers which calls it has seen."""

    def __init__(self) -> None:
        self._seen: frozenset[str] = frozenset()
        self._failed: deque[tuple[int, int, str]] = deque()
        """When, by which cause, and by which port or dial-peer."""
        self._counts = False

    async def read(
        self, session: ReadingSession, plan: Plan, uptime: Uptime, now: int, interface: InterfaceName
    ) -> tuple[CallLeg, ...]:
        """The legs that have ended since the last time.

        Args:
            session: how the device is asked.
            plan: which tables it may have.
            uptime: its time.
            now: ours, ms since the epoch.
            interface: names interfaces.
        """
        self._counts = bool(plan.calls) and uptime.ticks is not None
        for table in plan.calls if self._counts else ():
            columns = await session.columns(*table.columns, limit=MOST_ROWS)
            if rows := columns.get(table.ended):
                new = {index: _leg(table, columns, index, uptime, now, interface) for index in rows}
                legs = [leg for index, leg in new.items() if leg is not None and index not in self._seen]
                self._seen = frozenset(rows)
                self._failed.extend(_failures(legs, now))
                return tuple(legs)
        return ()

    def figures(self, now: int) -> Mapping[str, float]:
        """How many calls of the last hour failed, by cause; none where the device keeps no history."""
        while self._failed and self._failed[0][0] < now - HOUR:
            self._failed.popleft()
        if not self._counts:
            return {}
        found = Counter((FAILED_CALLS, cause_in_words(cause)) for _, cause, _ in self._failed)
        found |= Counter(
            (FAILED_BY_TRUNK, f"{port}, {cause_in_words(cause)}") for _, cause, port in self._failed if port
        )
        series = {f"{name}[{series}]": float(count) for (name, series), count in found.items()}
        return {FAILED_CALLS: float(len(self._failed)), **series}


def _failures(legs: list[CallLeg], now: int) -> Iterator[tuple[int, int, str]]:
    for leg in sorted(legs, key=lambda each: each.began_at):
        if leg.outgoing and not leg.answered and leg.cause is not None:
            yield min(leg.began_at, now), leg.cause, leg.port


def _leg(
    table: CallHistory,
    columns: Mapping[str, Mapping[str, Value]],
    index: str,
    uptime: Uptime,
    now: int,
    interface: InterfaceName,
) -> CallLeg | None:
    """The leg of a row; None where the row can't be read."""

    def cell(column: str) -> Value | None:
        return columns.get(column, {}).get(index)

    ended, connected, port = cell(table.ended), cell(table.connected), cell(table.interface)
    if not isinstance(ended, int):
        return None
    answered = isinstance(connected, int) and connected > 0
    began = connected if isinstance(connected, int) and answered else ended
    peer = cell(table.peer)
    return CallLeg(
        number=text(cell(table.number)),
        outgoing=cell(table.origin) == OUTGOING,
        began_at=_at(began, uptime, now),
        port=interface(str(port))
        if isinstance(port, int) and port
        else f"dial-peer {peer}"
        if isinstance(peer, int)
        else "",
        seconds=((ended - began) % WRAP) // TICKS if answered else 0,
        cause=cause_of(cell(table.cause), text(cell(table.text))),
        answered=answered,
    )


def _at(ticks: int, uptime: Uptime, now: int) -> int:
    """When a time of sysUpTime was, by our clock; a moment ago where it seems to come yet."""
    ago = ((uptime.ticks or 0) - ticks) % WRAP
    return now - (ago if ago < WRAP // 2 else 0) * 1000 // TICKS


def cause_of(said: Value | None, words: str) -> int | None:
    """The cause of Q.850: in the words' brackets, else in hexadecimal digits, else in the last octet."""
    if found := _IN_BRACKETS.search(words):
        return int(found[1])
    if not isinstance(said, bytes) or not said.strip(b" \0"):
        return None
    digits = said.strip(b" \0").decode("ascii", "replace")
    return int(digits, 16) if _HEXADECIMAL.fullmatch(digits) else said[-1] & 0x7F
