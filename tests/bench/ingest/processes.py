"""Processes that are measured: started on a core of their own, their CPU time read from /proc, ended by their id."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")
LOAD_CORE = 0
MEASURED_CORE = 1 if (os.cpu_count() or 1) > 1 else 0


@dataclass(frozen=True, slots=True)
class Load:
    """A flood: how many datagrams a second, for how long, from how many sources."""

    rate: int
    seconds: float
    payloads: Path
    sources: int = 50
    first: int = 1
    """The first source's last octet: 127.0.1.FIRST."""

    @property
    def count(self) -> int:
        """Datagrams in all."""
        return round(self.rate * self.seconds)


class Flood:
    """The load generator, compiled from source."""

    def __init__(self, work: Path) -> None:
        self._program = work / "flood"
        source = Path(__file__).with_name("flood.c")
        subprocess.run(["gcc", "-O2", "-Wall", "-o", self._program, source], check=True)

    def start(self, port: int, load: Load) -> subprocess.Popen[str]:
        """Begin; the process ends by itself and prints what it sent."""
        arguments = ["127.0.0.1", port, load.count, load.rate, load.payloads, load.sources, load.first]
        command = [str(self._program), *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: _pin(LOAD_CORE))

    def run(self, port: int, load: Load) -> dict[str, float]:
        """Send it all; what was sent and at which rate."""
        return ended(self.start(port, load))


def ended(flood: subprocess.Popen[str]) -> dict[str, float]:
    """Wait for a flood to end and return what it printed.

    Raises:
        RuntimeError: it failed, or could not send all.
    """
    reported, _ = flood.communicate(timeout=90)
    if flood.returncode:
        raise RuntimeError(f"the flood ended with {flood.returncode}: {reported}")
    answer: dict[str, float] = json.loads(reported)
    return answer


@contextmanager
def measured(command: Sequence[str], *, core: int = MEASURED_CORE, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a process on a core until the block ends, then end it if it has not ended."""
    process: subprocess.Popen[str] = subprocess.Popen(
        list(command), stdout=subprocess.PIPE, text=True, preexec_fn=lambda: _pin(core), **options
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def cpu_seconds(process: subprocess.Popen[str]) -> float:
    """User and system time of all its threads so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def settled(process: subprocess.Popen[str]) -> float:
    """Wait until the process has nothing more to do (it uses no CPU for a second); its CPU time then."""
    seen, since = cpu_seconds(process), time.monotonic()
    deadline = since + 60
    while time.monotonic() - since < 1.0 and time.monotonic() < deadline:
        time.sleep(0.1)
        now = cpu_seconds(process)
        if now > seen + 1.5 / TICK:
            seen, since = now, time.monotonic()
    return cpu_seconds(process)


def wait_for_port(port: int, process: subprocess.Popen[str]) -> None:
    """Return when somebody receives UDP on the port.

    Raises:
        RuntimeError: the process ended, or nobody did within ten seconds.
    """
    wanted = f":{port:04X} "
    for _ in range(100):
        if wanted in Path("/proc/net/udp").read_text():
            time.sleep(0.3)
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not receive")


def kernel_drops(port: int) -> int:
    """Datagrams that the kernel dropped for the socket on the port (/proc/net/udp)."""
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1].endswith(f":{port:04X}"):
            return int(fields[-1])
    return 0


def program(name: str) -> str:
    """Where an installed program is.

    Raises:
        RuntimeError: it is not installed.
    """
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        raise RuntimeError(f"{name} is not installed: see packaging/bench-packages.txt")
    return path


def _pin(core: int) -> None:
    """On one core, and before whatever else the machine does: the same for the load, the peers and us.

    The kernel shares the CPU between sessions first (sched(7), "The autogroup feature"), so a session of its own too.
    """
    os.sched_setaffinity(0, {core})
    os.setsid()
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)
        Path("/proc/self/autogroup").write_text("-15")


def pinned(core: int = MEASURED_CORE) -> tuple[str, ...]:
    """Words before a command that make it run as `measured` makes its own."""
    return sys.executable, "-m", __name__, str(core)


if __name__ == "__main__":
    _pin(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
