"""What was measured, and how CPU time and memory of another process are read."""

import os
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One poller at one number of devices."""

    name: str
    version: str
    devices: int
    polls: int
    varbinds: int
    """Useful ones: 510 for each poll."""
    lost: int
    """Values (ours, exporter) or polls (collectd) that were due and did not come."""
    cpu: float
    """CPU seconds, user and system, of the polling process alone."""
    wall: float
    rss_mb: float
    requests: int = 0

    @property
    def per_million(self) -> float:
        """CPU seconds per million varbinds."""
        return self.cpu / self.varbinds * 1e6 if self.varbinds else float("inf")


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and its threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def peak_rss_mb(pid: int) -> float:
    """The highest resident size so far, MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
