"""The time window of SNMPv3 (RFC 3414 sections 2.2.3 and 3.2): is this message fresh? Reads no clock and no key."""

from typing import NamedTuple

from cmsp_agent.transports.snmp.ber import DecodeError

WINDOW = 150
"""Seconds that a message may be old."""
MOST = 0x7FFFFFFF
"""The highest engineBoots and engineTime; an engine whose boots stand there is out of service."""


class NotInTimeWindow(DecodeError):
    """Authentic, but old: a repeat, or the engine's boots or time went backwards."""


class EngineTime(NamedTuple):
    """What we know of a remote engine's time, from an authentic message."""

    boots: int
    latest: int
    """The highest engineTime received with these boots, seconds."""
    at: float
    """Our monotonic clock when that came, seconds."""

    def estimate(self, monotonic: float) -> int:
        """The engine's time now, moved on by our own clock."""
        return min(self.latest + max(0, int(monotonic - self.at)), MOST)

    def observe(self, boots: int, time: int, monotonic: float) -> "EngineTime":
        """Check an authentic message's boots and time, and learn from them.

        Raises:
            NotInTimeWindow: it is too old (RFC 3414 section 3.2, step 7 b).
        """
        if boots != MOST and (boots, time) > (self.boots, self.latest):
            return EngineTime(boots, time, monotonic)
        if boots < self.boots or boots == MOST or time < self.estimate(monotonic) - WINDOW:
            raise NotInTimeWindow(f"boots {boots}, time {time} where {self.boots}, {self.estimate(monotonic)} is due")
        return self


def within_window(boots: int, time: int, own_boots: int, own_time: int) -> bool:
    """Whether a message to us, the authoritative engine, is fresh (RFC 3414 section 3.2, step 7 a)."""
    return boots == own_boots and own_boots != MOST and abs(time - own_time) <= WINDOW
