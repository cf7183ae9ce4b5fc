"""The time window of SNMPv3 (RFC 3414 sections 2.2.3 and 3.2): is this message fresh? Reads no clock and no key."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

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


SignedTime: TypeAlias = Callable[[bytes], EngineTime | None]
"""Engine ID → the time that this engine signed last in an answer to our own request."""


class SignedTimes:
    """Where to ask for what devices signed of their time: the client says it, and the receiver of traps asks.

    An answer to a request just made is no repeat. So a device whose boots went back in one has really gone back, and
    its traps are to be believed again.
    """

    def __init__(self) -> None:
        self._by_address: dict[str, SignedTime] = {}

    def offer(self, address: str, signed: SignedTime) -> None:
        """Ask this for the device at the address from now on."""
        self._by_address[address] = signed

    def of(self, engine_id: bytes, sender: str) -> EngineTime | None:
        """What the engine at the sender's address signed; for an engine of one address, from any address."""
        source = self._by_address.get(sender)
        time = source(engine_id) if source is not None else None
        if time is not None:
            return time
        found = [time for source in self._by_address.values() if (time := source(engine_id)) is not None]
        return found[0] if len(found) == 1 else None


def within_window(boots: int, time: int, own_boots: int, own_time: int) -> bool:
    """Whether a message to us, the authoritative engine, is fresh (RFC 3414 section 3.2, step 7 a)."""
    return boots == own_boots and own_boots != MOST and abs(time - own_time) <= WINDOW
