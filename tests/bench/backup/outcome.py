"""What came of one way to save the devices."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Saved:
    """CPU of all its processes, the clock's time, how many devices were saved."""

    name: str
    devices: int
    cpu: float
    seconds: float
    grown_mb: float = 0.0
    """Memory above what it had before it began, at most."""

    @property
    def cpu_per_device(self) -> float:
        """Milliseconds."""
        return 1000 * self.cpu / max(1, self.devices)
