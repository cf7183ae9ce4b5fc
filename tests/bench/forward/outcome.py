"""What one forwarder did with one outage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """The filling of the queue and its drain; CPU seconds of the sending process alone, user and system."""

    name: str
    events: int
    arrived: int
    fill_cpu: float
    drain_cpu: float
    seconds: float
    """From the beginning of the drain to its end."""
    rss_mb: float

    @property
    def per_second(self) -> float:
        """Events drained a second."""
        return self.arrived / self.seconds if self.seconds else 0.0

    @property
    def drain_per_million(self) -> float:
        """CPU seconds of a million events drained."""
        return self.drain_cpu / max(self.arrived, 1) * 1e6

    @property
    def fill_per_million(self) -> float:
        """CPU seconds of a million events queued."""
        return self.fill_cpu / self.events * 1e6
