"""How the tunnel is: judged by a probe through it and by its handshakes; kept in a file for the agent to read. Pure.

Times are of the machine's monotonic clock, which all its processes share: the wall clock may be set by a day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmsp_agent.storage import files
from cmsp_agent.storage.encoding import DocumentInvalid, decode, encode

HEALTH = Path("/run/cmsp-tunnel/health.json")
MOST_BYTES = 16 * 1024
DOWN_AFTER = 180
"""Seconds since a handshake after which the link is down whatever else is said (150 s occur on a healthy idle one)."""
MISSED = 2
"""Probes in a row without an answer after which the tunnel is down, and the next endpoint is tried."""
STALE = 60
"""Seconds after which a file that nobody writes any more says nothing."""


@dataclass(frozen=True, slots=True)
class TunnelHealth:
    """One look at the tunnel, and when it was."""

    at: float
    up: bool
    mode: str
    """`kernel`, `wireguard-go`, or `external`."""
    endpoint: str = ""
    handshake_at: float = 0.0
    received: int = 0
    sent: int = 0
    latency: float | None = None
    """Seconds of the last probe; None: it had no answer."""
    missed: int = 0
    """Probes in a row without an answer."""
    reason: str = ""

    def view(self, now: float) -> Mapping[str, Any]:
        """For the status and the heartbeat."""
        age = round(now - self.handshake_at, 1) if self.handshake_at else None
        latency = None if self.latency is None else round(self.latency * 1000, 1)
        said = {"state": "up" if self.up else "down", "mode": self.mode, "endpoint": self.endpoint or None}
        return {**said, "handshake_age_seconds": age, "latency_ms": latency, "reason": self.reason}


def judged(before: TunnelHealth, now: float, latency: float | None, handshake_at: float) -> tuple[bool, int, str]:
    """Whether the tunnel is up, how many probes in a row had no answer, and why it is down.

    One answered probe makes it up. One lost packet makes it not down; two do, long before the handshake ages.
    """
    if latency is not None:
        return True, 0, ""
    missed = before.missed + 1
    if handshake_at and now - handshake_at > DOWN_AFTER:
        return False, missed, f"no handshake for {now - handshake_at:.0f} s"
    if missed >= MISSED or not before.up:
        why = "no handshake yet" if not handshake_at else f"{missed} probes in a row had no answer"
        return False, missed, why
    return True, missed, ""


def write_health(file: Path, health: TunnelHealth) -> None:
    """Replace the file, for others to read.

    Raises:
        StorageError: it can't be written.
    """
    files.write_atomically(file, encode(health), 0o644)


def read_health(file: Path, now: float) -> TunnelHealth | None:
    """What the tunnel's process wrote last; None where it wrote nothing that can be used, or by another clock.

    A file that is old counts as down: its process is gone.
    """
    content = files.read(file, MOST_BYTES)
    try:
        health = decode(content, TunnelHealth) if content else None
    except DocumentInvalid:
        return None
    if health is not None and health.at > now:
        return None
    if health is not None and now - health.at > STALE:
        return TunnelHealth(health.at, False, health.mode, health.endpoint, reason="its process has stopped")
    return health
